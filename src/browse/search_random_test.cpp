// Topics drawn from a seed, read in every way: what comes out is what a plain list says.
#include "base/random.hpp"
#include "browse/fake_topic.hpp"
#include "browse/search.hpp"
#include "io/testing.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace riacho::browse {
namespace {

struct Written {
    std::int32_t partition;
    std::int64_t offset;
    std::int64_t time;
    auto         operator<=>(const Written&) const = default;
};
using Places = std::vector<std::pair<std::int32_t, std::int64_t>>;

class RandomTopic {
public:
    explicit RandomTopic(std::uint64_t seed) : chance_(seed) {
        auto partitions = static_cast<std::int32_t>(1 + below(4));
        for (std::int32_t index = 0; index < partitions; index++) fill(index);
    }

    Places all(SearchRequest request, SearchLimits limits = {}) {
        Places places;
        read(std::move(request), limits, places);
        return places;
    }
    Places in_pages(std::size_t page) {
        Places      places;
        SearchStart start = Earliest{};
        for (;;) {
            auto done = read({.start = start, .hits_max = page}, {}, places);
            if (!done.resume) return places;
            start = *parse_cursor(cursor_text(*done.resume));
        }
    }
    /// The oldest of what comes next in each partition, again and again.
    Places expected() const {
        std::map<std::int32_t, std::size_t> next;
        Places                              places;
        for (;;) {
            const Written* oldest = nullptr;
            for (const auto& [index, records] : written_) {
                if (next[index] == records.size()) continue;
                const Written& head = records[next[index]];
                if (!oldest || head.time < oldest->time) oldest = &head;
            }
            if (!oldest) return places;
            places.emplace_back(oldest->partition, oldest->offset);
            ++next[oldest->partition];
        }
    }
    /// How many of `places` have the time of the first of the last `count`: which of them are newer is open.
    std::size_t ties(const Places& places, std::size_t count) const {
        if (count == 0) return 0;
        std::int64_t time = time_of(places[places.size() - count]);
        return static_cast<std::size_t>(
            std::ranges::count(places, time, [this](const auto& p) { return time_of(p); }));
    }
    std::size_t size() const {
        std::size_t count = 0;
        for (const auto& [index, records] : written_) count += records.size();
        return count;
    }
    std::uint64_t below(std::uint64_t count) { return chance_.between(0, count - 1); }

private:
    std::int64_t time_of(const std::pair<std::int32_t, std::int64_t>& place) const {
        return std::ranges::find(written_.at(place.first), place.second, &Written::offset)->time;
    }
    void fill(std::int32_t index) {
        topic_.partitions[index];
        std::int64_t offset = 0, time = static_cast<std::int64_t>(below(50));
        for (std::uint64_t batches = below(12); batches > 0; batches--) {
            std::vector<TestRecord> records;
            for (std::uint64_t count = 1 + below(6); count > 0; count--) {
                records.push_back(
                    {.value = std::string(below(300), 'v'), .offset = offset, .timestamp = time});
                written_[index].push_back({index, offset, time});
                offset += 1 + static_cast<std::int64_t>(below(3) == 0 ? below(20) : 0);
                time += static_cast<std::int64_t>(below(10));
            }
            topic_.append(index, records);
        }
    }
    SearchDone read(SearchRequest request, SearchLimits limits, Places& places) {
        auto search = world_.run(
            Search::begin(world_.shard(), topic_, std::move(request), *Expression::compile(""), limits));
        for (;;) {
            auto event = world_.run((*search)->next());
            if (auto* hit = std::get_if<FoundRecord>(&*event))
                places.emplace_back(static_cast<std::int32_t>(hit->partition()), hit->record().offset.value);
            auto* done = std::get_if<SearchDone>(&*event);
            if (!done) continue;
            world_.run((*search)->stop());
            return std::move(*done);
        }
    }

    SeededRandom                                 chance_;
    io::SimulatedWorld                           world_;
    FakeTopic                                    topic_{world_.shard()};
    std::map<std::int32_t, std::vector<Written>> written_;
};

TEST(SearchOfAnything, FindsEachRecordOnceAndInOrder) {
    for (std::uint64_t seed = 1; seed <= 60; seed++) {
        SCOPED_TRACE(seed);
        RandomTopic topic(seed);
        Places      expected = topic.expected();
        EXPECT_EQ(topic.all({.start = Earliest{}, .hits_max = 100'000}), expected);
        EXPECT_EQ(topic.in_pages(1 + topic.below(9)), expected);
        EXPECT_EQ(topic.all({.start = Newest{100'000}, .hits_max = 100'000}), expected);
        // Where memory allows no better, the order is that of what is there; nothing is lost or doubled.
        Places scarce = topic.all({.start = Earliest{}, .hits_max = 100'000},
                                  {.buffered_bytes_max = 1, .fetch_bytes_max = 1});
        std::ranges::sort(scarce);
        std::ranges::sort(expected);
        EXPECT_EQ(scarce, expected);
    }
}

TEST(SearchOfAnything, BeginsSoThatTheNewestRemain) {
    for (std::uint64_t seed = 1; seed <= 60; seed++) {
        SCOPED_TRACE(seed);
        RandomTopic topic(seed);
        std::size_t count = 1 + topic.below(30);
        Places      expected = topic.expected();
        Places      newest = topic.all({.start = Newest{count}, .hits_max = 100'000});
        ASSERT_EQ(newest.size(), std::min(count, topic.size()));
        // Times never fall in these partitions, so the newest are the last of the merged order but for ties.
        std::set<std::pair<std::int32_t, std::int64_t>> last(
            expected.end() - static_cast<std::ptrdiff_t>(newest.size()), expected.end());
        std::size_t others = 0;
        for (const auto& place : newest) others += last.contains(place) ? 0 : 1;
        EXPECT_LE(others, topic.ties(expected, newest.size()));
    }
}

} // namespace
} // namespace riacho::browse
