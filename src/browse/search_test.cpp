#include "browse/fake_topic.hpp"
#include "browse/search.hpp"
#include "io/testing.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::browse {
namespace {

using namespace std::chrono_literals;

std::string name_of_hit(const FoundRecord& found) {
    return std::to_string(static_cast<int>(found.partition())) + ":" +
           std::to_string(found.record().offset.value);
}

class SearchTopic : public ::testing::Test {
protected:
    /// `count` records from `offset` on in one batch, the value "value N", a second apart from `time` seconds
    /// on.
    void append(std::int32_t partition, std::int64_t offset, int count, std::int64_t time) {
        std::vector<TestRecord> records;
        for (int i = 0; i < count; i++)
            records.push_back({.value = "value " + std::to_string(offset + i),
                               .offset = offset + i,
                               .timestamp = (time + i) * 1000});
        topic_.append(partition, records);
    }
    void begin(SearchRequest request, std::string_view expression = "", SearchLimits limits = {}) {
        end();
        auto compiled = Expression::compile(expression);
        ASSERT_TRUE(compiled);
        auto begun = world_.run(
            Search::begin(world_.shard(), topic_, std::move(request), *std::move(compiled), limits));
        ASSERT_TRUE(begun);
        search_ = *std::move(begun);
    }
    Search::Answer<SearchEvent> next() { return world_.run(search_->next()); }
    /// The hits up to the end, "partition:offset" each.
    std::string hits() {
        std::string all;
        for (;;) {
            auto event = next();
            if (!event) return all + "failed";
            if (auto* found = std::get_if<FoundRecord>(&*event)) all += name_of_hit(*found) + " ";
            if (auto* done = std::get_if<SearchDone>(&*event)) {
                done_ = std::move(*done);
                return all;
            }
        }
    }
    std::string hits(SearchRequest request, std::string_view expression = "", SearchLimits limits = {}) {
        begin(std::move(request), expression, limits);
        return hits();
    }
    void end() {
        if (search_) world_.run(search_->stop());
        search_.reset();
    }
    void TearDown() override { end(); }

    io::SimulatedWorld      world_;
    FakeTopic               topic_{world_.shard()};
    std::unique_ptr<Search> search_;
    SearchDone              done_;
};

TEST_F(SearchTopic, MergesPartitionsInTheOrderOfTime) {
    append(0, 0, 2, 10); // seconds 10, 11
    append(0, 2, 2, 20); // 20, 21
    append(1, 0, 3, 11); // 11, 12, 13
    append(2, 0, 1, 5);
    EXPECT_EQ(hits({.start = Earliest{}}), "2:0 0:0 0:1 1:0 1:1 1:2 0:2 0:3 ");
    EXPECT_EQ(done_.reason, SearchDone::Reason::end);
    EXPECT_FALSE(done_.resume);
    EXPECT_EQ(done_.progress.records, 8);
    EXPECT_EQ(done_.progress.hits, 8);
    EXPECT_EQ(done_.progress.share, 1);
    EXPECT_EQ(hits({.partitions = {PartitionIndex{1}}, .start = Earliest{}}), "1:0 1:1 1:2 ");
}

TEST_F(SearchTopic, FindsWhatTheExpressionSays) {
    for (int i = 0; i < 20; i++) append(i % 2, i * 50, 50, i * 50);
    EXPECT_EQ(hits({.start = Earliest{}}, "value contains 777 or value == 'value 3'"), "0:3 1:777 ");
    EXPECT_EQ(done_.progress.records, 1000);
    EXPECT_EQ(hits({.start = Earliest{}}, "nothing"), "");
}

TEST_F(SearchTopic, BeginsAndEndsWhereItIsTold) {
    append(0, 0, 5, 0);
    append(0, 5, 5, 100);
    append(1, 0, 4, 102);
    EXPECT_EQ(hits({.start = Offset{8}}), "0:8 0:9 ");
    EXPECT_EQ(hits({.start = Offset{3}, .end = Offset{6}}), "0:3 0:4 0:5 1:3 ");
    EXPECT_EQ(hits({.start = Timestamp{103'000}}), "0:8 1:1 0:9 1:2 1:3 ");
    EXPECT_EQ(hits({.start = Timestamp{3'000}, .end = Timestamp{101'000}}), "0:3 0:4 0:5 ");
    EXPECT_EQ(hits({.start = Timestamp{500'000}}), "");
    EXPECT_EQ(hits({.start = Latest{}}), "");
    EXPECT_EQ(hits({.start = Offset{100}}), "");
}

TEST_F(SearchTopic, FindsTheNewestOfAllPartitionsTogether) {
    append(0, 0, 100, 0); // seconds 0 to 99
    append(1, 0, 10, 95); // 95 to 104
    append(2, 0, 3, 1);   // long ago
    EXPECT_EQ(hits({.start = Newest{3}}), "1:7 1:8 1:9 ");
    EXPECT_EQ(hits({.start = Newest{8}}), "1:3 0:99 1:4 1:5 1:6 1:7 1:8 1:9 ");
    EXPECT_EQ(hits({.start = Newest{1000}, .hits_max = 1000}).size(),
              hits({.start = Earliest{}, .hits_max = 1000}).size());
    EXPECT_EQ(done_.progress.records, 113);
    EXPECT_EQ(hits({.start = Newest{5}}, "value == 'value 9'"), "1:9 ");
}

TEST_F(SearchTopic, FindsTheNewestWhereOffsetsHaveGaps) {
    for (int i = 0; i < 5; i++) append(0, i * 1'000'000, 2, i);
    EXPECT_EQ(hits({.start = Newest{3}}), "0:3000001 0:4000000 0:4000001 ");
    EXPECT_LE(topic_.fetches, 40);
}

TEST_F(SearchTopic, EndsAtTheLimitAndGoesOnFromThere) {
    append(0, 0, 6, 0);
    append(1, 0, 6, 3);
    EXPECT_EQ(hits({.start = Earliest{}, .hits_max = 5}), "0:0 0:1 0:2 0:3 1:0 ");
    EXPECT_EQ(done_.reason, SearchDone::Reason::limit);
    ASSERT_TRUE(done_.resume);
    append(0, 6, 2, 50); // after the search began: not part of it
    auto cursor = parse_cursor(cursor_text(*done_.resume));
    ASSERT_TRUE(cursor);
    EXPECT_EQ(hits({.start = *cursor, .hits_max = 5}), "0:4 1:1 0:5 1:2 1:3 ");
    ASSERT_TRUE(done_.resume);
    EXPECT_EQ(hits({.start = *done_.resume, .hits_max = 5}), "1:4 1:5 ");
    EXPECT_EQ(done_.reason, SearchDone::Reason::end);
}

TEST_F(SearchTopic, ReadsTopicsThatAreEmptyDeletedOrCompacted) {
    topic_.partitions[0];
    EXPECT_EQ(hits({.start = Earliest{}}), "");
    EXPECT_EQ(hits({.start = Newest{10}}), "");
    append(0, 0, 3, 0);
    append(0, 3, 3, 3);
    topic_.partitions[0].start = Offset{4};
    EXPECT_EQ(hits({.start = Earliest{}}), "0:4 0:5 ");
    EXPECT_EQ(hits({.start = Offset{1}}), "0:4 0:5 ");
    // Compaction left gaps between records, between batches and at the end.
    topic_.append(1, {{.value = "a", .offset = 2}, {.value = "b", .offset = 7}}, {.last_offset_delta = 20});
    topic_.append(1, {{.value = "c", .offset = 40}});
    topic_.partitions[1].end = Offset{100};
    EXPECT_EQ(hits({.partitions = {PartitionIndex{1}}, .start = Earliest{}}), "1:2 1:7 1:40 ");
    EXPECT_EQ(hits({.partitions = {PartitionIndex{1}}, .start = Offset{30}}), "1:40 ");
    EXPECT_EQ(hits({.partitions = {PartitionIndex{1}}, .start = Newest{2}}), "1:7 1:40 ");
}

TEST_F(SearchTopic, GoesOnBehindWhatIsDeletedMeanwhile) {
    for (int i = 0; i < 10; i++) append(0, i * 10, 10, i * 10);
    begin({.start = Earliest{}}, "", {.fetch_bytes_max = 1});
    auto first = next();
    ASSERT_TRUE(first);
    topic_.partitions[0].start = Offset{85};
    std::string rest = hits();
    EXPECT_TRUE(
        rest.ends_with("0:85 0:86 0:87 0:88 0:89 0:90 0:91 0:92 0:93 0:94 0:95 0:96 0:97 0:98 0:99 "));
    EXPECT_EQ(rest.find("0:50 "), std::string::npos);
}

TEST_F(SearchTopic, LeavesOutWhatWasAbortedAndTheMarkers) {
    auto transactional = [](std::int64_t producer) {
        return kafka::BatchOptions{.attributes = {kafka::BatchAttributes::transactional_bit},
                                   .producer_id = ProducerId{producer},
                                   .producer_epoch = 0};
    };
    topic_.append(0, {{.value = "committed", .offset = 0}}, transactional(7));
    topic_.append(0, {{.value = "aborted", .offset = 1}}, transactional(8));
    topic_.append(0, {{.value = "plain", .offset = 2}});
    topic_.append_marker(0, kafka::ControlType::abort, ProducerId{8});  // 3
    topic_.append_marker(0, kafka::ControlType::commit, ProducerId{7}); // 4
    topic_.append(0, {{.value = "later", .offset = 5}}, transactional(8));
    topic_.append_marker(0, kafka::ControlType::commit, ProducerId{8}); // 6
    EXPECT_EQ(hits({.start = Earliest{}}),
              "0:0 0:1 0:2 0:5 "); // uncommitted: the source names no aborted ones
    topic_.partitions[0].aborted = {{{ProducerId{8}, Offset{1}}, Offset{3}}};
    EXPECT_EQ(hits({.start = Earliest{}}), "0:0 0:2 0:5 ");
    EXPECT_EQ(hits({.start = Newest{2}}), "0:2 0:5 ");
    EXPECT_EQ(hits({.start = Newest{3}}), "0:0 0:2 0:5 ");
}

TEST_F(SearchTopic, TellsItsProgressWhileItFindsNothing) {
    for (int i = 0; i < 100; i++) append(0, i * 10, 10, i * 10);
    begin({.start = Earliest{}}, "nothing", {.fetch_bytes_max = 1, .progress_every = 20ms});
    std::vector<SearchProgress> told;
    Time                        last = world_.simulation().now();
    for (;;) {
        auto event = next();
        ASSERT_TRUE(event);
        if (std::holds_alternative<SearchDone>(*event)) break;
        auto* progress = std::get_if<SearchProgress>(&*event);
        ASSERT_NE(progress, nullptr);
        EXPECT_LE(world_.simulation().now() - last, 25ms);
        last = world_.simulation().now();
        told.push_back(*progress);
    }
    ASSERT_GE(told.size(), 5);
    for (std::size_t i = 1; i < told.size(); i++) {
        EXPECT_GE(told[i].records, told[i - 1].records);
        EXPECT_GE(told[i].share, told[i - 1].share);
    }
    EXPECT_GT(told.back().share, 0.5);
    EXPECT_EQ(told[0].places.size(), 1);
    EXPECT_EQ(told[0].places[0].end, Offset{1000});
}

TEST_F(SearchTopic, FollowsWhatArrives) {
    append(0, 0, 3, 0);
    topic_.partitions[1];
    begin({.start = Latest{}, .follow = Follow::yes});
    auto waiting = next();
    ASSERT_TRUE(waiting);
    auto* progress = std::get_if<SearchProgress>(&*waiting);
    ASSERT_NE(progress, nullptr);
    EXPECT_EQ(progress->share, 1);
    append(1, 0, 1, 60);
    append(0, 3, 1, 61);
    std::string found;
    for (int i = 0; i < 20; i++) {
        auto event = next();
        ASSERT_TRUE(event);
        if (auto* hit = std::get_if<FoundRecord>(&*event)) found += name_of_hit(*hit) + " ";
    }
    EXPECT_TRUE(found == "1:0 0:3 " || found == "0:3 1:0 ") << found;
}

TEST_F(SearchTopic, FollowsFromTheLimitOfWhatWasThereBefore) {
    append(0, 0, 10, 0);
    begin({.start = Earliest{}, .hits_max = 2, .follow = Follow::yes});
    append(0, 10, 3, 60);
    std::string found;
    for (int i = 0; i < 20; i++) {
        auto event = next();
        ASSERT_TRUE(event);
        if (auto* hit = std::get_if<FoundRecord>(&*event)) found += name_of_hit(*hit) + " ";
        EXPECT_FALSE(std::holds_alternative<SearchDone>(*event));
    }
    EXPECT_EQ(found, "0:0 0:1 0:10 0:11 0:12 ");
}

TEST_F(SearchTopic, FetchesNoMoreThanItsReaderTakes) {
    std::string large(1000, 'x');
    for (int i = 0; i < 2000; i++) topic_.append(i % 4, {{.value = large, .offset = i / 4, .timestamp = i}});
    begin({.start = Earliest{}, .hits_max = 100'000}, "",
          {.buffered_bytes_max = 50'000, .fetch_bytes_max = 20'000});
    for (int i = 0; i < 10; i++) ASSERT_TRUE(next());
    world_.simulation().run_for(60s);
    EXPECT_LE(topic_.fetched_bytes, 100'000);
    std::size_t found = 10;
    for (;;) {
        auto event = next();
        ASSERT_TRUE(event);
        if (std::holds_alternative<FoundRecord>(*event)) ++found;
        if (std::holds_alternative<SearchDone>(*event)) break;
    }
    EXPECT_EQ(found, 2000);
}

TEST_F(SearchTopic, FindsOneRecord) {
    append(0, 0, 5, 0);
    topic_.append(0, {{.value = "a", .offset = 5}, {.value = "b", .offset = 8}});
    auto found = [&](std::int64_t offset) {
        auto record = world_.run(find_record(world_.shard(), topic_, PartitionIndex{0}, {offset}));
        return record && *record ? std::string(as_text(*(*record)->record().value)) : "none";
    };
    EXPECT_EQ(found(3), "value 3");
    EXPECT_EQ(found(8), "b");
    EXPECT_EQ(found(6), "none");
    EXPECT_EQ(found(9), "none");
    EXPECT_EQ(found(1000), "none");
}

TEST_F(SearchTopic, SaysWhenItsSourceFails) {
    append(0, 0, 1, 0);
    auto compiled = Expression::compile("");
    auto refused = world_.run(Search::begin(world_.shard(), topic_,
                                            {.partitions = {PartitionIndex{9}}, .start = Earliest{}},
                                            *std::move(compiled)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, SourceError::unknown_partition);
    begin({.start = Earliest{}});
    topic_.failing = SourceError::unreachable;
    EXPECT_EQ(hits(), "failed");
}

TEST_F(SearchTopic, CountsBatchesThatAreDamaged) {
    append(0, 0, 2, 0);
    append(0, 2, 2, 2);
    append(0, 4, 2, 4);
    auto broken = topic_.partitions[0].batches[1].bytes.writable();
    broken[kafka::batch_layout::header_size] = std::byte{0x7f}; // the size of its first record
    EXPECT_EQ(hits({.start = Earliest{}}), "0:0 0:1 0:4 0:5 ");
    EXPECT_EQ(done_.progress.damaged_batches, 1);
    topic_.partitions[0].batches[1].bytes.writable()[kafka::batch_layout::magic] = std::byte{1};
    begin({.start = Earliest{}});
    auto event = next();
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, SourceError::unreadable);
}

TEST(SearchPlaces, AreReadFromTheirTexts) {
    EXPECT_TRUE(std::holds_alternative<Earliest>(*parse_search_start("earliest")));
    EXPECT_TRUE(std::holds_alternative<Latest>(*parse_search_start("latest")));
    EXPECT_EQ(std::get<Offset>(*parse_search_start("offset:17")), Offset{17});
    EXPECT_EQ(std::get<Timestamp>(*parse_search_start("time:1709209801500")), Timestamp{1709209801500});
    EXPECT_EQ(std::get<Timestamp>(*parse_search_end("time:2024-02-29T12:30:01.5Z")),
              Timestamp{1709209801500});
    EXPECT_EQ(std::get<Newest>(*parse_search_start("last:200")).count, 200);
    EXPECT_EQ(std::get<Offset>(*parse_search_end("offset:0")), Offset{0});
    for (std::string_view text :
         {"", "oldest", "offset:", "offset:-1", "offset:1x", "offset:99999999999999999999", "last:0",
          "last:-1", "time:", "time:yesterday", "latest "})
        EXPECT_FALSE(parse_search_start(text)) << text;
    EXPECT_FALSE(parse_search_end("last:5"));
    EXPECT_FALSE(parse_search_end("latest"));
}

TEST(SearchPlaces, AreRefusedWhereACursorIsDamaged) {
    EXPECT_EQ(parse_cursor("")->places.size(), 0);
    EXPECT_EQ(parse_cursor("0-17-200,3-5-90")->places[1], (Resume::Place{PartitionIndex{3}, {5}, {90}}));
    for (std::string_view text :
         {"0", "0-1", "0-1-", "0-5-4", "0-1-2,0-1-2", "1-1-2,0-1-2", "x-1-2", "0-1-2-3", "-1-1-2"})
        EXPECT_FALSE(parse_cursor(text)) << text;
}

} // namespace
} // namespace riacho::browse
