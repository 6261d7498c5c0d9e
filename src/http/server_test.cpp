#include "http/server_testing.hpp"

namespace riacho::http {
namespace {

using namespace std::chrono_literals;

class HttpServer : public ServerTest {
protected:
    HttpServer() {
        router_.add(Method::post, "/echo", echo);
        router_.add(Method::post, "/small", echo, {.body_bytes_max = 4});
        router_.add(Method::post, "/reflect", reflect);
        router_.add(Method::post, "/ignore", ignore);
        router_.add(Method::get, "/three", count_to_three);
        router_.add(Method::get, "/half", fail_late);
        router_.add(Method::get, "/wait", wait_for_the_end);
        router_.add(Method::get, "/sleep", sleep_a_second);
    }
    static std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
        return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n{}", target, fields,
                           body.size(), body);
    }
    static std::string plain(std::string_view body, std::string_view fields = "") {
        return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n{}\r\n{}",
                           body.size(), fields, body);
    }
};

const std::string three = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: "
                          "Accept-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n";

TEST_F(HttpServer, answers_one_request_after_the_other_on_one_connection) {
    start();
    EXPECT_EQ(ask(post("/echo", "hi") + get("/three") + post("/echo", "", "Connection: close\r\n")),
              plain("hi") + three + plain("", "Connection: close\r\n") + "<end>");
}

TEST_F(HttpServer, leaves_the_body_out_of_an_answer_to_HEAD) {
    start();
    EXPECT_EQ(ask("HEAD /three HTTP/1.1\r\nHost: x\r\n\r\n" + get("/three")),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Accept-Encoding\r\nTransfer-Encoding: "
              "chunked\r\n\r\n" +
                  three);
}

TEST_F(HttpServer, ends_what_it_streams_to_HTTP_1_0_with_the_connection) {
    start();
    EXPECT_EQ(ask("GET /three HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Accept-Encoding\r\nConnection: "
              "close\r\n\r\nonetwothree<end>");
    EXPECT_EQ(ask("POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi"),
              plain("hi", "Connection: keep-alive\r\n"));
}

TEST_F(HttpServer, gives_a_handler_the_body_piece_by_piece_however_it_was_sent) {
    start();
    EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n1\r\nd\r\n0\r\nTrail: er\r\n\r\n" +
                  get("/three")),
              plain("abcd") + three);
}

TEST_F(HttpServer, asks_for_a_body_that_waits_for_leave) {
    start();
    std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    EXPECT_EQ(ask(head + "hi"), "HTTP/1.1 100 Continue\r\n\r\n" + plain("hi"));
    std::string streamed = ask(head.replace(6, 4, "reflect") + "hi");
    EXPECT_TRUE(streamed.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(streamed.ends_with("2\r\nhi\r\n0\r\n\r\n")) << streamed;
}

TEST_F(HttpServer, closes_when_the_handler_did_not_want_the_body_that_waits) {
    start();
    EXPECT_EQ(ask("POST /ignore HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
              "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n<end>");
}

TEST_F(HttpServer, reads_over_a_small_body_that_its_handler_left_and_closes_behind_a_large_one) {
    start({.unread_bytes_max = 100});
    std::string no_content = "HTTP/1.1 204 No Content\r\n";
    EXPECT_EQ(ask(post("/ignore", std::string(100, 'x')) + get("/three")), no_content + "\r\n" + three);
    EXPECT_EQ(ask(post("/ignore", std::string(101, 'x')) + get("/three")),
              no_content + "Connection: close\r\n\r\n<end>");
}

TEST_F(HttpServer, refuses_a_body_over_the_limit_of_its_route) {
    start({.body_bytes_max = 10});
    EXPECT_TRUE(ask(post("/echo", "1234567890")).starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(ask(post("/echo", "12345678901")).starts_with("HTTP/1.1 413"));
    EXPECT_TRUE(ask(post("/small", "1234")).starts_with("HTTP/1.1 200"));
    EXPECT_EQ(
        ask("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"),
        "HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 54\r\n\r\n413 Content Too Large: the body has more than 4 bytes\n");
}

TEST_F(HttpServer, refuses_what_is_no_request_and_closes) {
    start();
    EXPECT_EQ(ask("nonsense\r\n\r\n" + get("/three")),
              "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 48\r\n"
              "Connection: close\r\n\r\n400 Bad Request: a request line has three parts\n<end>");
    EXPECT_TRUE(ask("GET / HTTP/3.0\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 505"));
    EXPECT_TRUE(ask("GET /" + std::string(9000, 'x')).starts_with("HTTP/1.1 414"));
    EXPECT_TRUE(ask(get("/", "A: " + std::string(40000, 'x'))).starts_with("HTTP/1.1 431"));
}

TEST_F(HttpServer, refuses_a_body_that_is_none) {
    start();
    std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::string answer = ask(head + "zz\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << answer;
    EXPECT_TRUE(answer.ends_with("<end>")) << answer;
}

TEST_F(HttpServer, cuts_off_an_answer_that_cannot_be_completed) {
    start();
    EXPECT_EQ(ask(get("/half")),
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nhalf of\r\n<end>");
}

/// Byte by byte, until the server has had enough.
Task<std::string> drip(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting, std::string text,
                       Time pause) {
    auto stream = co_await std::move(connecting);
    for (char c : text) {
        std::string one(1, c);
        if (stream->is_abandoned()) break;
        co_await stream->write({as_bytes(one)}, Time::max());
        co_await shard.sleep_for(pause);
    }
    std::string got;
    std::byte   buffer[4096];
    while (std::size_t size = co_await stream->read_some(buffer, shard.now() + 1h))
        got += as_text(ByteView(buffer).first(size));
    co_return got;
}

TEST_F(HttpServer, takes_a_request_that_comes_byte_by_byte) {
    start();
    std::string text = post("/echo", "slowly", "Connection: close\r\n");
    EXPECT_TRUE(world_.run(drip(shard(), connect(), text, 50ms)).ends_with("slowly"));
}

TEST_F(HttpServer, waits_for_a_head_only_for_so_long) {
    start({.head_max = 10s});
    Time before = now();
    EXPECT_TRUE(world_.run(drip(shard(), connect(), get("/three"), 1s)).starts_with("HTTP/1.1 408"));
    EXPECT_LT(now() - before, 13s);
}

TEST_F(HttpServer, waits_for_a_body_only_for_so_long) {
    start({.body_wait_max = 5s});
    std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nx";
    Time        before = now();
    EXPECT_TRUE(world_.run(drip(shard(), connect(), head, 0s)).starts_with("HTTP/1.1 408"));
    EXPECT_LT(now() - before, 8s);
}

TEST_F(HttpServer, closes_a_connection_that_asks_nothing_for_long) {
    start({.idle_max = 20s});
    Time before = now();
    EXPECT_EQ(world_.run(drip(shard(), connect(), "", 0s)), "");
    EXPECT_GE(now() - before, 20s);
    EXPECT_LT(now() - before, 21s);
}

Task<std::string> push_much(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting,
                            std::size_t bytes) {
    auto        stream = co_await std::move(connecting);
    std::string head = fmt::format("POST /reflect HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                   "Content-Length: {}\r\n\r\n",
                                   bytes);
    io::Group   writing(shard);
    struct Writer {
        static Task<> all(io::Stream& to, std::string first, std::size_t count) {
            std::string body(count, 'x');
            co_await to.write({as_bytes(first), as_bytes(body)}, Time::max());
        }
    };
    writing.spawn(Writer::all(*stream, head, bytes));
    co_await shard.sleep_for(5s); // nobody reads: the handler is held up, and so is the writer
    bool        was_held_up = !writing.is_idle();
    std::size_t got = 0;
    std::byte   buffer[4096];
    while (std::size_t size = co_await stream->read_some(buffer, shard.now() + 1h)) got += size;
    co_await writing.join();
    co_return fmt::format("{} {}", was_held_up ? "held up" : "buffered", got > bytes ? "whole" : "short");
}

TEST_F(HttpServer, holds_up_who_sends_while_nobody_reads_the_answer) {
    start();
    std::size_t held_before = world_.memory().held_bytes();
    EXPECT_EQ(world_.run(push_much(shard(), connect(), 1 << 20)), "held up whole");
    world_.run_for(1s);
    EXPECT_EQ(world_.memory().held_bytes(), held_before);
}

TEST_F(HttpServer, refuses_a_body_that_there_is_no_memory_for) {
    start({.memory_bytes_max = 100 << 10});
    EXPECT_TRUE(ask(post("/echo", std::string(20 << 10, 'x'))).starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(ask(post("/echo", std::string(90 << 10, 'x'))).starts_with("HTTP/1.1 503"));
}

Task<std::string> leave_while_it_waits(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting,
                                       Server& server) {
    auto        stream = co_await std::move(connecting);
    std::string text = get("/wait");
    co_await stream->write({as_bytes(text)}, Time::max());
    co_await shard.sleep_for(1s);
    std::size_t served = server.connections();
    stream->close();
    co_await shard.sleep_for(3s);
    co_return fmt::format("{} then {}", served, server.connections());
}

TEST_F(HttpServer, tells_a_handler_that_waits_that_its_peer_has_left) {
    start();
    EXPECT_EQ(world_.run(leave_while_it_waits(shard(), connect(), *server_)), "1 then 0");
}

struct StopRun {
    io::Shard&  shard;
    Server&     server;
    std::string text;
    Time        within;
};
Task<std::string> stop_while_asked(StopRun run, Task<std::unique_ptr<io::Stream>> connecting) {
    auto stream = co_await std::move(connecting);
    co_await stream->write({as_bytes(run.text)}, Time::max());
    co_await run.shard.sleep_for(500ms);
    co_await run.server.stop(run.shard.now() + run.within);
    std::string got;
    std::byte   buffer[4096];
    while (std::size_t size = co_await stream->read_some(buffer, run.shard.now() + 1h))
        got += as_text(ByteView(buffer).first(size));
    co_return got.substr(std::min(got.size(), got.rfind("\r\n\r\n")));
}

TEST_F(HttpServer, answers_what_is_under_way_when_it_stops) {
    start();
    EXPECT_EQ(world_.run(stop_while_asked({shard(), *server_, get("/sleep") + get("/three"), 2s}, connect())),
              "\r\n\r\nslept");
    server_.reset();
}

TEST_F(HttpServer, ends_long_streams_and_idle_connections_at_once_when_it_stops) {
    start();
    Time before = now();
    EXPECT_EQ(world_.run(stop_while_asked({shard(), *server_, get("/wait"), 2s}, connect())), "\r\n\r\n");
    EXPECT_LT(now() - before, 600ms);
    server_.reset();
    router_ = {};
    start();
    before = now();
    EXPECT_EQ(world_.run(stop_while_asked({shard(), *server_, "", 2s}, connect())), "");
    EXPECT_LT(now() - before, 600ms);
    server_.reset();
}

TEST_F(HttpServer, cuts_off_what_does_not_end_by_the_deadline_of_a_stop) {
    start();
    Time before = now();
    EXPECT_EQ(world_.run(stop_while_asked({shard(), *server_, get("/sleep"), 100ms}, connect())), "");
    EXPECT_LT(now() - before, 2s);
    server_.reset();
}

Task<std::string> come_as_many(io::Shard& shard, std::vector<Task<std::unique_ptr<io::Stream>>> all) {
    std::vector<std::unique_ptr<io::Stream>> streams;
    for (auto& one : all) {
        streams.push_back(co_await std::move(one));
        co_await shard.sleep_for(10ms);
    }
    std::string told;
    for (auto& stream : streams) told += stream->is_abandoned() ? "closed " : "open ";
    co_return told;
}

TEST_F(HttpServer, makes_room_by_closing_the_connection_that_is_idle_longest) {
    start({.connections_max = 2});
    std::vector<Task<std::unique_ptr<io::Stream>>> all;
    for (int i = 0; i < 4; ++i) all.push_back(connect());
    EXPECT_EQ(world_.run(come_as_many(shard(), std::move(all))), "closed closed open open ");
}

Task<std::string> come_when_all_are_busy(io::Shard& shard, Task<std::unique_ptr<io::Stream>> first,
                                         Task<std::unique_ptr<io::Stream>> second) {
    auto        busy = co_await std::move(first);
    std::string text = get("/wait");
    co_await busy->write({as_bytes(text)}, Time::max());
    co_await shard.sleep_for(10ms);
    auto      late = co_await std::move(second);
    std::byte buffer[4096];
    auto      size = co_await late->read_some(buffer, shard.now() + 1h);
    co_return std::string(as_text(ByteView(buffer).first(size)).substr(0, 12));
}

TEST_F(HttpServer, turns_away_who_comes_when_every_connection_is_busy) {
    start({.connections_max = 1});
    EXPECT_EQ(world_.run(come_when_all_are_busy(shard(), connect(), connect())), "HTTP/1.1 503");
}

Task<> ask_and_leave(io::SimulatedWorld& world, io::Endpoint at, std::string text) {
    auto stream = co_await world.network().connect(world.shard(), at, Time::max());
    co_await stream->write({as_bytes(text)}, Time::max());
    co_await ServerTest::receive(world.shard(), *stream, 10s);
}

/// What a world of this seed writes while several peers ask at once.
std::uint64_t trace_of(std::uint64_t seed) {
    io::SimulatedWorld world(seed);
    Router             router;
    router.add(Method::get, "/three", count_to_three);
    Server server(world.world(), world.shard(), std::move(router));
    server.serve(world.network().listen(world.shard(), {"server", 80}));
    io::Group peers(world.shard());
    for (int i = 0; i < 5; ++i)
        peers.spawn(ask_and_leave(world, {"server", 80}, get("/three") + get("/none")));
    world.run_for(1s);
    world.run(server.stop(world.simulation().now() + 1s));
    return world.simulation().trace_hash();
}

TEST_F(HttpServer, does_the_same_in_two_worlds_of_one_seed) {
    EXPECT_EQ(trace_of(7), trace_of(7));
    EXPECT_NE(trace_of(7), trace_of(8));
}

} // namespace
} // namespace riacho::http
