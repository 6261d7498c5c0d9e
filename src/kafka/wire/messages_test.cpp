#include "kafka/messages/all.hpp"
#include "kafka/wire/filler.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace riacho::kafka {

namespace {

/// Calls `visit(m, version)` with an instance of every message at every version, filled anew `times` times.
void each_filled_message(int times, auto&& visit) {
    SeededRandom random(20);
    for_each_message([&]<class M>(std::type_identity<M>) {
        for (Version version = M::api.versions.low; version <= M::api.versions.high; ++version) {
            for (int i = 0; i < times; ++i) {
                SCOPED_TRACE(fmt::format("{} v{} #{}", M::api.name, version, i));
                M      m;
                Filler filler(random, version);
                M::describe(filler, m);
                visit(m, version);
                if (testing::Test::HasFailure()) return;
            }
        }
    });
}

template <class M> Bytes encoded(const M& m, Version version) {
    Writer out;
    encode(m, out, version);
    return out.to_bytes();
}

} // namespace

TEST(Messages, WhatIsEncodedIsDecodedAsItWas) {
    each_filled_message(20, []<class M>(const M& m, Version version) {
        Bytes  bytes = encoded(m, version);
        Reader in(bytes);
        M      again;
        ASSERT_TRUE(decode(again, in, version));
        ASSERT_TRUE(in.done());
        ASSERT_EQ(to_json(again, version), to_json(m, version));
        ASSERT_TRUE(again == m);
    });
}

TEST(Messages, EveryTruncationIsRefused) {
    each_filled_message(4, []<class M>(const M& m, Version version) {
        Bytes bytes = encoded(m, version);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            Reader in(bytes.slice(0, size));
            M      again;
            ASSERT_FALSE(decode(again, in, version)) << size << " of " << bytes.size() << " bytes";
        }
    });
}

TEST(Messages, DamagedFramesAreReadOrRefusedAndNeverCrash) {
    SeededRandom random(21);
    each_filled_message(10, [&]<class M>(const M& m, Version version) {
        Bytes bytes = encoded(m, version);
        if (bytes.empty()) return;
        for (int damages = 0; damages < 4; ++damages) {
            bytes.writable()[random.between(0, bytes.size() - 1)] = static_cast<std::byte>(random.bits());
            Reader in(bytes);
            M      again;
            if (!decode(again, in, version)) continue;
            Reader second(encoded(again, version));
            M      third;
            ASSERT_TRUE(decode(third, second, version));
        }
    });
}

TEST(Messages, DecodingForgetsWhatTheStructHeldBefore) {
    HeartbeatRequest m{.group_id = "old", .group_instance_id = "old"};
    Reader           in(encoded(HeartbeatRequest{.group_id = "new"}, 0));
    ASSERT_TRUE(decode(m, in, 0));
    EXPECT_EQ(m, HeartbeatRequest{.group_id = "new"});
}

TEST(Messages, FieldsTheVersionDoesNotCarryAreLeftOut) {
    HeartbeatRequest m{.group_id = "g", .group_instance_id = "instance"};
    EXPECT_EQ(encoded(m, 2), encoded(HeartbeatRequest{.group_id = "g"}, 2));
    EXPECT_NE(encoded(m, 3), encoded(HeartbeatRequest{.group_id = "g"}, 3));
}

TEST(Messages, NullWhereTheVersionHasNoneIsWrittenAsEmptyAndRefusedWhenRead) {
    EXPECT_EQ(encoded(MetadataRequest{}, 0), Bytes::copy_of(std::string_view("\0\0\0\0", 4)));
    MetadataRequest m;
    Reader          null(Bytes::copy_of("\xff\xff\xff\xff"));
    EXPECT_FALSE(decode(m, null, 0));
    Reader allowed(Bytes::copy_of("\xff\xff\xff\xff"));
    EXPECT_TRUE(decode(m, allowed, 1));
    EXPECT_FALSE(m.topics);
}

TEST(Messages, TextThatAClassicLengthCannotCountIsCut) {
    Reader           in(encoded(HeartbeatRequest{.group_id = std::string(40000, 'x'), .member_id = "m"}, 0));
    HeartbeatRequest m;
    ASSERT_TRUE(decode(m, in, 0));
    EXPECT_EQ(m.group_id.size(), 32767);
    EXPECT_EQ(m.member_id, "m");
}

TEST(Messages, UnknownTaggedFieldsAreSkipped) {
    Reader            in(Bytes::copy_of(std::string_view("\0\0\0\0\0\0\x02\x05\x01x\x07\0", 12)));
    HeartbeatResponse m;
    EXPECT_TRUE(decode(m, in, 4));
    EXPECT_TRUE(in.done());
}

TEST(Messages, ATaggedFieldOfAnotherSizeThanItSaysIsRefused) {
    auto decodes = [](std::string_view tags) {
        std::string bytes = "\x01"; // one tag
        bytes += tags;
        Reader                 in(Bytes::copy_of(bytes));
        BeginTransactionRecord m;
        return decode(m, in, 0) && in.done();
    };
    EXPECT_TRUE(decodes(std::string_view("\0\x02\x02x", 4)));
    EXPECT_FALSE(decodes(std::string_view("\0\x03\x02x", 4)));
    EXPECT_FALSE(decodes(std::string_view("\0\x03\x02xy", 5)));
    EXPECT_FALSE(decodes(std::string_view("\0\x01\x02x", 4)));
}

TEST(Messages, ACountThatTheFrameCannotHoldReservesNothing) {
    // Fetch v4 up to its topics, then a count of topics of at least 6 bytes each.
    auto topics = [](std::uint32_t count, std::size_t bytes_after) {
        Writer out;
        for (int i = 0; i < 4; ++i) out.big_endian(std::int32_t{0});
        out.big_endian(std::int8_t{0});
        out.big_endian(count);
        out.copy(as_bytes(std::string(bytes_after, '\0')));
        Reader       in(out.to_bytes());
        FetchRequest m;
        EXPECT_EQ(decode(m, in, 4), count * 6 <= bytes_after);
        return m.topics.capacity();
    };
    EXPECT_EQ(topics(0x7fffffff, 1000), 0);
    EXPECT_EQ(topics(167, 1000), 0);
    EXPECT_EQ(topics(100, 600), 100);
}

TEST(Messages, ACompactCountThatTheFrameCannotHoldReservesNothing) {
    MetadataRequest m;
    Reader          in(Bytes::copy_of("\xff\xff\xff\xff\x0fxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    EXPECT_FALSE(decode(m, in, 12));
    ASSERT_TRUE(m.topics);
    EXPECT_EQ(m.topics->capacity(), 0);
}

TEST(Messages, SmallElementsGrowNoFurtherThanTheReaderAllows) {
    // DeleteTopics v4: names of one byte each, that become strings of 32.
    auto reads = [](std::size_t names, std::size_t bytes_max) {
        DeleteTopicsRequest m;
        m.topic_names.resize(names);
        Bytes               frame = encoded(m, 4);
        Reader              in(frame);
        DeleteTopicsRequest again;
        in.limit_memory(bytes_max);
        bool is_read = decode(again, in, 4);
        if (is_read) EXPECT_EQ(in.memory_used(), names * sizeof(std::string));
        if (!is_read) EXPECT_EQ(again.topic_names.capacity(), 0);
        return is_read;
    };
    EXPECT_TRUE(reads(1000, 1000 * sizeof(std::string)));
    EXPECT_FALSE(reads(1001, 1000 * sizeof(std::string)));
}

TEST(Messages, RecordsAreSlicesOfTheFrame) {
    ProduceRequest m;
    m.topic_data.push_back(
        {.name = "t", .partition_data = {{.records = Bytes::copy_of(std::string(1000, 'r'))}}});
    Bytes          frame = encoded(m, 9);
    Reader         in(frame);
    ProduceRequest again;
    ASSERT_TRUE(decode(again, in, 9));
    const Bytes& records = *again.topic_data[0].partition_data[0].records;
    EXPECT_EQ(records.held_bytes(), frame.size());
    EXPECT_GE(records.view().data(), frame.view().data());
    EXPECT_LT(records.view().data(), frame.view().data() + frame.size());
}

TEST(Messages, JsonIsThatOfKafka) {
    ConsumerProtocolSubscription m{
        .topics = {"a\"\n\x01"}, .user_data = Bytes::copy_of("ab"), .generation_id = 7};
    EXPECT_EQ(to_json(m, 2),
              R"({"topics":["a\"\n\u0001"],"userData":"YWI=","ownedPartitions":[],"generationId":7})");
    EXPECT_EQ(to_json(TopicRecord{.name = "t"}, 0), R"({"name":"t","topicId":"AAAAAAAAAAAAAAAAAAAAAA"})");
}

} // namespace riacho::kafka
