// Kafka's own classes say what every message is: tests/messages/GoldenMessages.java writes the file,
// generate.sh runs it. What they encode is decoded here, printed as the same JSON and encoded to the same
// bytes.
#include "kafka/messages/all.hpp"

#include <array>
#include <charconv>
#include <fmt/core.h>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace riacho::kafka {

namespace {

struct Golden {
    std::string name;
    Version     version = 0;
    Bytes       bytes;
    std::string json;
};

Bytes from_hex(std::string_view hex) {
    auto buffer = std::make_shared<Buffer>(hex.size() / 2);
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        std::uint8_t value = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        buffer->span()[i / 2] = std::byte{value};
    }
    return Bytes(std::move(buffer));
}

Golden golden_of(std::string_view line) {
    std::array<std::string_view, 4> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto end = i + 1 < words.size() ? line.find('\t') : line.size();
        words[i] = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    Golden golden{.name = std::string(words[0]), .bytes = from_hex(words[2]), .json = std::string(words[3])};
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), golden.version);
    return golden;
}

using Compare = void (*)(const Golden&);

template <class M> void compare(const Golden& golden) {
    Reader in(golden.bytes);
    M      m;
    ASSERT_TRUE(decode(m, in, golden.version));
    EXPECT_TRUE(in.done());
    EXPECT_EQ(to_json(m, golden.version), golden.json);
    Writer out;
    encode(m, out, golden.version);
    EXPECT_TRUE(out.to_bytes() == golden.bytes) << "encoded to other bytes: " << golden.json;
}

std::map<std::string, Compare, std::less<>> comparers() {
    std::map<std::string, Compare, std::less<>> all;
    for_each_message([&]<class M>(std::type_identity<M>) {
        std::string name(M::api.name);
        if constexpr (requires { typename M::Response; })
            name += "Request";
        else if constexpr (std::same_as<std::remove_cvref_t<decltype(M::api)>, Api>)
            name += "Response";
        all.emplace(name, compare<M>);
    });
    return all;
}

} // namespace

TEST(GoldenMessages, KafkaDecodesPrintsAndEncodesThemTheSame) {
    std::ifstream file(RIACHO_GOLDEN_MESSAGES);
    if (!file)
        GTEST_SKIP() << "no " RIACHO_GOLDEN_MESSAGES " (tests/messages/generate.sh needs Java and Maven)";
    auto                  known = comparers();
    std::set<std::string> seen;
    int                   failures = 0;
    for (std::string line; std::getline(file, line) && failures < 10;) {
        Golden golden = golden_of(line);
        SCOPED_TRACE(fmt::format("{} v{}", golden.name, golden.version));
        auto found = known.find(golden.name);
        ASSERT_NE(found, known.end());
        found->second(golden);
        seen.insert(golden.name);
        if (HasFailure()) ++failures;
    }
    if (!HasFailure()) EXPECT_EQ(seen.size(), known.size()) << "the file lacks messages";
}

} // namespace riacho::kafka
