#include "browse/pattern.hpp"

#include "browse/contains.hpp"
#include "browse/required_text.hpp"

#include <array>
#include <fmt/core.h>
#include <pcre2.h> // the build says PCRE2_CODE_UNIT_WIDTH
#include <utility>

namespace riacho::browse {
namespace {

constexpr std::uint32_t heap_kib_max = 4096;
constexpr std::size_t   stack_bytes_first = 32 * 1024, stack_bytes_max = 512 * 1024;

template <auto free> struct Freed {
    template <class T> void operator()(T* what) const { free(what); }
};
template <class T, auto free> using Owned = std::unique_ptr<T, Freed<free>>;

std::string pattern_error(int code) {
    std::array<unsigned char, 256> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

} // namespace

struct Pattern::Inside {
    Owned<pcre2_code, pcre2_code_free>                   code;
    Owned<pcre2_match_context, pcre2_match_context_free> limits;
    Owned<pcre2_jit_stack, pcre2_jit_stack_free>         stack;
    Owned<pcre2_match_data, pcre2_match_data_free>       result;
    std::string                                          required;
};

Pattern::Pattern(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

std::expected<Pattern, Pattern::Problem> Pattern::compile(std::string_view text) {
    if (text.size() > bytes_max)
        return std::unexpected(Problem{bytes_max, fmt::format("longer than {} bytes", bytes_max)});
    int           error = 0;
    PCRE2_SIZE    at = 0;
    std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
    auto          inside = std::make_unique<Inside>();
    inside->code.reset(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), options, &error, &at, nullptr));
    if (!inside->code) return std::unexpected(Problem{at, pattern_error(error)});
    inside->limits.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(inside->limits.get(), steps_max);
    pcre2_set_heap_limit(inside->limits.get(), heap_kib_max);
    // Where the machine allows no code to be made at run time, the library interprets.
    if (pcre2_jit_compile(inside->code.get(), PCRE2_JIT_COMPLETE) == 0) {
        inside->stack.reset(pcre2_jit_stack_create(stack_bytes_first, stack_bytes_max, nullptr));
        pcre2_jit_stack_assign(inside->limits.get(), nullptr, inside->stack.get());
    }
    inside->result.reset(pcre2_match_data_create(1, nullptr));
    inside->required = required_text(text);
    return Pattern(std::move(inside));
}

bool Pattern::matches(std::string_view subject) {
    if (!contains(subject, inside_->required)) return false;
    int found = pcre2_match(inside_->code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(),
                            0, 0, inside_->result.get(), inside_->limits.get());
    if (found < 0 && found != PCRE2_ERROR_NOMATCH) ++gave_up_;
    return found >= 0;
}

} // namespace riacho::browse
