#include "http/parser_testing.hpp"
#include "http/serializer.hpp"

#include <gtest/gtest.h>

namespace riacho::http {
namespace {

struct Case {
    std::string_view about;
    std::string      text;
    std::string      expected;
};

template <class P> void check_in_every_cut(const Case& c, auto&& make) {
    SCOPED_TRACE(c.about);
    P whole = make();
    EXPECT_EQ(Transcript::of(whole, c.text), c.expected);
    P bytes = make();
    EXPECT_EQ(Transcript::of(bytes, c.text, [](std::size_t) { return std::size_t{1}; }), c.expected)
        << "byte by byte";
    for (std::size_t cut = 1; cut < c.text.size(); ++cut) {
        P    halves = make();
        bool is_first = true;
        auto piece = [&](std::size_t left) { return std::exchange(is_first, false) ? cut : left; };
        EXPECT_EQ(Transcript::of(halves, c.text, piece), c.expected) << "cut behind " << cut;
    }
}

std::string refused(ParseError error) { return fmt::format("refused {}\n", static_cast<int>(error)); }

TEST(RequestParser, reads_requests_in_whatever_pieces_they_come) {
    const Case cases[] = {
        {"no body", "GET /a?b=c HTTP/1.1\r\nHost: x:80\r\n\r\n", "GET /a?b=c of x:80 [Host=x:80]\nend\n"},
        {"white space around a value", "GET / HTTP/1.1\r\nHost: \t x \t\r\nA:\r\n\r\n",
         "GET / of x [Host=x] [A=]\nend\n"},
        {"one after the other", "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: x\r\n\r\n",
         "GET /1 of x [Host=x]\nend\nHEAD /2 of x [Host=x]\nend\n"},
        {"a body of a length",
         "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET / HTTP/1.1\r\n",
         "POST / of x [Host=x] [Content-Length=4]\nbody body\nend\nunfinished\n"},
        {"a body of no length", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
         "PUT / of x [Host=x] [Content-Length=0]\nend\n"},
        {"chunks, extensions and trailers",
         "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
         "4;a=\"b;c\"\r\nbody\r\nA\r\n0123456789\r\n0\r\nTrail: er\r\n\r\n",
         "POST / of x [Host=x] [Transfer-Encoding=Chunked]\nbody body0123456789\nend\n"},
        {"no chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "POST / of x [Host=x] [Transfer-Encoding=chunked]\nend\n"},
        {"an empty line before it", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / of x [Host=x]\nend\n"},
        {"the absolute form, whose host counts", "GET http://a.b:1?q HTTP/1.1\r\nHost: x\r\n\r\n",
         "GET /?q of a.b:1 [Host=x]\nend\n"},
        {"the whole server", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * of x [Host=x]\nend\n"},
        {"the last on its connection", "DELETE /a HTTP/1.1\r\nHost: x\r\nConnection: te, Close\r\n\r\n",
         "DELETE /a of x [Host=x] [Connection=te, Close] last\nend\n"},
        {"HTTP/1.0 ends", "GET / HTTP/1.0\r\n\r\n", "GET / of  last\nend\n"},
        {"HTTP/1.0 that goes on", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
         "GET / of  [Connection=keep-alive]\nend\n"},
        {"one that waits", "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
         "PUT / of x [Host=x] [Expect=100-Continue] [Content-Length=1] waits\nbody x\nend\n"},
        {"bytes over 127 in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: \xc3\xa9\r\n\r\n",
         "GET / of x [Host=x] [A=\xc3\xa9]\nend\n"},
    };
    for (const Case& c : cases) check_in_every_cut<RequestParser>(c, [] { return RequestParser(); });
}

TEST(RequestParser, refuses_what_others_may_read_differently) {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
    const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string taken = "POST / of x [Host=x] [Transfer-Encoding=chunked]\n";
    const Case        cases[] = {
        {"both lengths", head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"two lengths", head + "Content-Length: 4\r\nContent-Length: 4\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"a list of lengths", head + "Content-Length: 4, 4\r\n\r\n", refused(ParseError::bad_framing)},
        {"a signed length", head + "Content-Length: +4\r\n\r\n", refused(ParseError::bad_framing)},
        {"a length of 2^64", head + "Content-Length: 18446744073709551616\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"two codings", head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"gzip before chunked", head + "Transfer-Encoding: gzip, chunked\r\n\r\n",
                refused(ParseError::unknown_coding)},
        {"chunked is not the last", head + "Transfer-Encoding: chunked, identity\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"a coding that only looks alike", head + "Transfer-Encoding: xchunked\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                refused(ParseError::bad_framing)},
        {"a space before the colon", head + "Content-Length : 4\r\n\r\n", refused(ParseError::bad_field)},
        {"a folded field", head + "A: b\r\n c: d\r\n\r\n", refused(ParseError::bad_field)},
        {"no name", head + ": b\r\n\r\n", refused(ParseError::bad_field)},
        {"no colon", head + "a\r\n\r\n", refused(ParseError::bad_field)},
        {"a bare line feed", "GET / HTTP/1.1\r\nHost: x\n\r\n", refused(ParseError::bad_field)},
        {"a bare carriage return", head + "A: b\rTransfer-Encoding: chunked\r\n\r\n",
                refused(ParseError::bad_field)},
        {"a zero byte", head + std::string("A: b\0c\r\n\r\n", 10), refused(ParseError::bad_field)},
        {"no host", "GET / HTTP/1.1\r\n\r\n", refused(ParseError::bad_host)},
        {"two hosts", head + "Host: y\r\n\r\n", refused(ParseError::bad_host)},
        {"a host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", refused(ParseError::bad_host)},
        {"another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", refused(ParseError::bad_version)},
        {"a small version", "GET / http/1.1\r\n", refused(ParseError::bad_start_line)},
        {"no version", "GET /\r\n", refused(ParseError::bad_start_line)},
        {"a space in the target", "GET /a b HTTP/1.1\r\n", refused(ParseError::bad_start_line)},
        {"two spaces", "GET  / HTTP/1.1\r\n", refused(ParseError::bad_start_line)},
        {"a fragment", "GET /a#b HTTP/1.1\r\n", refused(ParseError::bad_start_line)},
        {"another scheme", "GET ftp://x/ HTTP/1.1\r\n", refused(ParseError::bad_start_line)},
        {"a tunnel", "CONNECT x:1 HTTP/1.1\r\n", refused(ParseError::bad_start_line)},
        {"a method that is not served", "BREW / HTTP/1.1\r\n", refused(ParseError::unknown_method)},
        {"a small method", "get / HTTP/1.1\r\n", refused(ParseError::unknown_method)},
        {"two empty lines", "\r\n\r\nGET / HTTP/1.1\r\n", refused(ParseError::bad_start_line)},
        {"an unknown expectation", head + "Expect: wonders\r\n\r\n",
                refused(ParseError::unknown_expectation)},
        {"a chunk without a size", chunked + "\r\n", taken + refused(ParseError::bad_chunk)},
        {"a chunk of -1", chunked + "-1\r\n", taken + refused(ParseError::bad_chunk)},
        {"a chunk of 0x4", chunked + "0x4\r\n", taken + refused(ParseError::bad_chunk)},
        {"a chunk of 2^64", chunked + "10000000000000000\r\n", taken + refused(ParseError::bad_chunk)},
        {"a space behind the size", chunked + "4 \r\n", taken + refused(ParseError::bad_chunk)},
        {"a chunk that is longer than it says", chunked + "4\r\nbodyX\r\n",
                taken + "body body\n" + refused(ParseError::bad_chunk)},
        {"a chunk ended by a line feed", chunked + "4\r\nbody\n",
                taken + "body body\n" + refused(ParseError::bad_field)},
        {"a folded trailer", chunked + "0\r\n a: b\r\n\r\n", taken + refused(ParseError::bad_field)},
    };
    for (const Case& c : cases) check_in_every_cut<RequestParser>(c, [] { return RequestParser(); });
}

TEST(RequestParser, refuses_what_is_over_a_limit_and_takes_what_is_at_it) {
    ParserLimits limits{
        .start_line_bytes_max = 20, .fields_max = 3, .fields_bytes_max = 20, .chunk_line_bytes_max = 5};
    const std::string chunked = "GET / HTTP/1.0\r\n";
    const Case        cases[] = {
        {"a line at its limit", "GET /123456 HTTP/1.0\r\n\r\n", "GET /123456 of  last\nend\n"},
        {"a line over it", "GET /1234567 HTTP/1.0\r\n\r\n", refused(ParseError::target_too_long)},
        {"a line that never ends", std::string(22, 'x'), refused(ParseError::target_too_long)},
        {"fields at their limit", "GET / HTTP/1.0\r\na:12345678\r\nb:12345678\r\n\r\n",
                "GET / of  [a=12345678] [b=12345678] last\nend\n"},
        {"fields over it", "GET / HTTP/1.0\r\na:12345678\r\nb:123456789\r\n\r\n",
                refused(ParseError::head_too_large)},
        {"as many as may be", "GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\n\r\n",
                "GET / of  [a=] [b=] [c=] last\nend\n"},
        {"one more", "GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\nd:\r\n\r\n", refused(ParseError::head_too_large)},
    };
    for (const Case& c : cases) check_in_every_cut<RequestParser>(c, [&] { return RequestParser(limits); });
    ParserLimits wide{.chunk_line_bytes_max = 5};
    const Case   chunks[] = {
        {"an extension at its limit",
           "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding:chunked\r\n\r\n1;abc\r\nx",
           "PUT / of  [Host=] [Transfer-Encoding=chunked]\nbody x\nunfinished\n"},
        {"an extension over it", "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding:chunked\r\n\r\n1;abcd\r\nx",
           "PUT / of  [Host=] [Transfer-Encoding=chunked]\n" + refused(ParseError::bad_chunk)},
    };
    for (const Case& c : chunks) check_in_every_cut<RequestParser>(c, [&] { return RequestParser(wide); });
}

TEST(ResponseParser, reads_responses_in_whatever_pieces_they_come) {
    const Case cases[] = {
        {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
         "200 [Content-Length=2]\nbody ok\nend\n"},
        {"no reason", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "404 [Content-Length=0]\nend\n"},
        {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
         "200 [Transfer-Encoding=chunked]\nbody ok\nend\n"},
        {"until the end", "HTTP/1.1 200 OK\r\n\r\nall of it", "200 last\nbody all of it\nunfinished\n"},
        {"informational first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
         "100\nend\n204\nend\n"},
        {"304 has a length and no body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
         "304 [Content-Length=9]\nend\n"},
        {"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
         refused(ParseError::bad_framing)},
        {"another protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n", refused(ParseError::bad_start_line)},
        {"two digits", "HTTP/1.1 20 OK\r\n", refused(ParseError::bad_start_line)},
        {"four digits", "HTTP/1.1 2000 OK\r\n", refused(ParseError::bad_start_line)},
        {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", refused(ParseError::bad_start_line)},
    };
    for (const Case& c : cases) check_in_every_cut<ResponseParser>(c, [] { return ResponseParser(); });
}

TEST(ResponseParser, takes_no_body_behind_the_answer_to_HEAD) {
    ResponseParser parser;
    parser.set_method(Method::head);
    EXPECT_EQ(Transcript::of(parser, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
              "200 [Content-Length=9]\nend\n");
}

TEST(ResponseParser, tells_an_end_from_a_cut) {
    auto end_after = [](std::string_view text) {
        ResponseParser parser;
        Transcript::of(parser, text);
        return parser.finish().has_value();
    };
    EXPECT_TRUE(end_after(""));
    EXPECT_TRUE(end_after("HTTP/1.1 200 OK\r\n\r\nall of"));
    EXPECT_TRUE(end_after("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
    EXPECT_FALSE(end_after("HTTP/1.1 200 OK\r\n"));
    EXPECT_FALSE(end_after("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx"));
    EXPECT_FALSE(end_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"));
}

TEST(Serializer, writes_what_the_parser_reads) {
    RequestHead request{.method = Method::patch, .target = "/a%20b?c", .fields = {{"Host", "x"}, {"A", "b"}}};
    RequestParser requests;
    EXPECT_EQ(Transcript::of(requests, text_of(request)), "PATCH /a%20b?c of x [Host=x] [A=b]\nend\n");
    ResponseHead   response{.status = Status::not_found, .fields = {{"Content-Length", "0"}}};
    ResponseParser responses;
    EXPECT_EQ(Transcript::of(responses, text_of(response)), "404 [Content-Length=0]\nend\n");
}

TEST(Serializer, lets_no_value_begin_another_field) {
    ResponseHead response{.fields = {{"Location", "/\r\nSet-Cookie: a=b"}}};
    EXPECT_EQ(text_of(response), "HTTP/1.1 200 OK\r\nLocation: /  Set-Cookie: a=b\r\n\r\n");
}

} // namespace
} // namespace riacho::http
