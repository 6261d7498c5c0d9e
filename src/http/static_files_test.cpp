#include "codec/compression.hpp"
#include "http/server_testing.hpp"
#include "http/static_files.hpp"

namespace riacho::http {
namespace {

class StaticFilesTest : public ServerTest {
protected:
    StaticFilesTest()
        : script_(*compress(Compression::gzip, as_bytes(script_text))),
          assets_{{"index.html", as_bytes("<p>")},
                  {"a/app-1.js", script_.view(), Asset::Form::gzip, Asset::Caching::forever}},
          files_(assets_, "index.html") {
        router_.add(Method::get, "/{path...}", [this](Exchange& exchange) {
            return files_.serve(exchange, exchange.parameter("path"));
        });
    }
    /// The status, the fields that matter and the body.
    std::string asked(std::string_view target, std::string_view fields = "") {
        std::string text = ask(get(target, fields));
        std::size_t body = text.find("\r\n\r\n") + 4;
        std::string told = text.substr(9, 3);
        for (std::string_view name : {"Content-Type", "Cache-Control", "Content-Encoding"}) {
            std::size_t at = text.find(fmt::format("{}: ", name));
            if (at < body)
                told += " [" + text.substr(at, text.find("\r\n", at) - at).substr(name.size() + 2) + "]";
        }
        return told + " " + text.substr(body);
    }
    std::string tag_of(std::string_view target, std::string_view fields = "") {
        std::string text = ask(get(target, fields));
        std::size_t at = text.find("ETag: ") + 6;
        return text.substr(at, text.find("\r\n", at) - at);
    }

    static constexpr std::string_view script_text = "alert(1)";
    static constexpr std::string_view takes_gzip = "Accept-Encoding: gzip\r\n";
    Bytes                             script_;
    std::vector<Asset>                assets_;
    StaticFiles                       files_;
};

TEST_F(StaticFilesTest, are_served_with_type_and_caching_packed_or_not) {
    start();
    EXPECT_EQ(asked("/index.html"), "200 [text/html; charset=utf-8] [no-cache] <p>");
    std::string script = "200 [text/javascript; charset=utf-8] [public, max-age=31536000, immutable] ";
    EXPECT_EQ(asked("/a/app-1.js"), script + "alert(1)");
    EXPECT_EQ(asked("/a/app-1.js", takes_gzip), script + "[gzip] " + std::string(as_text(script_.view())));
}

TEST_F(StaticFilesTest, are_not_sent_again_to_who_has_them) {
    start();
    std::string packed = tag_of("/a/app-1.js", takes_gzip);
    std::string plain = tag_of("/a/app-1.js");
    EXPECT_NE(packed, plain);
    auto has = [](std::string_view tag, std::string_view more = "") {
        return fmt::format("If-None-Match: {}\r\n{}", tag, more);
    };
    EXPECT_TRUE(asked("/a/app-1.js", has(plain)).starts_with("304 [public"));
    EXPECT_TRUE(asked("/a/app-1.js", has(packed, takes_gzip)).starts_with("304 [public"));
    EXPECT_TRUE(asked("/a/app-1.js", has(packed)).starts_with("200"));
    EXPECT_EQ(asked("/", has(tag_of("/"))), "304 [no-cache] ");
}

TEST_F(StaticFilesTest, give_the_fallback_for_a_page_and_404_for_a_file) {
    start();
    std::string page = "200 [text/html; charset=utf-8] [no-cache] <p>";
    EXPECT_EQ(asked("/"), page);
    EXPECT_EQ(asked("/topics/a"), page);
    EXPECT_EQ(asked("/topics/a.b/messages"), page);
    EXPECT_TRUE(asked("/a/app-2.js").starts_with("404"));
    EXPECT_TRUE(asked("/a/../index.html").starts_with("404"));
}

} // namespace
} // namespace riacho::http
