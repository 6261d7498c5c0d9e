#include "codec/compression.hpp"
#include "console/page.hpp"

#include <gtest/gtest.h>
#include <string>

namespace riacho::console {
namespace {

constexpr std::size_t unpacked_bytes_max = 16 << 20;
constexpr std::size_t first_view_bytes_max = 500 * 1000;

const http::Asset* find_asset(std::string_view path) {
    for (const http::Asset& asset : page_assets())
        if (asset.path == path) return &asset;
    return nullptr;
}

std::string text_of(const http::Asset& asset) {
    if (asset.form == http::Asset::Form::plain) return std::string(as_text(asset.bytes));
    auto plain = decompress(Compression::gzip, asset.bytes, unpacked_bytes_max);
    return plain ? std::string(as_text(plain->view())) : "not gzip";
}

/// What stands in the document between `before` and the next quote, each time.
std::vector<std::string> quoted_after(std::string_view text, std::string_view before) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
        std::size_t start = at + before.size();
        found.emplace_back(text.substr(start, text.find('"', start) - start));
    }
    return found;
}

TEST(PageTest, every_file_unpacks) {
    EXPECT_GE(page_assets().size(), 6);
    for (const http::Asset& asset : page_assets()) EXPECT_NE(text_of(asset), "not gzip") << asset.path;
}

TEST(PageTest, the_document_asks_for_files_that_are_there_and_fit_the_first_view) {
    const http::Asset* index = find_asset("index.html");
    ASSERT_TRUE(index);
    std::string document = text_of(*index);
    std::size_t bytes = index->bytes.size();
    for (std::string_view before : {"src=\"/", "href=\"/"})
        for (const std::string& path : quoted_after(document, before)) {
            const http::Asset* asset = find_asset(path);
            ASSERT_TRUE(asset) << path;
            bytes += asset->bytes.size();
        }
    for (const http::Asset& asset : page_assets())
        if (asset.path.ends_with(".woff2")) bytes += asset.bytes.size();
    EXPECT_LT(bytes, first_view_bytes_max);
}

TEST(PageTest, the_document_has_nothing_inline) {
    std::string document = text_of(*find_asset("index.html"));
    EXPECT_EQ(document.find("<style"), document.npos);
    EXPECT_EQ(document.find("style=\""), document.npos);
    EXPECT_EQ(quoted_after(document, "<script>").size(), 0);
    EXPECT_EQ(document.find("http:"), document.npos);
}

TEST(PageTest, only_names_that_change_with_their_content_are_kept_forever) {
    for (const http::Asset& asset : page_assets()) {
        bool is_hashed = asset.path.starts_with("assets/");
        EXPECT_EQ(asset.caching == http::Asset::Caching::forever, is_hashed) << asset.path;
    }
}

TEST(PageTest, the_description_of_the_api_is_there) {
    const http::Asset* description = find_asset("openapi.json");
    ASSERT_TRUE(description);
    EXPECT_TRUE(text_of(*description).starts_with(R"({"openapi":"3.1)"));
}

} // namespace
} // namespace riacho::console
