// Any bytes as HTTP/1.1. The pieces in which they come make no difference, what is taken is written and read
// again, and memory is bounded by the limits, not by what a peer sends.
//
//   byte 0       bit 0: responses instead of requests, bit 1: small limits
//   bytes 1-4    a seed for the sizes of the pieces
//   then         what comes from the peer
#include "base/random.hpp"
#include "codec/endian.hpp"
#include "fuzz.hpp"
#include "http/parser_testing.hpp"
#include "http/serializer.hpp"
#include "http/target.hpp"

namespace riacho::http {
namespace {

using fuzz::require;

constexpr std::size_t head_bytes = 5;
constexpr std::size_t held_max = 1 << 20, held_for_a_byte = 64;

constexpr ParserLimits small_limits{
    .start_line_bytes_max = 40, .fields_max = 4, .fields_bytes_max = 60, .chunk_line_bytes_max = 8};

/// What was taken as a head is written as one that is taken again, and means the same.
void check_heads(std::string_view text, ParserLimits limits) {
    RequestParser parser(limits);
    ByteView      left = as_bytes(text);
    for (;;) {
        auto step = parser.next(left);
        if (!step || step->found == Parser::Found::more) return;
        left = left.subspan(step->consumed);
        if (step->found != Parser::Found::head) continue;
        RequestHead head = parser.take_head();
        (void)target_of(head.target);
        if (head.version != Version::http_1_1) continue;
        RequestParser again;
        auto          read = again.next(as_bytes(text_of(head)));
        require(read && read->found == Parser::Found::head, "a head is not read as it was written");
        RequestHead second = again.take_head();
        require(second.fields == head.fields && second.target == head.target &&
                    second.content_length == head.content_length && second.has_body == head.has_body,
                "a head means something else when it is written again");
    }
}

template <class P> void check_pieces(std::string_view text, ParserLimits limits, Random& random) {
    P           whole(limits);
    P           pieces(limits);
    std::string expected = Transcript::of(whole, text);
    std::string cut = Transcript::of(pieces, text, [&](std::size_t left) {
        return static_cast<std::size_t>(
            random.between(1, std::min<std::size_t>(left, 1 + random.bits() % 20)));
    });
    require(expected == cut, "the pieces make a difference", expected + "---\n" + cut);
}

void fuzz_one(ByteView input) {
    auto              choice = std::to_integer<unsigned>(input[0]);
    SeededRandom      random(load_big<std::uint32_t>(input.data() + 1));
    std::string_view  text = as_text(input.subspan(head_bytes));
    ParserLimits      limits = (choice & 2) != 0 ? small_limits : ParserLimits{};
    fuzz::MemoryLimit limit(held_max + held_for_a_byte * text.size());
    if ((choice & 1) != 0) return check_pieces<ResponseParser>(text, limits, random);
    check_pieces<RequestParser>(text, limits, random);
    check_heads(text, limits);
}

} // namespace
} // namespace riacho::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < riacho::http::head_bytes) return -1;
    riacho::http::fuzz_one(riacho::fuzz::view_of(data, size));
    return 0;
}
