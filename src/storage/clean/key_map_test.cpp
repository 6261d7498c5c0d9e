#include "base/random.hpp"
#include "storage/clean/key_map.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <map>
#include <string>

namespace riacho::storage {
namespace {

std::uint64_t same_hash(std::uint64_t, ByteView) { return 42; }

/// Notes random keys until the map is full, and compares with a map of strings.
void compare_with_naive(KeyMap::Hash hash, std::size_t bytes_max) {
    SeededRandom                        random(3);
    KeyMap                              map(bytes_max, 7, hash);
    std::map<std::string, std::int64_t> naive;
    for (std::int64_t offset = 0; offset < 20'000; ++offset) {
        std::string key(random.between(0, 30), static_cast<char>('a' + random.between(0, 3)));
        key += std::to_string(random.between(0, 3'000));
        if (map.note(as_bytes(key), {offset}) == KeyMap::Noted::full) break;
        naive[key] = offset;
        ASSERT_LE(map.bytes(), bytes_max);
    }
    EXPECT_GT(naive.size(), 50u);
    EXPECT_EQ(map.size(), naive.size());
    for (const auto& [key, offset] : naive) EXPECT_EQ(map.find(as_bytes(key)), Offset{offset}) << key;
    EXPECT_FALSE(map.find(as_bytes("not there")));
}

TEST(KeyMap, knows_the_last_offset_of_each_key_as_a_map_does) {
    compare_with_naive(seeded_hash, 1 << 20);
    compare_with_naive(seeded_hash, 8'192);
}

TEST(KeyMap, never_takes_one_key_for_another_of_the_same_hash) { compare_with_naive(same_hash, 16'384); }

TEST(KeyMap, holds_no_more_than_it_may_and_says_when_it_is_full) {
    KeyMap       map(100'000);
    std::int64_t offset = 0;
    for (;; ++offset) {
        std::string key = fmt::format("key-{}", offset);
        auto        noted = map.note(as_bytes(key), {offset});
        ASSERT_LE(map.bytes(), 100'000u);
        if (noted == KeyMap::Noted::full) break;
        ASSERT_EQ(noted, KeyMap::Noted::yes);
    }
    EXPECT_GT(offset, 1'000);
    EXPECT_EQ(map.note(as_bytes("key-7"), {offset}), KeyMap::Noted::yes) << "what is there can be updated";
    EXPECT_EQ(map.find(as_bytes("key-7")), Offset{offset});
    EXPECT_EQ(map.find(as_bytes("key-8")), Offset{8});
}

TEST(KeyMap, refuses_a_key_that_would_never_fit) {
    KeyMap      map(100'000);
    std::string giant(60'000, 'k');
    EXPECT_EQ(map.note(as_bytes(giant), {1}), KeyMap::Noted::too_large);
    EXPECT_TRUE(map.is_empty());
    EXPECT_EQ(map.note(as_bytes("small"), {2}), KeyMap::Noted::yes);
}

} // namespace
} // namespace riacho::storage
