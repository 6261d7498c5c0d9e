#include "browse/internal_topics.hpp"

#include "codec/base64.hpp"
#include "data/json_parse.hpp"
#include "kafka/records/consumer_protocol.hpp"
#include "kafka/records/group_record.hpp"
#include "kafka/records/metadata_record.hpp"
#include "kafka/wire/reader.hpp"

#include <array>
#include <cctype>
#include <fmt/core.h>
#include <utility>
#include <variant>

namespace riacho::browse {
namespace {

using data::Json;

std::optional<Bytes> shared(std::optional<ByteView> bytes) {
    return bytes ? std::optional(Bytes::copy_of(*bytes)) : std::nullopt;
}

/// A message as the protocol prints it.
Json json_of(const std::string& printed) {
    auto json = data::parse_json(printed);
    return json ? *std::move(json) : Json(printed);
}

Json* member_of(Json& json, std::string_view name) {
    return const_cast<Json*>(std::as_const(json).find(name));
}

/// What members told each other lies in a group's record as bytes of another message.
void open_member(Json& member, const kafka::GroupMetadataValue::Member& from) {
    constexpr kafka::Version newest_subscription = 3, newest_assignment = 3;
    if (auto read = kafka::decode_subscription(from.subscription)) {
        if (Json* field = member_of(member, "subscription"))
            *field = json_of(to_json(*read, newest_subscription));
    }
    if (auto read = kafka::decode_assignment(from.assignment)) {
        if (Json* field = member_of(member, "assignment"))
            *field = json_of(to_json(*read, newest_assignment));
    }
}

std::string value_json(kafka::Version version, Json data) {
    return data::write_json(Json::Object{{"version", version}, {"data", std::move(data)}});
}

template <class Value> std::optional<std::string> group_value(Bytes bytes) {
    auto version = kafka::Reader(bytes).big_endian<kafka::Version>();
    auto value = kafka::decode_group_record_value<Value>(std::move(bytes));
    if (!value) return std::nullopt;
    Json json = json_of(to_json(*value, version));
    if constexpr (std::same_as<Value, kafka::GroupMetadataValue>) {
        Json* members = member_of(json, "members");
        bool  is_open = value->protocol_type == "consumer" && members && members->array();
        for (std::size_t i = 0; is_open && i < value->members.size(); i++)
            open_member((*members->array())[i], value->members[i]);
    }
    return value_json(version, std::move(json));
}

/// A record of a kind that no schema of ours describes, such as those of newer groups: its number, the rest
/// in digits.
std::optional<std::string> numbered_json(std::string_view number, const Bytes& bytes) {
    kafka::Reader in(bytes);
    auto          value = in.big_endian<std::int16_t>();
    if (in.failed()) return std::nullopt;
    return data::write_json(Json::Object{{std::string(number), value}, {"data", hex(in.rest())}});
}

InternalRecord offsets_record(std::optional<Bytes> key, std::optional<Bytes> value) {
    if (!key) return {};
    auto type = kafka::Reader(*key).big_endian<std::int16_t>();
    auto read = kafka::decode_group_record_key(*key);
    if (!read && read.error().code == kafka::RecordError::unknown_type)
        return {.key = numbered_json("type", *key),
                .value = value ? numbered_json("version", *value) : std::nullopt};
    if (!read) return {};
    InternalRecord result;
    std::string    printed = std::visit([](const auto& body) { return to_json(body, 0); }, *read);
    result.key = data::write_json(Json::Object{{"type", type}, {"data", json_of(printed)}});
    if (!value) return result;
    bool is_offset = std::holds_alternative<kafka::OffsetCommitKey>(*read);
    result.value = is_offset ? group_value<kafka::OffsetCommitValue>(*value)
                             : group_value<kafka::GroupMetadataValue>(*value);
    return result;
}

/// TopicRecord is TOPIC_RECORD.
std::string type_name(std::string_view name) {
    std::string type;
    for (char c : name) {
        bool is_upper = std::isupper(static_cast<unsigned char>(c)) != 0;
        if (is_upper && !type.empty()) type += '_';
        type += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return type;
}

InternalRecord metadata_record(std::optional<Bytes> value) {
    if (!value) return {};
    kafka::Reader frame(*value);
    (void)frame.unsigned_varint();
    (void)frame.unsigned_varint();
    auto version = static_cast<kafka::Version>(frame.unsigned_varint());
    auto read = kafka::decode_metadata_record(*value);
    if (!read) return {};
    auto [name, printed] = std::visit(
        [&]<class M>(const M& m) { return std::pair(type_name(M::api.name), to_json(m, version)); }, *read);
    Json json = Json::Object{{"type", name}, {"version", version}, {"data", json_of(printed)}};
    return {.key = {}, .value = data::write_json(json)};
}

// __transaction_state has no schema here before the coordinator has: both versions by hand.
//
//   key     int16 0 | string transactional id
//   value   int16 version | int64 producer id | int16 epoch | int32 timeout | int8 state | partitions by
//   topic, perhaps
//           null | int64 last update | int64 start; version 1 has compact lengths, and tagged fields at the
//           ends
class TransactionReader {
public:
    explicit TransactionReader(Bytes bytes) : in_(std::move(bytes)) {}

    std::optional<std::string> key() {
        if (in_.big_endian<std::int16_t>() != 0) return std::nullopt;
        std::string id(as_text(in_.take(static_cast<std::uint16_t>(in_.big_endian<std::int16_t>()))));
        if (!in_.done()) return std::nullopt;
        return data::write_json(Json::Object{{"type", 0}, {"data", Json::Object{{"transactionalId", id}}}});
    }
    std::optional<std::string> value() {
        auto version = in_.big_endian<kafka::Version>();
        if (version < 0 || version > 1) return std::nullopt;
        is_compact_ = version == 1;
        Json::Object fields{{"producerId", in_.big_endian<std::int64_t>()},
                            {"producerEpoch", in_.big_endian<std::int16_t>()},
                            {"transactionTimeoutMs", in_.big_endian<std::int32_t>()}};
        auto         state = in_.big_endian<std::int8_t>();
        fields.push_back({"transactionStatus", state});
        constexpr std::array names{"Empty",          "Ongoing",       "PrepareCommit", "PrepareAbort",
                                   "CompleteCommit", "CompleteAbort", "Dead",          "PrepareEpochFence"};
        if (state >= 0 && state < static_cast<int>(names.size()))
            fields.push_back({"state", names[static_cast<std::size_t>(state)]});
        fields.push_back({"transactionPartitions", partitions()});
        fields.push_back({"transactionLastUpdateTimestampMs", in_.big_endian<std::int64_t>()});
        fields.push_back({"transactionStartTimestampMs", in_.big_endian<std::int64_t>()});
        if (in_.failed()) return std::nullopt;
        return value_json(version, std::move(fields));
    }

private:
    /// -1 for null.
    std::int64_t length() {
        return is_compact_ ? std::int64_t{in_.unsigned_varint()} - 1
                           : std::int64_t{in_.big_endian<std::int32_t>()};
    }
    std::string text() {
        auto size = is_compact_ ? length() : std::int64_t{in_.big_endian<std::int16_t>()};
        return std::string(
            as_text(in_.take(size < 0 ? in_.remaining() + 1 : static_cast<std::size_t>(size))));
    }
    void tags() {
        if (!is_compact_) return;
        for (auto left = in_.unsigned_varint(); left > 0 && !in_.failed(); left--) {
            (void)in_.unsigned_varint();
            (void)in_.take(in_.unsigned_varint());
        }
    }
    Json partitions() {
        auto topics = length();
        if (topics < 0) return nullptr;
        Json::Array list;
        for (; topics > 0 && !in_.failed(); topics--) {
            std::string topic = text();
            Json::Array ids;
            for (auto left = length(); left > 0 && !in_.failed(); left--)
                ids.emplace_back(in_.big_endian<std::int32_t>());
            tags();
            list.push_back(Json::Object{{"topic", topic}, {"partitionIds", std::move(ids)}});
        }
        return list;
    }

    kafka::Reader in_;
    bool          is_compact_ = false;
};

InternalRecord transaction_record(std::optional<Bytes> key, std::optional<Bytes> value) {
    InternalRecord result;
    if (key) result.key = TransactionReader(*std::move(key)).key();
    if (value && result.key) result.value = TransactionReader(*std::move(value)).value();
    return result;
}

} // namespace

InternalRecord internal_record(std::string_view topic, const kafka::Record& record) {
    if (topic == "__consumer_offsets") return offsets_record(shared(record.key), shared(record.value));
    if (topic == "__transaction_state") return transaction_record(shared(record.key), shared(record.value));
    if (topic == "__cluster_metadata") return metadata_record(shared(record.value));
    return {};
}

} // namespace riacho::browse
