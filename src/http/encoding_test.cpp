#include "codec/compression.hpp"
#include "http/encoding.hpp"
#include "http/server_testing.hpp"

namespace riacho::http {
namespace {

TEST(Encoding, takes_gzip_where_the_peer_weighs_it_over_nothing) {
    const std::pair<std::string_view, bool> cases[] = {
        {"gzip", true},        {"deflate, GZip;q=0.2", true},
        {"gzip;q=0", false},   {"gzip; q=0.000", false},
        {"*", true},           {"*;q=0", false},
        {"br", false},         {"", false},
        {"*;q=0, gzip", true}, {"identity;q=1, *", true},
        {"xgzip", false},      {"gzip;q=0, *", false},
    };
    for (const auto& [value, expected] : cases)
        EXPECT_EQ(accepts_gzip({{"Accept-Encoding", std::string(value)}}), expected) << value;
    EXPECT_FALSE(accepts_gzip({}));
}

TEST(Encoding, compares_tags_as_a_cache_does) {
    auto listed = [](std::string value) {
        return matches_etag({{"If-None-Match", std::move(value)}}, "\"a\"");
    };
    EXPECT_TRUE(listed("\"a\""));
    EXPECT_TRUE(listed("\"b\", W/\"a\""));
    EXPECT_TRUE(listed("*"));
    EXPECT_FALSE(listed("\"b\""));
    EXPECT_FALSE(listed("a"));
    EXPECT_TRUE(matches_etag({{"if-none-match", "\"a\""}}, "W/\"a\""));
}

std::string rows(std::size_t bytes) {
    std::string text;
    for (int i = 0; text.size() < bytes; ++i) text += fmt::format("row {}\n", i);
    text.resize(bytes);
    return text;
}

Task<Done> give_rows(Exchange& exchange) {
    const std::string* bytes = exchange.target().find("bytes");
    co_await exchange.respond(response("application/json", rows(std::stoul(*bytes))));
    co_return Done{};
}

Task<Done> give_picture(Exchange& exchange) {
    co_await exchange.respond(response("image/png", rows(5000)));
    co_return Done{};
}

Task<Done> stream_rows(Exchange& exchange) {
    co_await exchange.begin({.fields = {{"Content-Type", "application/json"}, {"ETag", "\"e\""}}});
    for (int i = 0; i < 10; ++i) co_await exchange.write(rows(1000));
    co_return Done{};
}

/// An answer taken apart by the parser.
struct Answer {
    ResponseHead head;
    std::string  body;
    std::string  field(std::string_view name) const {
        const std::string* value = head.fields.find(name);
        return value ? *value : "";
    }
    std::string unpacked() const {
        auto plain = decompress(Compression::gzip, as_bytes(body), 1 << 26);
        return plain ? std::string(as_text(plain->view())) : "damaged";
    }
};

Answer parsed(std::string_view text, Method method = Method::get) {
    Answer         answer;
    ResponseParser parser;
    parser.set_method(method);
    for (ByteView left = as_bytes(text);;) {
        auto step = parser.next(left);
        if (!step || step->found == Parser::Found::more || step->found == Parser::Found::end) return answer;
        left = left.subspan(step->consumed);
        if (step->found == Parser::Found::head) answer.head = parser.take_head();
        if (step->found == Parser::Found::body) answer.body += as_text(step->body);
    }
}

class CompressedAnswers : public ServerTest {
protected:
    CompressedAnswers() {
        router_.add(Method::get, "/rows", give_rows);
        router_.add(Method::get, "/picture", give_picture);
        router_.add(Method::get, "/stream", stream_rows);
    }
    Answer asked(std::string_view target) { return parsed(ask(get(target, "Accept-Encoding: gzip\r\n"))); }
};

TEST_F(CompressedAnswers, are_given_where_they_are_worth_it) {
    start();
    for (std::size_t bytes :
         {std::size_t{1024}, std::size_t{65536}, std::size_t{65537}, std::size_t{1} << 20}) {
        Answer answer = asked(fmt::format("/rows?bytes={}", bytes));
        EXPECT_EQ(answer.field("Content-Encoding"), "gzip") << bytes;
        EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
        EXPECT_TRUE(answer.unpacked() == rows(bytes)) << bytes;
    }
    EXPECT_EQ(asked("/rows?bytes=1023").field("Content-Encoding"), "");
    EXPECT_EQ(asked("/picture").field("Content-Encoding"), "");
    Answer plain = parsed(ask(get("/rows?bytes=2000")));
    EXPECT_EQ(plain.field("Content-Encoding"), "");
    EXPECT_EQ(plain.field("Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.body, rows(2000));
}

TEST_F(CompressedAnswers, have_no_length_for_HEAD_and_no_body) {
    start();
    Answer answer = parsed(ask("HEAD /rows?bytes=2000 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"),
                           Method::head);
    EXPECT_EQ(answer.field("Content-Encoding"), "gzip");
    EXPECT_EQ(answer.field("Content-Length"), "");
}

TEST_F(CompressedAnswers, are_streamed_and_their_tags_become_weak) {
    start();
    Answer answer = asked("/stream");
    EXPECT_EQ(answer.field("ETag"), "W/\"e\"");
    std::string expected;
    for (int i = 0; i < 10; ++i) expected += rows(1000);
    EXPECT_EQ(answer.unpacked(), expected);
}

TEST_F(CompressedAnswers, are_plain_where_there_is_no_memory_to_compress) {
    start({.memory_bytes_max = 100 << 10});
    EXPECT_EQ(asked("/rows?bytes=2000").field("Content-Encoding"), "");
}

} // namespace
} // namespace riacho::http
