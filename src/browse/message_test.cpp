#include "browse/internal_topics.hpp"
#include "browse/message.hpp"
#include "browse/record_testing.hpp"
#include "codec/base64.hpp"
#include "kafka/records/consumer_protocol.hpp"
#include "kafka/records/group_record.hpp"
#include "kafka/records/metadata_record.hpp"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>

namespace riacho::browse {
namespace {

using namespace std::string_literals;

Payload payload(std::string_view bytes, std::size_t text_bytes_max = 1000) {
    return payload_of(as_bytes(bytes), text_bytes_max);
}

std::string shown(std::string_view bytes) {
    Payload read = payload(bytes);
    return std::string(name_of(read.format)) + " " + read.text;
}

template <class Number> std::string big_endian(Number number) {
    std::string bytes(sizeof number, '\0');
    store_big(reinterpret_cast<std::byte*>(bytes.data()), number);
    return bytes;
}

TEST(Payload, IsShownAsWhatItLooksLike) {
    EXPECT_EQ(name_of(payload_of(std::nullopt, 10).format), "null");
    EXPECT_EQ(shown(""), "empty ");
    EXPECT_EQ(shown("plain ação"), "text plain ação");
    EXPECT_EQ(shown("42"), "text 42");
    EXPECT_EQ(shown("\"quoted\""), "text \"quoted\"");
    EXPECT_EQ(shown(" {\"a\": 1.50}\n"), "json  {\"a\": 1.50}\n");
    EXPECT_EQ(shown("[1,2]"), "json [1,2]");
    EXPECT_EQ(shown("{\"a\": 1"), "text {\"a\": 1");
    EXPECT_EQ(shown("<b>html</b>"), "text <b>html</b>");
    EXPECT_EQ(shown("\xff\xfe\xfd"), "hex fffefd");
    EXPECT_EQ(shown("text with a \0 in it"s), "hex 7465787420776974682061200020696e206974");
}

TEST(Payload, ShowsNumbersThatSerializersWrote) {
    EXPECT_EQ(shown(big_endian(std::int16_t{-2})), "number -2");
    EXPECT_EQ(shown(big_endian(std::int32_t{42})), "number 42");
    EXPECT_EQ(shown(big_endian(std::int32_t{-42})), "number -42");
    EXPECT_EQ(shown(big_endian(std::int64_t{1'709'209'801'500})), "number 1709209801500");
    EXPECT_EQ(shown(big_endian(INT64_MIN)), "number -9223372036854775808");
    EXPECT_EQ(shown(big_endian(std::int64_t{0x0000'0000'0100'0000})), "number 16777216"); // no schema id
    EXPECT_EQ(shown(big_endian(std::bit_cast<std::int64_t>(3.25))), "number 3.25");
    EXPECT_EQ(shown(big_endian(std::bit_cast<std::int64_t>(-19.9))), "number -19.9");
    EXPECT_EQ(shown(big_endian(std::bit_cast<std::int32_t>(19.9F))), "number 19.9");
    EXPECT_EQ(shown(big_endian(std::bit_cast<std::int64_t>(std::nan("")))), "number 9221120237041090560");
    EXPECT_EQ(shown(big_endian(std::int32_t{0x3f9d'f3b7})), "number 1067316151"); // 1.2340001 as a float
}

TEST(Payload, RecognisesTheIdOfASchema) {
    Payload read = payload("\0\0\0\x01\x02\x06"s + "abc");
    EXPECT_EQ(read.format, PayloadFormat::schema_id);
    EXPECT_EQ(read.schema_id, 258);
    EXPECT_EQ(read.text, "06616263");
    EXPECT_EQ(read.size, 9);
    EXPECT_EQ(payload("\0\0\0\0\0\x06"s + "abc").format, PayloadFormat::hex);
    EXPECT_EQ(payload("\0\xff\0\0\0\x06"s + "abc").format, PayloadFormat::hex);
}

TEST(Payload, IsCutBetweenCharacters) {
    Payload text = payload("açãoç", 4);
    EXPECT_EQ(text.text, "aç");
    EXPECT_TRUE(text.is_truncated);
    EXPECT_EQ(text.size, 8);
    EXPECT_FALSE(payload("abcd", 4).is_truncated);
    Payload json = payload("{\"a\": \"" + std::string(100, 'x') + "\"}", 10);
    EXPECT_EQ(json.format, PayloadFormat::json);
    EXPECT_EQ(json.text, "{\"a\": \"xxx");
    Payload bytes = payload("\xff\xfe\xfd", 5);
    EXPECT_EQ(bytes.text, "fffe");
    EXPECT_TRUE(bytes.is_truncated);
}

Message message(const TestRecord& record, std::string_view topic = "orders",
                std::size_t text_bytes_max = 10'000) {
    return with_record(record, [&](const kafka::Record& r) {
        FoundRecord found(PartitionIndex{3}, kafka::TimestampType::create_time, r);
        FoundRecord elsewhere = std::move(found);
        return message_of(topic, elsewhere, text_bytes_max);
    });
}

TEST(Message, KeepsItsBytesWhenItsBatchIsGone) {
    auto found =
        with_record({.key = "k", .value = "", .headers = {{"h", "v"}, {"n", std::nullopt}}}, [](auto& r) {
            return FoundRecord(PartitionIndex{1}, kafka::TimestampType::create_time, r);
        });
    EXPECT_EQ(as_text(*found.record().key), "k");
    EXPECT_TRUE(found.record().value->empty());
    auto headers = found.record().headers();
    EXPECT_EQ(as_text(*headers.next()->value), "v");
    EXPECT_EQ(headers.next()->key, "n");
}

TEST(Message, IsJsonWithNumbersThatSurviveJavaScript) {
    TestRecord  record{.key = "k",
                       .value = R"({"a":1})",
                       .headers = {{"h", std::nullopt}},
                       .offset = 9'007'199'254'740'993,
                       .timestamp = 1'709'209'801'500};
    std::string line;
    append_json_line(line, message(record));
    EXPECT_EQ(
        line,
        R"({"partition":3,"offset":"9007199254740993","timestamp":"1709209801500","timestamp_type":"create",)"
        R"("key":{"format":"text","text":"k","size":"1","truncated":false,"schema_id":null},)"
        R"("value":{"format":"json","text":"{\"a\":1}","size":"7","truncated":false,"schema_id":null},)"
        R"("headers":[{"name":"h","value":{"format":"null","text":null,"size":"0","truncated":false,)"
        R"("schema_id":null}}]})"
        "\n");
}

std::string csv(const TestRecord& record) {
    std::string line;
    append_csv_line(line, message(record));
    return line;
}

TEST(Message, IsALineOfCsvThatNoSpreadsheetRuns) {
    TestRecord record{.key = "k", .value = "v", .offset = 7, .timestamp = 0};
    EXPECT_EQ(csv(record), "3,7,1970-01-01T00:00:00.000Z,k,v,[]\r\n");
    record.value = "a \"b\", c\nd";
    EXPECT_EQ(csv(record), "3,7,1970-01-01T00:00:00.000Z,k,\"a \"\"b\"\", c\nd\",[]\r\n");
    record.key = std::nullopt;
    record.value = "";
    record.timestamp = -1;
    EXPECT_EQ(csv(record), "3,7,,,\"\",[]\r\n");
    record.value = "";
    record.key = "a;=1+1"; // two cells where a semicolon parts them
    EXPECT_EQ(csv(record), "3,7,,\"a;=1+1\",\"\",[]\r\n");
    for (std::string run : {"=1+1", "+1", "-x", "@SUM(A1)", "\tx", "\rx", "\nx"}) {
        record.key = run;
        EXPECT_EQ(csv(record), "3,7,,\"'" + run + "\",\"\",[]\r\n");
    }
    record.key = big_endian(std::int32_t{-5});
    record.headers = {{"h", "1"}, {"n", std::nullopt}};
    EXPECT_EQ(csv(record),
              "3,7,,-5,\"\",\"[{\"\"name\"\":\"\"h\"\",\"\"value\"\":\"\"1\"\"},{\"\"name\"\":\"\"n\"\","
              "\"\"value\"\":null}]\"\r\n");
}

TestRecord record_of(Bytes key, std::optional<Bytes> value) {
    TestRecord record{.key = std::string(as_text(key.view()))};
    if (value) record.value = std::string(as_text(value->view()));
    return record;
}

TEST(InternalTopics, ShowCommittedOffsets) {
    kafka::OffsetCommitKey   key{.group = "g", .topic = "orders", .partition = 2};
    kafka::OffsetCommitValue value{.offset = 9'007'199'254'740'993, .metadata = "m", .commit_timestamp = 5};
    auto record = record_of(kafka::encode_group_record_key(key), kafka::encode_group_record_value(value, 3));
    Message read = message(record, "__consumer_offsets");
    EXPECT_EQ(name_of(read.key.format), "kafka_record");
    EXPECT_EQ(read.key.text, R"({"type":1,"data":{"group":"g","topic":"orders","partition":2}})");
    EXPECT_EQ(read.value.text,
              R"({"version":3,"data":{"offset":9007199254740993,"leaderEpoch":-1,"metadata":"m",)"
              R"("commitTimestamp":5}})");
    EXPECT_NE(message(record, "orders").key.format, PayloadFormat::kafka_record);
    auto tombstone =
        message(record_of(kafka::encode_group_record_key(key), std::nullopt), "__consumer_offsets");
    EXPECT_EQ(tombstone.value.format, PayloadFormat::null);
}

TEST(InternalTopics, ShowGroupsAndWhatTheirMembersSaid) {
    kafka::GroupMetadataValue value{.protocol_type = "consumer", .generation = 4};
    value.members.push_back({.member_id = "m",
                             .subscription = kafka::encode_versioned(
                                 kafka::ConsumerProtocolSubscription{.topics = {"orders"}}, 0),
                             .assignment = Bytes::copy_of("not one")});
    auto    record = record_of(kafka::encode_group_record_key(kafka::GroupMetadataKey{"g"}),
                               kafka::encode_group_record_value(value, 3));
    Message read = message(record, "__consumer_offsets");
    EXPECT_EQ(read.key.text, R"({"type":2,"data":{"group":"g"}})");
    EXPECT_NE(read.value.text.find(R"("subscription":{"topics":["orders"])"), std::string::npos)
        << read.value.text;
    EXPECT_NE(read.value.text.find(R"("assignment":")" + base64(as_bytes("not one"))), std::string::npos);
}

TEST(InternalTopics, ShowTheNumberOfWhatIsNewer) {
    Message read = message({.key = "\0\x05\0\x01g"s, .value = "\0\0\xff"s}, "__consumer_offsets");
    EXPECT_EQ(read.key.text, R"({"type":5,"data":"000167"})");
    EXPECT_EQ(read.value.text, R"({"version":0,"data":"ff"})");
    EXPECT_EQ(message({.key = "\0\x05\0"s}, "__consumer_offsets").value.format, PayloadFormat::null);
    EXPECT_NE(message({.key = "\0\x02\0\x05g"s}, "__consumer_offsets").key.format,
              PayloadFormat::kafka_record);
}

TEST(InternalTopics, ShowTransactionsOfBothVersions) {
    std::string key = "\0\0\0\x02tx"s;
    std::string head =
        big_endian(std::int64_t{7}) + big_endian(std::int16_t{1}) + big_endian(std::int32_t{60'000}) + "\x01";
    std::string times = big_endian(std::int64_t{11}) + big_endian(std::int64_t{10});
    std::string data =
        R"("data":{"producerId":7,"producerEpoch":1,"transactionTimeoutMs":60000,"transactionStatus":1,)"
        R"("state":"Ongoing","transactionPartitions":[{"topic":"t","partitionIds":[5]}],)"
        R"("transactionLastUpdateTimestampMs":11,"transactionStartTimestampMs":10}})";
    std::string old = "\0\0"s + head + "\0\0\0\x01\0\x01t\0\0\0\x01\0\0\0\x05"s + times;
    std::string flexible = "\0\x01"s + head + "\x02\x02t\x02\0\0\0\x05\0"s + times + "\0"s;
    Message     read = message({.key = key, .value = old}, "__transaction_state");
    EXPECT_EQ(read.key.text, R"({"type":0,"data":{"transactionalId":"tx"}})");
    EXPECT_EQ(read.value.text, R"({"version":0,)" + data);
    EXPECT_EQ(message({.key = key, .value = flexible}, "__transaction_state").value.text,
              R"({"version":1,)" + data);
    for (std::size_t size = 0; size + 1 < flexible.size(); size++) {
        auto cut = message({.key = key, .value = flexible.substr(0, size)}, "__transaction_state");
        EXPECT_NE(cut.value.format, PayloadFormat::kafka_record) << size;
    }
}

TEST(InternalTopics, ShowMetadata) {
    Bytes value =
        kafka::encode_metadata_record(kafka::FeatureLevelRecord{.name = "f", .feature_level = 3}, 0);
    TestRecord record{.value = std::string(as_text(value.view()))};
    EXPECT_EQ(message(record, "__cluster_metadata").value.text,
              R"({"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":"f","featureLevel":3}})");
    EXPECT_EQ(message({.value = "\x01\x7f\x01x"}, "__cluster_metadata").value.format, PayloadFormat::number);
}

} // namespace
} // namespace riacho::browse
