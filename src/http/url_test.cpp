#include "http/url.hpp"

#include <gtest/gtest.h>

namespace riacho::http {
namespace {

std::string parts(std::string_view text) {
    auto url = url_of(text);
    if (!url) return "refused";
    return (url->origin.scheme == Scheme::https ? "https " : "http ") + url->origin.endpoint.text() + " " +
           url->target + " " + url->origin.host_text();
}

TEST(Url, is_taken_apart) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"http://localhost:8081", "http localhost:8081 / localhost:8081"},
        {"http://localhost:8081/", "http localhost:8081 / localhost:8081"},
        {"HTTP://registry/subjects?deleted=true", "http registry:80 /subjects?deleted=true registry"},
        {"https://registry", "https registry:443 / registry"},
        {"https://registry:80", "https registry:80 / registry:80"},
        {"http://[::1]:8083/a", "http [::1]:8083 /a [::1]:8083"},
        {"http://[::1]", "http [::1]:80 / [::1]"},
        {"http://a?b", "http a:80 /?b a"},
        {"localhost:8081", "refused"},
        {"ftp://a", "refused"},
        {"http://", "refused"},
        {"http://:80", "refused"},
        {"http://a:0", "refused"},
        {"http://a:65536", "refused"},
        {"http://a:", "refused"},
        {"http://[::1", "refused"},
        {"http://[::1]80", "refused"},
        {"http://user:secret@a", "refused"},
        {"http://a/b c", "refused"},
        {"http://a/b#c", "refused"},
        {"http://a\r\nb/", "refused"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(parts(text), expected) << text;
}

} // namespace
} // namespace riacho::http
