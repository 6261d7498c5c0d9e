#include "browse/required_text.hpp"

namespace riacho::browse {
namespace {

constexpr std::string_view one_of_many = "dDwWsSbBAzZ"; ///< behind a backslash: a character or a place

bool is_punctuation(char c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The runs of plain characters of a pattern, one after the other.
class Runs {
public:
    void add(char c) { run_ += c; }
    void end() {
        if (run_.size() > longest_.size()) longest_ = run_;
        run_.clear();
    }
    /// The last character may be missing in what is matched.
    void end_without_last() {
        while (!run_.empty() && continues_character(run_.back())) run_.pop_back();
        if (!run_.empty()) run_.pop_back();
        end();
    }
    const std::string& longest() const { return longest_; }

private:
    std::string run_;
    std::string longest_;
};

} // namespace

std::string required_text(std::string_view pattern) {
    Runs runs;
    for (std::size_t i = 0; i < pattern.size(); i++) {
        char c = pattern[i];
        switch (c) {
        case '|':
        case '(':
        case ')':
        case '[':
            return "";
        case '?':
        case '*':
            runs.end_without_last();
            break;
        case '{': { // a number of times, perhaps none
            std::size_t end = pattern.find_first_not_of("0123456789,", i + 1);
            if (end == pattern.npos || pattern[end] != '}') return "";
            runs.end_without_last();
            i = end;
            break;
        }
        case '.':
        case '^':
        case '$':
        case '+':
            runs.end();
            break;
        case '\\':
            if (++i == pattern.size()) return "";
            if (is_punctuation(pattern[i]))
                runs.add(pattern[i]);
            else if (one_of_many.contains(pattern[i]))
                runs.end();
            else
                return "";
            break;
        default:
            runs.add(c);
        }
    }
    runs.end();
    return runs.longest();
}

} // namespace riacho::browse
