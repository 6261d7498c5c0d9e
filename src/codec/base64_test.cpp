#include "codec/base64.hpp"
#include "codec/uuid.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace riacho {
namespace {

TEST(Base64, WritesAndReadsTheExamplesOfItsRfc) {
    std::array<std::array<std::string_view, 2>, 7> examples{{{"", ""},
                                                             {"f", "Zg=="},
                                                             {"fo", "Zm8="},
                                                             {"foo", "Zm9v"},
                                                             {"foob", "Zm9vYg=="},
                                                             {"fooba", "Zm9vYmE="},
                                                             {"foobar", "Zm9vYmFy"}}};
    for (auto [plain, text] : examples) {
        EXPECT_EQ(base64(as_bytes(plain)), text);
        EXPECT_EQ(as_text(*parse_base64(text)), plain);
        std::string_view unpadded = text.substr(0, text.find('='));
        EXPECT_EQ(base64(as_bytes(plain), Base64::url), unpadded);
        EXPECT_EQ(as_text(*parse_base64(unpadded)), plain);
        EXPECT_EQ(as_text(*parse_base64(text, Base64::url)), plain);
    }
}

TEST(Base64, HasTwoAlphabets) {
    std::vector<std::byte> bytes{std::byte{0xfb}, std::byte{0xef}, std::byte{0xff}};
    EXPECT_EQ(base64(bytes), "++//");
    EXPECT_EQ(base64(bytes, Base64::url), "--__");
    EXPECT_EQ(*parse_base64("--__", Base64::url), bytes);
    EXPECT_FALSE(parse_base64("--__"));
    EXPECT_FALSE(parse_base64("++//", Base64::url));
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
    for (std::string_view text : {"A", "Zg=", "Zg===", "Zg==Zg==", "Zm9v\n", "Zh", "Zm9=", "====", "Zm 9v"}) {
        EXPECT_FALSE(parse_base64(text)) << text;
    }
}

TEST(Hex, GivesBackEveryByte) {
    std::vector<std::byte> bytes;
    for (int i = 0; i < 256; i++) bytes.push_back(static_cast<std::byte>(i));
    EXPECT_EQ(*parse_hex(hex(bytes)), bytes);
    EXPECT_EQ(*parse_hex("0aFf"), *parse_hex("0AfF"));
    EXPECT_FALSE(parse_hex("0"));
    EXPECT_FALSE(parse_hex("0g"));
}

TEST(UuidText, IsTheOneKafkaPrints) {
    Uuid metadata; // the id that Kafka gives to __cluster_metadata
    metadata.bytes[15] = std::byte{1};
    EXPECT_EQ(uuid_text(metadata), "AAAAAAAAAAAAAAAAAAAAAQ");
    EXPECT_EQ(*parse_uuid("AAAAAAAAAAAAAAAAAAAAAQ"), metadata);
    EXPECT_EQ(*parse_uuid("AAAAAAAAAAAAAAAAAAAAAQ=="), metadata);
    EXPECT_EQ(uuid_text(Uuid{}), "AAAAAAAAAAAAAAAAAAAAAA");
}

TEST(UuidText, RefusesOtherLengthsAndCharacters) {
    EXPECT_FALSE(parse_uuid(""));
    EXPECT_FALSE(parse_uuid("AAAAAAAAAAAAAAAAAAAAA"));
    EXPECT_FALSE(parse_uuid("AAAAAAAAAAAAAAAAAAAAAAAA"));
    EXPECT_FALSE(parse_uuid("AAAAAAAAAAAAAAAAAAAA+/"));
}

} // namespace
} // namespace riacho
