// Searches: four texts with zero bytes between them, a search, a key, a value and a header. Whatever can be
// compiled is run over the record.
#include "browse/expression.hpp"
#include "browse/message.hpp"
#include "browse/record_testing.hpp"
#include "data/json_parse.hpp"
#include "data/utf8.hpp"
#include "fuzz.hpp"

#include <optional>
#include <string>

namespace riacho::browse {
namespace {

using fuzz::require;

/// A search of 8 KiB holds some thousand tokens, and 64 patterns of a few ten KiB each.
constexpr std::size_t compiled_bytes_max = 32 << 20;

std::string_view up_to_zero(std::string_view& rest) {
    auto text = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    return text;
}

std::optional<bool> finds(const std::string& search, const TestRecord& record) {
    auto compiled = [&] {
        fuzz::MemoryLimit limit(compiled_bytes_max);
        return Expression::compile(search);
    }();
    if (!compiled) {
        const Problem& problem = compiled.error();
        require(problem.at + problem.length <= search.size(), "a refusal points into the text:", search);
        require(!problem.message.empty(), "a refusal says why:", search);
        return std::nullopt;
    }
    return with_record(record, [&](const kafka::Record& r) {
        bool found = compiled->matches(PartitionIndex{1}, r);
        require(compiled->matches(PartitionIndex{1}, r) == found, "asked again, it says the same:", search);
        return found;
    });
}

void show(const TestRecord& record) {
    constexpr std::size_t text_bytes_max = 64;
    for (std::string_view topic :
         {"orders", "__consumer_offsets", "__transaction_state", "__cluster_metadata"}) {
        auto message = with_record(record, [&](const kafka::Record& r) {
            FoundRecord found(PartitionIndex{1}, kafka::TimestampType::create_time, r);
            return message_of(topic, found, text_bytes_max);
        });
        for (const Payload* payload : {&message.key, &message.value, &message.headers.front().value}) {
            require(payload->text.size() <= text_bytes_max, "what is shown is cut");
            require(data::is_utf8(payload->text), "what is shown is text:", payload->text);
        }
        std::string line, csv;
        append_json_line(line, message);
        require(data::parse_json(line).has_value(), "a line of JSON Lines is JSON:", line);
        append_csv_line(csv, message);
        require(csv.ends_with("\r\n") && data::is_utf8(csv), "a line of CSV is one:", csv);
    }
}

void search(std::string_view input) {
    std::string search(up_to_zero(input));
    TestRecord  record;
    record.key = up_to_zero(input);
    record.headers = {{"h", std::string(up_to_zero(input))}};
    if (!input.empty()) record.value = input;
    show(record);
    auto found = finds(search, record);
    if (!found) return;
    auto inside = finds("(" + search + ")", record); // nothing where that is too deep, or there was nothing
    require(!inside || *inside == *found, "parentheses change nothing:", search);
    auto opposite = finds("not (" + search + ")", record);
    require(!opposite || *opposite != *found, "its opposite finds what it does not:", search);
}

} // namespace
} // namespace riacho::browse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    riacho::browse::search(riacho::as_text(riacho::fuzz::view_of(data, size)));
    return 0;
}
