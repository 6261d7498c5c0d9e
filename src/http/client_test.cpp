#include "http/client.hpp"
#include "http/server_testing.hpp"
#include "io/tls_stream.hpp"
#include "io/tls_testing.hpp"

namespace riacho::http {
namespace {

using namespace std::chrono_literals;

/// What became of a request, as text.
std::string told(const Failure<ClientError>& failure) {
    constexpr std::string_view names[] = {"unreachable", "untrusted", "timed_out", "closed",
                                          "malformed",   "too_large", "busy",      "no_body"};
    return std::string(names[static_cast<std::size_t>(failure.code)]);
}

Task<std::string> fetch(Client& client, Request request, Time deadline, std::size_t bytes_max = 1 << 24) {
    auto answer = co_await client.ask(std::move(request), deadline);
    if (!answer) co_return told(answer.error());
    auto body = co_await answer->read_all(bytes_max, deadline);
    co_await answer->finish();
    if (!body) co_return told(body.error());
    co_return fmt::format("{} {}", number_of(answer->head().status), *body);
}

Task<> keep(Task<std::string> told, std::string& into) { into = co_await std::move(told); }

class HttpClient : public ServerTest {
protected:
    HttpClient() {
        router_.add(Method::post, "/echo", echo);
        router_.add(Method::get, "/three", count_to_three);
        router_.add(Method::post, "/ignore", ignore);
        router_.add(Method::get, "/half", fail_late);
        router_.add(Method::get, "/sleep", sleep_a_second);
    }
    Request get_of(std::string target) { return {.origin = origin_, .target = std::move(target)}; }
    Request post_of(std::string target, std::string body) {
        return {
            .method = Method::post, .origin = origin_, .target = std::move(target), .body = std::move(body)};
    }
    std::string asked(Request request, Time within = 10s) {
        return world_.run(fetch(client_, std::move(request), now() + within));
    }

    Origin origin_{Scheme::http, at_};
    Client client_{world_.shard(), world_.network()};
};

TEST_F(HttpClient, asks_on_one_connection_again_and_again) {
    start();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(asked(get_of("/three")), "200 onetwothree");
        EXPECT_EQ(asked(post_of("/echo", "hi")), "200 hi");
        EXPECT_EQ(asked(post_of("/ignore", "")), "204 ");
        EXPECT_EQ(asked(get_of("/none")), "404 404 Not Found: nothing is here\n");
    }
    Request head = get_of("/three");
    head.method = Method::head;
    EXPECT_EQ(asked(head), "200 ");
    EXPECT_EQ(server_->connections(), 1u);
    EXPECT_EQ(client_.idle_connections(), 1u);
    EXPECT_EQ(client_.connections_in_use(), 0u);
}

Task<Outcome<Bytes, ClientError>> next_of(std::vector<std::string>& pieces) {
    if (pieces.empty()) co_return Bytes();
    Bytes piece = Bytes::copy_of(pieces.front());
    pieces.erase(pieces.begin());
    co_return piece;
}

TEST_F(HttpClient, sends_a_body_as_it_comes) {
    start();
    std::vector<std::string> pieces{"one", std::string(100'000, 'x'), "three"};
    std::string              whole = pieces[0] + pieces[1] + pieces[2];
    Request                  request = post_of("/echo", "");
    request.source = [&pieces] { return next_of(pieces); };
    EXPECT_TRUE(asked(request) == "200 " + whole);
    request.source = []() -> Task<Outcome<Bytes, ClientError>> {
        co_return fail(ClientError::no_body, "the browser left");
    };
    EXPECT_EQ(asked(request), "no_body");
    EXPECT_EQ(asked(get_of("/three")), "200 onetwothree") << "on another connection";
}

TEST_F(HttpClient, says_what_went_wrong) {
    EXPECT_EQ(asked(get_of("/three")), "unreachable");
    start();
    EXPECT_EQ(asked(get_of("/sleep"), 500ms), "timed_out");
    EXPECT_EQ(asked(get_of("/half")), "closed");
    EXPECT_EQ(world_.run(fetch(client_, get_of("/three"), now() + 1s, 10)), "too_large");
    EXPECT_EQ(client_.idle_connections(), 0u);
    EXPECT_EQ(world_.run(fetch(client_, get_of("/three"), now() + 1s, 11)), "200 onetwothree");
}

TEST_F(HttpClient, ends_what_is_under_way_when_it_is_closed) {
    start();
    std::string slow;
    io::Group   asking(world_.shard());
    asking.spawn(keep(fetch(client_, get_of("/sleep"), now() + 10s), slow));
    world_.run_for(100ms);
    EXPECT_EQ(client_.connections_in_use(), 1u);
    client_.close();
    world_.run_for(100ms);
    EXPECT_EQ(slow, "closed");
    EXPECT_EQ(client_.connections_in_use(), 0u);
    EXPECT_EQ(asked(get_of("/three")), "closed");
}

TEST_F(HttpClient, forgets_a_connection_that_the_server_has_closed) {
    start({.idle_max = 5s});
    EXPECT_EQ(asked(get_of("/three")), "200 onetwothree");
    world_.run_for(6s);
    EXPECT_EQ(asked(post_of("/echo", "hi")), "200 hi");
}

TEST_F(HttpClient, keeps_no_connection_for_too_long_and_not_too_many) {
    start();
    Client few(world_.shard(), world_.network(), {.idle_connections_max = 1, .idle_max = 5s});
    world_.run(fetch(few, get_of("/three"), now() + 1s));
    EXPECT_EQ(few.idle_connections(), 1u);
    world_.run_for(6s);
    Request elsewhere = get_of("/");
    elsewhere.origin.endpoint.host = "nobody";
    EXPECT_EQ(world_.run(fetch(few, elsewhere, now() + 1s)), "unreachable");
    EXPECT_EQ(few.idle_connections(), 0u);
}

Task<> fetch_into(Client& client, Request request, Time deadline, std::string& into) {
    into = co_await fetch(client, std::move(request), deadline);
}

TEST_F(HttpClient, one_address_does_not_take_the_connections_of_the_others) {
    start();
    Client      two(world_.shard(), world_.network(), {.connections_max = 2, .connections_to_one_max = 1});
    std::string first, second, third, elsewhere;
    Request     other = get_of("/");
    other.origin.endpoint.host = "nobody";
    io::Group asking(shard());
    asking.spawn(fetch_into(two, get_of("/sleep"), now() + 10s, first));
    asking.spawn(fetch_into(two, get_of("/three"), now() + 500ms, second));
    asking.spawn(fetch_into(two, get_of("/three"), now() + 10s, third));
    asking.spawn(fetch_into(two, other, now() + 500ms, elsewhere));
    world_.run_for(3s);
    EXPECT_EQ(first, "200 slept");
    EXPECT_EQ(second, "busy");
    EXPECT_EQ(third, "200 onetwothree");
    EXPECT_EQ(elsewhere, "unreachable");
    EXPECT_EQ(two.connections_in_use(), 0u);
}

TEST_F(HttpClient, lets_requests_wait_where_every_connection_is_in_use) {
    start();
    Client      one(world_.shard(), world_.network(), {.connections_max = 1});
    std::string first;
    std::string second;
    std::string third;
    io::Group   asking(shard());
    asking.spawn(fetch_into(one, get_of("/sleep"), now() + 10s, first));
    asking.spawn(fetch_into(one, get_of("/three"), now() + 500ms, second));
    asking.spawn(fetch_into(one, get_of("/three"), now() + 10s, third));
    world_.run_for(3s);
    EXPECT_EQ(first, "200 slept");
    EXPECT_EQ(second, "busy");
    EXPECT_EQ(third, "200 onetwothree");
    EXPECT_TRUE(asking.is_idle());
}

/// Answers whatever comes with the next of its texts, and leaves behind the ones that end with "<end>".
class FakeServer {
public:
    FakeServer(io::Shard& shard, io::Network& network, io::Endpoint at, std::vector<std::string> texts)
        : shard_(shard), listener_(network.listen(shard, std::move(at))), texts_(std::move(texts)),
          work_(shard) {
        work_.spawn(accept());
    }
    Task<> stop() {
        listener_->close();
        for (auto& stream : streams_) stream->close();
        co_await work_.join();
    }
    std::size_t connections() const { return streams_.size(); }

private:
    Task<> accept() {
        while (auto stream = co_await listener_->accept(shard_)) {
            streams_.push_back(std::move(stream));
            work_.spawn_now(serve(*streams_.back()));
        }
    }
    Task<> serve(io::Stream& stream) {
        try {
            std::byte   buffer[4096];
            std::string come;
            while (std::size_t size = co_await stream.read_some(buffer, Time::max())) {
                come += as_text(ByteView(buffer).first(size));
                if (!come.contains("\r\n\r\n") || next_ == texts_.size()) continue;
                come.clear();
                std::string text = texts_[next_++];
                bool        leaves = text.ends_with("<end>");
                if (leaves) text.resize(text.size() - 5);
                if (!text.empty()) co_await stream.write({as_bytes(text)}, Time::max());
                if (leaves) break;
            }
        } catch (const io::StreamError&) {} // the test closed it
        stream.close();
    }

    io::Shard&                               shard_;
    std::unique_ptr<io::Listener>            listener_;
    std::vector<std::string>                 texts_;
    std::size_t                              next_ = 0;
    std::vector<std::unique_ptr<io::Stream>> streams_;
    io::Group                                work_;
};

TEST_F(HttpClient, reads_what_servers_answer_and_refuses_what_is_no_answer) {
    const std::pair<std::string, std::string> cases[] = {
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok"},
        {"HTTP/1.1 200 OK\r\n\r\nuntil the end<end>", "200 until the end"},
        {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200 ok"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n<end>", "closed"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok<end>", "closed"},
        {"HTTP/1.1 200 OK\r\nContent-<end>", "closed"},
        {"<end>", "closed"},
        {"SSH-2.0\r\n", "malformed"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "malformed"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n", "malformed"},
        {"", "timed_out"},
    };
    for (const auto& [text, expected] : cases) {
        FakeServer server(shard(), world_.network(), at_, {text});
        EXPECT_EQ(asked(get_of("/")), expected) << text;
        world_.run(server.stop());
        client_.close_idle();
    }
}

TEST_F(HttpClient, asks_again_only_what_may_be_asked_twice) {
    std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    {
        FakeServer server(shard(), world_.network(), at_, {ok, "<end>", ok});
        EXPECT_EQ(asked(get_of("/")), "200 ok");
        EXPECT_EQ(asked(get_of("/")), "200 ok") << "the kept connection was closed meanwhile";
        EXPECT_EQ(server.connections(), 2u);
        world_.run(server.stop());
    }
    client_.close_idle();
    FakeServer server(shard(), world_.network(), at_, {ok, "<end>", ok});
    EXPECT_EQ(asked(get_of("/")), "200 ok");
    EXPECT_EQ(asked(post_of("/", "pay")), "closed");
    world_.run(server.stop());
}

TEST_F(HttpClient, keeps_no_connection_on_which_more_came_than_was_asked_for) {
    std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    FakeServer  server(shard(), world_.network(), at_, {ok + "HTTP/1.1 200 OK", ok});
    EXPECT_EQ(asked(get_of("/")), "200 ok");
    EXPECT_EQ(client_.idle_connections(), 0u);
    EXPECT_EQ(asked(get_of("/")), "200 ok");
    world_.run(server.stop());
}

class Secured : public HttpClient {
protected:
    void start_secured() {
        start();
        auto served = io::TlsContext::server(
            {.identity = authority_.issue("DNS:secure"), .protocols = served_protocols()});
        server_->serve(world_.network().listen(shard(), secure_), *std::move(served));
    }
    io::TlsContext context(std::string authorities, std::vector<std::string> protocols) {
        return *io::TlsContext::client(
            {.authorities = std::move(authorities), .protocols = std::move(protocols)});
    }
    std::string fetched(const io::TlsContext& context, std::string target) {
        Client  client(world_.shard(), world_.network(), {.tls = &context});
        Request request = get_of(std::move(target));
        request.origin = {Scheme::https, secure_};
        return world_.run(fetch(client, request, now() + 10s));
    }

    io::TestAuthority authority_;
    io::Endpoint      secure_{"secure", 443};
};

TEST_F(Secured, are_served_and_asked_over_TLS) {
    start_secured();
    EXPECT_EQ(fetched(context(authority_.certificate(), {}), "/three"), "200 onetwothree");
    EXPECT_EQ(fetched(context(authority_.certificate(), {"http/1.1"}), "/three"), "200 onetwothree");
    EXPECT_EQ(fetched(context(io::TestAuthority("another").certificate(), {}), "/three"), "untrusted");
}

struct TlsAsk {
    io::Shard&            shard;
    io::Network&          network;
    io::Endpoint          at;
    const io::TlsContext& tls;
};
/// The type of the first frame that the server sends, with what ALPN agreed on.
Task<std::string> first_frame(TlsAsk ask) {
    Time deadline = ask.shard.now() + 10s;
    auto below = co_await ask.network.connect(ask.shard, ask.at, deadline);
    auto stream = co_await io::TlsStream::open(ask.shard, std::move(below), ask.tls, ask.at.host, deadline);
    std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9);
    co_await stream->write({as_bytes(preface)}, deadline);
    std::byte   frame[9];
    std::size_t got = 0;
    while (got < sizeof frame) got += co_await stream->read_some(std::span(frame).subspan(got), deadline);
    co_return fmt::format("{} {}", stream->protocol(), std::to_integer<int>(frame[3]));
}

TEST_F(Secured, speak_HTTP_2_where_the_client_offers_it) {
    start_secured();
    io::TlsContext offered = context(authority_.certificate(), {"h2", "http/1.1"});
    EXPECT_EQ(world_.run(first_frame({shard(), world_.network(), secure_, offered})), "h2 4");
}

Task<> connect_only(io::Network& network, io::Shard& shard, io::Endpoint at,
                    std::unique_ptr<io::Stream>& into) {
    into = co_await network.connect(shard, at, shard.now() + 10s);
}

TEST_F(Secured, stop_at_once_while_a_client_does_not_shake_hands) {
    start_secured();
    std::unique_ptr<io::Stream> silent;
    world_.run(connect_only(world_.network(), shard(), secure_, silent));
    world_.run_for(100ms);
    Time before = now();
    stop(2s);
    EXPECT_LT(now() - before, 100ms);
}

} // namespace
} // namespace riacho::http
