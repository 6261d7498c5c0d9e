// Record batches: byte 0 chooses how the rest is looked at.
//
//   0  a row of batches as a client sends them, each with its CRC made right so that the records are reached
//   1  a codec's own bytes
//   2  records, packed by us, under a header of the input's making
//   3  decisions of somebody who builds a batch: what is read back is what was put in
#include "base/check.hpp"
#include "base/random.hpp"
#include "fuzz.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/control.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/batch/search.hpp"
#include "kafka/batch/validate.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace riacho::kafka {
namespace {

using fuzz::Choices;
using fuzz::require;

constexpr std::size_t unpacked_bytes_max = 1 << 20;
/// What a decompression may hold: the result, grown from one half its size, and the codec's own state, which
/// codec/compression.hpp promises to be under 9 MiB.
constexpr std::size_t held_bytes_max = 2 * unpacked_bytes_max + (9 << 20);

Compression codec_of(std::uint64_t number) { return static_cast<Compression>(number % 5); }

/// What reading says is the same, whichever way it goes.
void read_everything(const BatchView& batch) {
    auto count = count_of_records(batch);
    auto problems =
        validate_records(batch, {.keys = Keys::required, .now = {1}, .bytes_max = unpacked_bytes_max});
    require(!problems || count != RecordCount::wrong, "both ways of counting agree");
    (void)marker_of(batch);
    auto later =
        offset_of_timestamp(batch, {.at_least = batch.max_timestamp(), .bytes_max = unpacked_bytes_max});
    auto latest = max_timestamp_record(
        batch, {.above = {INT64_MIN}, .from_offset = Offset{INT64_MIN}, .bytes_max = unpacked_bytes_max});
    auto cursor = RecordCursor::open(batch, unpacked_bytes_max);
    if (!cursor) return require(!problems, "what cannot be opened is not valid");
    Found best;
    for (std::int32_t left = cursor->left(); const Record* record = cursor->next(); --left) {
        require(left > 0, "no more records than the header says");
        HeaderCursor headers = record->headers();
        while (headers.next()) {}
        if (!best || record->timestamp > best->timestamp) best = {record->offset, record->timestamp};
    }
    if (cursor->error()) return require(!problems, "what does not end well is not valid");
    if (latest && *latest && (*latest)->timestamp != batch.max_timestamp())
        require(*latest == best, "the record with the latest time");
    if (later && *later) require((*later)->timestamp >= batch.max_timestamp(), "found by its time");
}

void read_batches(Bytes bytes) {
    BatchCursor batches(bytes.view());
    while (auto batch = batches.next()) {
        set_crc(bytes.slice(batch->view()).writable());
        require(batch->crc_matches(), "a CRC that was just set");
        read_everything(*batch);
    }
    (void)validate(bytes.view(), {});
}

void unpack(ByteView input) {
    Choices choose(input);
    auto    codec = codec_of(choose.below(5));
    auto    bytes_max = choose.one_in(2) ? unpacked_bytes_max : choose.below(5000);
    auto    packed = choose.take_all();
    auto    plain = [&] {
        fuzz::MemoryLimit limit(held_bytes_max);
        return decompress(codec, packed, bytes_max);
    }();
    if (!plain) return;
    require(plain->size() <= bytes_max, "more came out than was allowed");
    if (plain->size() < bytes_max && !packed.empty() && codec != Compression::none)
        require(decompress(codec, packed, plain->size()).has_value(), "an exact limit is enough");
    auto again = compress(codec, plain->view());
    require(again.has_value(), "what is small can be packed");
    auto back = decompress(codec, again->view(), plain->size());
    require(plain->empty() || (back && *back == *plain), "packed and unpacked, it is the same");
}

/// Lengths that fit, so that what is inside is reached.
void read_packed_records(ByteView input) {
    Choices     choose(input);
    BatchHeader header{.base_offset = {choose.any<std::int64_t>()}};
    auto        codec = codec_of(choose.below(5));
    header.attributes.bits = static_cast<std::int16_t>(
        (choose.any<std::int16_t>() & ~BatchAttributes::compression_mask) | static_cast<int>(codec));
    header.base_timestamp = {choose.any<std::int64_t>()};
    header.max_timestamp = {choose.any<std::int64_t>()};
    header.records_count = choose.one_in(8) ? choose.any<std::int32_t>() : choose.any<std::uint8_t>();
    header.last_offset_delta =
        choose.one_in(8) ? choose.any<std::int32_t>() : std::max(header.records_count, 0) - 1;
    auto packed = compress(codec, choose.take_all());
    require(packed.has_value(), "what is small can be packed");
    header.batch_length =
        static_cast<std::int32_t>(batch_layout::header_size - batch_layout::length_overhead + packed->size());
    Bytes batch(std::make_shared<Buffer>(batch_layout::header_size + packed->size()));
    std::ranges::copy(packed->view(), batch.writable().subspan(batch_layout::header_size).begin());
    store_header(batch.writable(), header);
    fuzz::MemoryLimit limit(2 * held_bytes_max);
    read_batches(std::move(batch));
}

/// What somebody puts into a batch, kept to be compared.
struct Wanted {
    Timestamp                                                      timestamp;
    std::optional<std::string>                                     key, value;
    std::deque<std::pair<std::string, std::optional<std::string>>> headers;
    std::int32_t                                                   delta = 0;
};

std::optional<std::string> any_text(Choices& choose) {
    if (choose.one_in(4)) return std::nullopt;
    if (choose.one_in(16)) return std::string(choose.below(70'000), 'x');
    return std::string(as_text(choose.take(choose.below(20))));
}

std::optional<ByteView> view_of_text(const std::optional<std::string>& text) {
    return text ? std::optional(as_bytes(*text)) : std::nullopt;
}

Wanted any_record(Choices& choose, std::int32_t delta) {
    Wanted wanted{.timestamp = {choose.one_in(4) ? choose.any<std::int64_t>() : choose.any<std::uint16_t>()},
                  .key = any_text(choose),
                  .value = any_text(choose),
                  .headers = {},
                  .delta = delta + (choose.one_in(8) ? choose.any<std::uint16_t>() : 0)};
    for (auto count = choose.below(4); count > 0; --count)
        wanted.headers.emplace_back(any_text(choose).value_or("h"), any_text(choose));
    return wanted;
}

void add(BatchBuilder& builder, const Wanted& wanted) {
    std::vector<RecordHeader> headers;
    for (const auto& [name, value] : wanted.headers) headers.push_back({name, view_of_text(value)});
    NewRecord record{.timestamp = wanted.timestamp,
                     .key = view_of_text(wanted.key),
                     .value = view_of_text(wanted.value),
                     .headers = headers,
                     .offset_delta = wanted.delta};
    auto      before = builder.size();
    auto      at_most = BatchBuilder::size_of(record);
    builder.add(record);
    require(builder.size() - before <= at_most, "a record is no larger than was said");
}

void compare(const Record& found, const Wanted& wanted, Timestamp timestamp) {
    auto same = [](const std::optional<ByteView>& bytes, const std::optional<std::string>& text) {
        return bytes.has_value() == text.has_value() && (!bytes || as_text(*bytes) == *text);
    };
    require(found.offset_delta == wanted.delta && found.timestamp == timestamp, "place and time");
    require(same(found.key, wanted.key) && same(found.value, wanted.value), "key and value");
    auto headers = found.headers();
    for (const auto& [name, value] : wanted.headers) {
        auto header = headers.next();
        require(header && header->key == name && same(header->value, value), "headers");
    }
    require(!headers.next() && !headers.failed(), "no further header");
}

/// The first record in order whose time is late enough, as a reader of all of them finds it.
void search(const BatchView& batch, const std::vector<Wanted>& records, Timestamp at_least) {
    auto found = offset_of_timestamp(batch, {.at_least = at_least});
    auto first = std::ranges::find_if(records, [&](const Wanted& one) { return one.timestamp >= at_least; });
    require(found.has_value(), "a search in a whole batch");
    require(found->has_value() == (first != records.end()), "whether there is one that late");
    if (*found)
        require((*found)->offset.value == batch.base_offset().value + first->delta, "the first that late");
}

void build_and_read(ByteView input) {
    Choices             choose(input);
    BatchOptions        options{.base_offset = {choose.any<std::uint32_t>()},
                                .compression = codec_of(choose.below(5))};
    BatchBuilder        builder(options);
    std::vector<Wanted> records;
    while (!choose.empty() && records.size() < 60) {
        records.push_back(any_record(choose, records.empty() ? 0 : records.back().delta + 1));
        add(builder, records.back());
    }
    Bytes bytes = builder.build();
    auto  batch = BatchView::first(bytes.view());
    require(batch && batch->size() == bytes.size() && batch->crc_matches(), "what was built is a batch");
    auto cursor = RecordCursor::open(*batch, unpacked_bytes_max * 16);
    require(cursor.has_value(), "and opens");
    for (const Wanted& wanted : records) {
        const Record* record = cursor->next();
        require(record != nullptr, "every record comes back");
        compare(*record, wanted, wanted.timestamp);
    }
    require(!cursor->next() && !cursor->error(), "and no other");
    if (records.empty()) return;
    search(*batch, records, records[records.size() / 2].timestamp);
    set_log_append_time(bytes.writable(), {77});
    require(batch->crc_matches() && batch->max_timestamp().ms == 77, "a new time, and the CRC is right");
    auto timed = RecordCursor::open(*batch, unpacked_bytes_max * 16);
    for (const Wanted& wanted : records) compare(*timed->next(), wanted, {77});
}

void fuzz_one(ByteView input) {
    auto rest = input.subspan(1);
    switch (std::to_integer<int>(input[0]) % 4) {
    case 0:
        return read_batches(Bytes::copy_of(rest));
    case 1:
        return unpack(rest);
    case 2:
        return read_packed_records(rest);
    default:
        return build_and_read(rest);
    }
}

/// A whole batch or a packed text to begin with: the codecs' magic numbers are not found by chance.
std::vector<std::byte> fresh_batch(Random& random) {
    auto                   codec = codec_of(random.bits());
    std::vector<std::byte> input;
    auto put = [&](ByteView bytes) { input.insert(input.end(), bytes.begin(), bytes.end()); };
    if (random.between(0, 1) == 0) {
        std::string plain(random.between(0, 3000), static_cast<char>(random.bits()));
        input = {std::byte{1}, static_cast<std::byte>(codec), std::byte{1}};
        put(compress(codec, as_bytes(plain))->view());
        return input;
    }
    input = {std::byte{0}};
    for (auto count = random.between(1, 3); count > 0; --count) {
        BatchBuilder builder({.compression = codec});
        for (auto records = random.between(0, 5); records > 0; --records) {
            RecordHeader header{.key = "name", .value = as_bytes("value")};
            builder.add({.timestamp = {static_cast<std::int64_t>(random.between(0, 1000))},
                         .key = as_bytes("key"),
                         .value = as_bytes("one value and one value again"),
                         .headers = std::span(&header, random.between(0, 1))});
        }
        put(builder.build().view());
    }
    return input;
}

} // namespace
} // namespace riacho::kafka

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return -1;
    riacho::kafka::fuzz_one(riacho::fuzz::view_of(data, size));
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned int seed) {
    riacho::SeededRandom random(seed);
    if (random.between(0, 63) != 0) return LLVMFuzzerMutate(data, size, size_max);
    auto input = riacho::kafka::fresh_batch(random);
    if (input.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
    std::ranges::copy(input, reinterpret_cast<std::byte*>(data));
    return input.size();
}
