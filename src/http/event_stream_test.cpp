#include "http/event_stream.hpp"
#include "http/server_testing.hpp"

namespace riacho::http {
namespace {

using namespace std::chrono_literals;

TEST(ServerSentEvent, is_written_line_by_line) {
    EXPECT_EQ(text_of({.data = "a"}), "data: a\n\n");
    EXPECT_EQ(text_of({.name = "n", .id = "7", .data = "a\nb\n"}),
              "event: n\nid: 7\ndata: a\ndata: b\ndata: \n\n");
    EXPECT_EQ(text_of({.id = "7"}), "id: 7\n\n");
    EXPECT_EQ(text_of({.id = "7\ndata: x", .data = "a\rb"}), "id: 7 data: x\ndata: a b\n\n");
}

/// What the handlers of a test share with it.
struct News {
    io::Event   came;
    std::string last_seen = "nobody asked";
    bool        has_ended = false;
};

/// Sends an event for each piece of news.
Task<Done> tell_news(Exchange& exchange, News& news) {
    EventStream events(exchange, {.heartbeat = 10s});
    news.last_seen = events.last_event_id();
    co_await events.begin();
    int number = 0;
    while (co_await events.wait(news.came)) {
        news.came.reset();
        co_await events.send({.id = fmt::format("{}", ++number), .data = "news"});
    }
    news.has_ended = true;
    co_return Done{};
}

class EventStreams : public ServerTest {
protected:
    EventStreams() {
        router_.add(Method::get, "/news", [this](Exchange& exchange) { return tell_news(exchange, news_); });
    }
    News news_{io::Event(world_.shard())};
};

/// Reads for so long.
Task<std::string> listen(io::Shard& shard, io::Stream& stream, Time span) {
    std::string got;
    std::byte   buffer[4096];
    try {
        for (Time end = shard.now() + span;;)
            got += as_text(ByteView(buffer).first(co_await stream.read_some(buffer, end)));
    } catch (const io::StreamError&) {} // the time is over
    co_return got;
}

Task<std::string> hear_news(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting, News& news) {
    auto        stream = co_await std::move(connecting);
    std::string text = get("/news", "Last-Event-ID: 41\r\nAccept-Encoding: gzip\r\n");
    co_await stream->write({as_bytes(text)}, Time::max());
    std::string head = co_await listen(shard, *stream, 1s);
    news.came.set();
    std::string first = co_await listen(shard, *stream, 1s);
    std::string silence = co_await listen(shard, *stream, 10s);
    co_return (head.contains("text/event-stream") && !head.contains("gzip") ? "" : head) +
        head.substr(head.find("\r\n\r\n") + 4) + first + silence;
}

TEST_F(EventStreams, tell_what_happens_and_that_nothing_does) {
    start();
    EXPECT_EQ(world_.run(hear_news(shard(), connect(), news_)),
              "d\r\nretry: 2000\n\n\r\n12\r\nid: 1\ndata: news\n\n\r\ne\r\n: still here\n\n\r\n");
    EXPECT_EQ(news_.last_seen, "41");
    world_.run_for(3s);
    EXPECT_TRUE(news_.has_ended) << "the peer has left";
}

Task<> start_listening(Task<std::unique_ptr<io::Stream>> connecting, std::unique_ptr<io::Stream>& into) {
    into = co_await std::move(connecting);
    std::string text = get("/news");
    co_await into->write({as_bytes(text)}, Time::max());
}

TEST_F(EventStreams, end_when_the_server_stops) {
    start();
    std::unique_ptr<io::Stream> stream;
    world_.run(start_listening(connect(), stream));
    world_.run_for(1s);
    Time before = now();
    stop();
    EXPECT_LT(now() - before, 100ms);
    EXPECT_TRUE(news_.has_ended);
    EXPECT_TRUE(world_.run(receive(shard(), *stream)).ends_with("\r\n0\r\n\r\n<end>"));
}

} // namespace
} // namespace riacho::http
