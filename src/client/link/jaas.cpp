#include "client/link/security_settings.hpp"

#include <cctype>
#include <fmt/format.h>

namespace riacho::client {
namespace {

bool is_space(char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; }

/// Words, quoted texts, and `=` and `;` by themselves.
class JaasWords {
public:
    explicit JaasWords(std::string_view text) : rest_(text) {}

    /// Nothing at the end, and where a quote is not closed.
    std::optional<std::string> next() {
        while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
        if (rest_.empty()) return std::nullopt;
        char first = rest_.front();
        if (first == '"' || first == '\'') return quoted(first);
        std::size_t size = first == '=' || first == ';' ? 1 : 0;
        while (size < rest_.size() && !is_space(rest_[size]) && (first == '=' || rest_[size] != '=') &&
               rest_[size] != ';' && first != '=' && first != ';')
            ++size;
        std::string word(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return word;
    }

private:
    std::optional<std::string> quoted(char quote) {
        rest_.remove_prefix(1);
        std::string word;
        while (!rest_.empty() && rest_.front() != quote) {
            if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            word += rest_.front();
            rest_.remove_prefix(1);
        }
        if (rest_.empty()) return std::nullopt;
        rest_.remove_prefix(1);
        return word;
    }

    std::string_view rest_;
};

std::unexpected<Failure<SettingError>> bad_jaas(std::string_view why) {
    return fail(SettingError::bad_value,
                fmt::format("sasl.jaas.config: {}; it looks like: org.apache.kafka.common.security.plain."
                            "PlainLoginModule required username=\"...\" password=\"...\";",
                            why));
}

} // namespace

Outcome<Properties, SettingError> parse_jaas(std::string_view text) {
    JaasWords  words(text);
    Properties options;
    auto       module = words.next();
    auto       flag = words.next();
    if (!module || !flag ||
        (*flag != "required" && *flag != "requisite" && *flag != "sufficient" && *flag != "optional"))
        return bad_jaas("a login module and 'required' come first");
    options[""] = *module;
    for (;;) {
        auto name = words.next();
        if (!name) return bad_jaas("it ends without ';'");
        if (*name == ";") break;
        auto equal = words.next();
        auto value = words.next();
        if (!equal || *equal != "=" || !value || *value == ";")
            return bad_jaas(fmt::format("the option '{}' has no value", *name));
        options[*name] = *value;
    }
    if (words.next()) return bad_jaas("something stands behind ';'");
    return options;
}

} // namespace riacho::client
