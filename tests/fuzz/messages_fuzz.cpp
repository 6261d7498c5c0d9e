// Any bytes as any message. What is decoded must survive its own encoding, and print; what a message sets
// aside is in proportion to its frame.
//
//   byte 0      direction: 0 request, 1 response, 2 record or header, by its name, 3 a request as it comes
//               from a socket, header and all, 4 a record of an internal topic
//   bytes 1-2   its key, big endian: the API's; of a record the first 16 bits of its name's CRC-32C
//   byte 3      version, counted from the lowest
//   then        the message
#include "base/random.hpp"
#include "codec/crc32c.hpp"
#include "codec/endian.hpp"
#include "fuzz.hpp"
#include "kafka/messages/all.hpp"
#include "kafka/records/consumer_protocol.hpp"
#include "kafka/records/group_record.hpp"
#include "kafka/records/metadata_record.hpp"
#include "kafka/records/producer_snapshot_file.hpp"
#include "kafka/records/quorum_record.hpp"
#include "kafka/wire/filler.hpp"
#include "kafka/wire/header.hpp"

#include <algorithm>
#include <vector>

namespace riacho::kafka {
namespace {

using fuzz::require;

constexpr std::size_t head_bytes = 4;
/// The largest struct that a byte can announce, its text in JSON, and all that twice.
constexpr std::size_t held_for_a_byte = 2048, held_for_any = 1 << 20;

enum class Direction : std::uint8_t { request, response, record, frame, internal };
constexpr std::uint8_t directions = 5;

/// One message of one direction.
struct Entry {
    Direction     direction;
    std::uint16_t key;
    VersionRange  versions;
    void (*check)(Bytes frame, Version version);
    Bytes (*fill)(Random& random, Version version);
    /// The same content in another version; nothing where it does not decode.
    std::optional<Bytes> (*convert)(Bytes frame, Version from, Version to);
};

template <class M> void check_message(Bytes frame, Version version) {
    Reader in(std::move(frame));
    M      m;
    if (!decode(m, in, version)) return;
    Writer out;
    encode(m, out, version);
    Reader again(out.to_bytes());
    M      second;
    require(decode(second, again, version) && again.done(), "what was encoded is not decoded", M::api.name);
    require(to_json(second, version) == to_json(m, version), "decoded otherwise than encoded", M::api.name);
    Writer twice;
    encode(second, twice, version);
    require(twice.to_bytes() == out.to_bytes(), "encoded to other bytes", M::api.name);
}

template <class M> Bytes fill_message(Random& random, Version version) {
    M      m;
    Filler filler(random, version);
    M::describe(filler, m);
    Writer out;
    encode(m, out, version);
    return out.to_bytes();
}

template <class M> std::optional<Bytes> convert_message(Bytes frame, Version from, Version to) {
    Reader in(std::move(frame));
    M      m;
    if (!decode(m, in, from)) return std::nullopt;
    Writer out;
    encode(m, out, to);
    return out.to_bytes();
}

/// A request comes before its response; a record has a name of its own.
std::vector<Entry> make_table() {
    std::vector<Entry> table;
    for_each_message([&]<class M>(std::type_identity<M>) {
        Entry entry{Direction::record, {}, M::api.versions, check_message<M>, fill_message<M>,
                    convert_message<M>};
        if constexpr (std::same_as<std::remove_const_t<decltype(M::api)>, RecordType>) {
            entry.key = static_cast<std::uint16_t>(crc32c(as_bytes(M::api.name)) >> 16);
        } else {
            entry.key = static_cast<std::uint16_t>(M::api.key);
            bool has_request = !table.empty() && table.back().key == entry.key &&
                               table.back().direction == Direction::request;
            entry.direction = has_request ? Direction::response : Direction::request;
        }
        table.push_back(entry);
    });
    return table;
}

const std::vector<Entry>& table() {
    static const std::vector<Entry> made = make_table();
    return made;
}

const Entry* find_entry(Direction direction, std::uint16_t key) {
    auto found = std::ranges::find_if(
        table(), [&](const Entry& entry) { return entry.direction == direction && entry.key == key; });
    return found == table().end() ? nullptr : &*found;
}

Version version_of(const Entry& entry, std::uint8_t number) {
    int count = entry.versions.high - entry.versions.low + 1;
    return static_cast<Version>(entry.versions.low + number % count);
}

/// As a connection reads it: nothing of it is believed before it was compared.
void check_frame(Bytes frame) {
    Reader in(frame);
    auto   header = decode_request_header(in);
    if (!header) return;
    const Entry* entry = find_entry(Direction::request, static_cast<std::uint16_t>(header->request_api_key));
    require(!entry || find_api(ApiKey{header->request_api_key}) != nullptr,
            "an API that is not in the table");
    if (entry && entry->versions.contains(header->request_api_version))
        entry->check(in.share(in.remaining()), header->request_api_version);
}

template <class Variant> void check_again(const Outcome<Variant, RecordError>& record, auto&& encoded) {
    if (record) require(encoded(*record), "a record is not read back as it was written");
}

enum class Internal : std::uint8_t { group_key, metadata, quorum, subscription, assignment, producers };
constexpr std::uint16_t internals = 6;

void check_internal(Internal kind, Bytes bytes) {
    switch (kind) {
    case Internal::group_key:
        return check_again(decode_group_record_key(bytes), [](const auto& key) {
            auto again = decode_group_record_key(encode_group_record_key(key));
            return again && *again == key;
        });
    case Internal::metadata:
        return check_again(decode_metadata_record(bytes), [](const MetadataRecord& record) {
            Version highest = std::visit([](const auto& m) { return m.api.versions.high; }, record);
            return decode_metadata_record(encode_metadata_record(record, highest)).has_value();
        });
    case Internal::quorum: {
        std::size_t cut = std::min<std::size_t>(bytes.size(), 4);
        (void)decode_quorum_record(bytes.slice(0, cut), bytes.slice(cut, bytes.size() - cut));
        return;
    }
    case Internal::subscription:
        (void)decode_subscription(std::move(bytes));
        return;
    case Internal::assignment:
        (void)decode_assignment(std::move(bytes));
        return;
    case Internal::producers:
        // The checksum is made right, or nothing behind it would be read.
        if (bytes.size() >= 6) store_big(bytes.writable().data() + 2, crc32c(bytes.view().subspan(6)));
        return check_again(decode_producer_snapshot(bytes), [](const auto& entries) {
            auto again = decode_producer_snapshot(encode_producer_snapshot(entries));
            return again && *again == entries;
        });
    }
}

int fuzz_one(ByteView input) {
    auto              direction = static_cast<Direction>(std::to_integer<int>(input[0]) % directions);
    auto              key = load_big<std::uint16_t>(input.data() + 1);
    auto              frame = Bytes::copy_of(input.subspan(head_bytes));
    fuzz::MemoryLimit limit(held_for_any + held_for_a_byte * frame.size());
    if (direction == Direction::frame) {
        check_frame(std::move(frame));
    } else if (direction == Direction::internal) {
        check_internal(static_cast<Internal>(key % internals), std::move(frame));
    } else {
        const Entry* entry = find_entry(direction, key);
        if (!entry) return -1; // not worth keeping
        entry->check(std::move(frame), version_of(*entry, std::to_integer<std::uint8_t>(input[3])));
    }
    return 0;
}

std::vector<std::byte> input_of(const Entry& entry, Version version, const Bytes& body) {
    std::vector<std::byte> input(head_bytes);
    input[0] = static_cast<std::byte>(entry.direction);
    store_big(input.data() + 1, entry.key);
    input[3] = static_cast<std::byte>(version - entry.versions.low);
    input.insert(input.end(), body.view().begin(), body.view().end());
    return input;
}

/// A new message, full of values; for one in three with a header, as a frame.
std::vector<std::byte> fresh_input(Random& random) {
    const Entry& entry = table()[random.between(0, table().size() - 1)];
    Version      version = version_of(entry, static_cast<std::uint8_t>(random.bits()));
    auto         input = input_of(entry, version, entry.fill(random, version));
    if (entry.direction != Direction::request || random.between(0, 2) != 0) return input;
    Writer out;
    begin_request({.request_api_key = static_cast<std::int16_t>(entry.key), .request_api_version = version},
                  out);
    Bytes header = out.to_bytes().slice(4, out.size() - 4);
    input[0] = static_cast<std::byte>(Direction::frame);
    input.insert(input.begin() + head_bytes, header.view().begin(), header.view().end());
    return input;
}

/// The same message in another version; nothing where it is none.
std::optional<std::vector<std::byte>> converted_input(ByteView input, Random& random) {
    const Entry* entry =
        find_entry(static_cast<Direction>(input[0]), load_big<std::uint16_t>(input.data() + 1));
    if (!entry) return std::nullopt;
    Version from = version_of(*entry, std::to_integer<std::uint8_t>(input[3]));
    Version to = version_of(*entry, static_cast<std::uint8_t>(random.bits()));
    auto    body = entry->convert(Bytes::copy_of(input.subspan(head_bytes)), from, to);
    if (!body) return std::nullopt;
    return input_of(*entry, to, *body);
}

} // namespace
} // namespace riacho::kafka

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < riacho::kafka::head_bytes) return -1;
    return riacho::kafka::fuzz_one(riacho::fuzz::view_of(data, size));
}

/// Mostly libFuzzer's own, on the message alone; at times a new message, or this one in another version.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned int seed) {
    using namespace riacho::kafka;
    riacho::SeededRandom random(seed);
    auto                 choice = random.between(0, 15);
    if (size > head_bytes && size_max > head_bytes && choice > 1)
        return head_bytes + LLVMFuzzerMutate(data + head_bytes, size - head_bytes, size_max - head_bytes);
    auto input = size >= head_bytes && choice == 1
                     ? converted_input(riacho::fuzz::view_of(data, size), random)
                     : std::nullopt;
    if (!input) input = fresh_input(random);
    std::size_t kept = std::min(input->size(), size_max);
    std::ranges::copy(std::as_bytes(std::span(*input)).first(kept), reinterpret_cast<std::byte*>(data));
    return kept;
}
