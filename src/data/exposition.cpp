#include "data/exposition.hpp"

#include "data/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/core.h>
#include <limits>
#include <optional>

namespace riacho::data {
namespace {

bool may_begin_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// A line, from left to right.
class LineCursor {
public:
    explicit LineCursor(std::string_view text) : rest_(text) {}

    bool is_at_end() const { return rest_.empty(); }
    bool skip_blanks() {
        std::size_t before = rest_.size();
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
        return rest_.size() < before;
    }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    enum class NameOf { metric, label };
    /// Empty where there is none.
    std::string_view name(NameOf of) {
        std::size_t size = 0;
        while (size < rest_.size()) {
            char c = rest_[size];
            bool fits =
                may_begin_name(c) || (of == NameOf::metric && c == ':') || (size > 0 && is_decimal(c));
            if (!fits) break;
            ++size;
        }
        return prefix(size);
    }
    /// Up to a blank or the end.
    std::string_view word() { return prefix(std::min(rest_.find_first_of(" \t"), rest_.size())); }
    /// In quotes, with its escapes undone.
    std::optional<std::string> quoted() {
        if (!take('"')) return std::nullopt;
        std::string text;
        while (!rest_.empty()) {
            char c = prefix(1).front();
            if (c == '"') return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
            if (c == '\\') {
                if (rest_.empty()) break;
                c = prefix(1).front();
                if (c == 'n')
                    c = '\n';
                else if (c != '\\' && c != '"')
                    break;
            }
            text += c;
        }
        return std::nullopt;
    }

private:
    std::string_view prefix(std::size_t size) {
        std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
};

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::optional<double> value_in(std::string_view word) {
    std::string_view digits = word;
    bool             is_negative = digits.starts_with('-');
    if (is_negative || digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.empty()) return std::nullopt;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::string      name = in_lower_case(digits);
    if (name == "inf" || name == "infinity") return is_negative ? -infinity : infinity;
    if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (!is_decimal(digits.front()) && digits.front() != '.') return std::nullopt;
    double value = 0;
    auto   read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ptr != digits.data() + digits.size() || read.ec == std::errc::invalid_argument)
        return std::nullopt;
    if (read.ec == std::errc::result_out_of_range) return std::nullopt;
    return is_negative ? -value : value;
}

bool is_time(std::string_view word) {
    std::int64_t ms = 0;
    auto         read = std::from_chars(word.data(), word.data() + word.size(), ms);
    return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

/// What is wrong with the labels; nothing where they are as they should be.
const char* read_labels(LineCursor& line, std::vector<ExpositionSample::Label>& labels,
                        std::size_t labels_max) {
    for (;;) {
        line.skip_blanks();
        if (line.take('}')) return nullptr;
        std::string_view name = line.name(LineCursor::NameOf::label);
        if (name.empty()) return "a label without a name";
        line.skip_blanks();
        if (!line.take('=')) return "a label without '='";
        line.skip_blanks();
        auto value = line.quoted();
        if (!value) return "a label's value is no text in quotes";
        if (labels.size() == labels_max) return "too many labels";
        if (std::ranges::find(labels, name, &ExpositionSample::Label::first) != labels.end())
            return "a label that is there twice";
        labels.emplace_back(name, *std::move(value));
        line.skip_blanks();
        if (line.take(',')) continue;
        return line.take('}') ? nullptr : "labels that do not end";
    }
}

/// The same of a whole line.
const char* read_sample(std::string_view text, ExpositionSample& sample, std::size_t labels_max) {
    LineCursor line(text);
    line.skip_blanks();
    sample.name = line.name(LineCursor::NameOf::metric);
    sample.labels.clear();
    if (sample.name.empty()) return "no name of a metric";
    bool is_apart = line.skip_blanks();
    if (line.take('{')) {
        if (const char* problem = read_labels(line, sample.labels, labels_max)) return problem;
        line.skip_blanks();
        is_apart = true;
    }
    auto value = value_in(line.word());
    if (!is_apart || !value) return "no value";
    sample.value = *value;
    line.skip_blanks();
    if (line.is_at_end()) return nullptr;
    if (!is_time(line.word())) return "something behind the value that is no time";
    line.skip_blanks();
    return line.is_at_end() ? nullptr : "something behind the time";
}

} // namespace

const std::string* ExpositionSample::label(std::string_view of) const {
    auto found = std::ranges::find(labels, of, &Label::first);
    return found == labels.end() ? nullptr : &found->second;
}

Outcome<void, ExpositionError> ExpositionReader::feed(std::string_view piece) {
    bytes_ += piece.size();
    if (bytes_ > limits_.bytes_max)
        return fail(ExpositionError::too_large, fmt::format("more than {} bytes", limits_.bytes_max));
    while (!piece.empty()) {
        std::size_t end = piece.find('\n');
        std::size_t size = std::min(end, piece.size());
        if (begun_.size() + size > limits_.line_max)
            return fail(ExpositionError::too_large,
                        fmt::format("line {} has more than {} bytes", lines_ + 1, limits_.line_max));
        if (end == std::string_view::npos) {
            begun_ += piece;
            return {};
        }
        std::string_view line = piece.substr(0, end);
        if (!begun_.empty()) line = begun_ += line;
        if (auto read = read_line(line); !read) return read;
        begun_.clear();
        piece.remove_prefix(end + 1);
    }
    return {};
}

Outcome<void, ExpositionError> ExpositionReader::read_line(std::string_view line) {
    ++lines_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || line[begin] == '#') return {};
    if (const char* problem = read_sample(line, sample_, limits_.labels_max))
        return fail(ExpositionError::malformed, fmt::format("line {}: {}", lines_, problem));
    sink_(sample_);
    return {};
}

Outcome<void, ExpositionError> ExpositionReader::end() const {
    if (!begun_.empty())
        return fail(ExpositionError::malformed, fmt::format("line {} does not end", lines_ + 1));
    return {};
}

} // namespace riacho::data
