// Prometheus' text format: any page through the reader, in pieces of any size.
#include "data/exposition.hpp"
#include "data/utf8.hpp"
#include "fuzz.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace riacho::data {
namespace {

using fuzz::require;

struct Seen {
    std::string samples; ///< written again
    std::string problem;
};

std::string written(const ExpositionSample& sample) {
    std::string text = sample.name + "{";
    for (const auto& [name, value] : sample.labels) {
        require(is_utf8(value), "a label's value is text:", value);
        text += name + "=\"";
        for (char c : value) {
            if (c == '\\' || c == '"') text += '\\';
            text += c == '\n' ? "\\n" : std::string(1, c);
        }
        text += "\",";
    }
    return text + "} " + (std::isnan(sample.value) ? "NaN" : std::to_string(sample.value)) + "\n";
}

Seen read_in_pieces(std::string_view text, std::size_t piece) {
    constexpr ExpositionLimits limits{.bytes_max = 1 << 16, .line_max = 1 << 10, .labels_max = 8};
    Seen                       seen;
    ExpositionReader reader([&](const ExpositionSample& sample) { seen.samples += written(sample); }, limits);
    Outcome<void, ExpositionError> read;
    for (; read && !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        read = reader.feed(text.substr(0, piece));
    if (read) read = reader.end();
    if (!read) seen.problem = read.error().detail;
    return seen;
}

void read(std::string_view input) {
    if (input.empty()) return;
    auto             size = static_cast<unsigned char>(input.front());
    std::string_view text = input.substr(1);
    Seen whole = read_in_pieces(text, text.size() + 1), pieces = read_in_pieces(text, 1U + size % 64U);
    bool is_large = whole.problem.starts_with("more than"); // said before the lines are looked at
    require(is_large || (whole.samples == pieces.samples && whole.problem == pieces.problem),
            "the pieces make no difference:", pieces.problem);
    if (whole.samples.size() > 1 << 10) return;
    Seen again = read_in_pieces(whole.samples, 7);
    require(again.problem.empty() && again.samples == whole.samples,
            "written, it is read as the same:", again.problem);
}

} // namespace
} // namespace riacho::data

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    riacho::data::read(riacho::as_text(riacho::fuzz::view_of(data, size)));
    return 0;
}
