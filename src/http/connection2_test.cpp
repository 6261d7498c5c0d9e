#include "http/connection2.hpp"
#include "http/server_testing.hpp"

#include <map>
#include <nghttp2/nghttp2.h>

namespace riacho::http {
namespace {

using namespace std::chrono_literals;

/// A client of HTTP/2 on nghttp2's own client side.
class Peer2 {
public:
    struct Seen {
        std::string   status;
        Fields        fields;
        std::string   body;
        bool          is_closed = false;
        std::uint32_t error = 0;
    };

    Peer2(io::Shard& shard, std::unique_ptr<io::Stream> stream, bool takes_all = true)
        : shard_(shard), stream_(std::move(stream)) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_option*            option = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_option_new(&option);
        nghttp2_option_set_no_auto_window_update(option, takes_all ? 0 : 1);
        nghttp2_option_set_max_outbound_ack(option, 1 << 20);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_client_new2(&session_, callbacks, this, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    ~Peer2() { nghttp2_session_del(session_); }
    Peer2(const Peer2&) = delete;
    Peer2& operator=(const Peer2&) = delete;

    /// Begins a request; its body is sent as the windows allow.
    std::int32_t ask(std::string method, std::string path, std::string body = "", Fields more = {}) {
        more.add(":method", std::move(method));
        more.add(":scheme", "http");
        more.add(":path", std::move(path));
        more.add(":authority", "x");
        std::vector<nghttp2_nv> list;
        for (int pseudo : {1, 0})
            for (const Field& field : more)
                if (field.name.starts_with(':') == (pseudo == 1)) list.push_back(pair_of(field));
        nghttp2_data_provider source{{.ptr = nullptr}, on_send};
        std::int32_t          id = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                                 body.empty() ? nullptr : &source, nullptr);
        bodies_[id] = std::move(body);
        return id;
    }
    void reset(std::int32_t id) {
        nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    }
    void ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

    /// Sends and receives for so long, or until the server's end.
    Task<> run(Time span) {
        Time end = shard_.now() + span;
        try {
            while (!has_ended_) {
                co_await flush();
                std::byte   buffer[8192];
                std::size_t size = co_await stream_->read_some(buffer, end);
                if (size == 0) has_ended_ = true;
                nghttp2_session_mem_recv(session_, reinterpret_cast<std::uint8_t*>(buffer), size);
            }
        } catch (const io::StreamError& error) {
            if (error.reason() != io::StreamError::Reason::timed_out) has_ended_ = true;
        }
    }
    void leave() { stream_->close(); }

    Seen&                        seen(std::int32_t id) { return seen_[id]; }
    std::optional<std::uint32_t> goaway() const { return goaway_; }
    bool                         has_ended() const { return has_ended_; }

private:
    static Peer2&     self(void* user) { return *static_cast<Peer2*>(user); }
    static nghttp2_nv pair_of(const Field& field) {
        auto bytes = [](const std::string& text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        return {bytes(field.name), bytes(field.value), field.name.size(), field.value.size(), 0};
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                         std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                         std::uint8_t, void* user) {
        Seen&       seen = self(user).seen_[frame->hd.stream_id];
        std::string key(reinterpret_cast<const char*>(name), name_size);
        std::string text(reinterpret_cast<const char*>(value), value_size);
        if (key == ":status") seen.status += (seen.status.empty() ? "" : " ") + text;
        if (!key.starts_with(':')) seen.fields.add(key, text);
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                       std::size_t size, void* user) {
        self(user).seen_[id].body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
        self(user).seen_[id].is_closed = true;
        self(user).seen_[id].error = error;
        return 0;
    }
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type == NGHTTP2_GOAWAY) self(user).goaway_ = frame->goaway.error_code;
        return 0;
    }
    static ssize_t on_send(nghttp2_session*, std::int32_t id, std::uint8_t* room, std::size_t size,
                           std::uint32_t* flags, nghttp2_data_source*, void* user) {
        std::string& body = self(user).bodies_[id];
        std::size_t  sent = std::min(size, body.size());
        std::copy_n(body.begin(), sent, room);
        body.erase(0, sent);
        if (body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(sent);
    }
    Task<> flush() {
        for (;;) {
            const std::uint8_t* data = nullptr;
            ssize_t             size = nghttp2_session_mem_send(session_, &data);
            if (size <= 0) co_return;
            std::string copy(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
            co_await stream_->write({as_bytes(copy)}, Time::max());
        }
    }

    io::Shard&                          shard_;
    std::unique_ptr<io::Stream>         stream_;
    nghttp2_session*                    session_ = nullptr;
    std::map<std::int32_t, std::string> bodies_;
    std::map<std::int32_t, Seen>        seen_;
    std::optional<std::uint32_t>        goaway_;
    bool                                has_ended_ = false;
};

class Http2 : public ServerTest {
protected:
    enum class Windows { opened, left_shut };

    Http2() {
        router_.add(Method::post, "/echo", echo);
        router_.add(Method::post, "/reflect", reflect);
        router_.add(Method::post, "/ignore", ignore);
        router_.add(Method::get, "/three", count_to_three);
        router_.add(Method::get, "/half", fail_late);
        router_.add(Method::get, "/wait", wait_for_the_end);
        router_.add(Method::get, "/sleep", sleep_a_second);
    }
    Peer2 peer(Windows windows = Windows::opened) {
        return Peer2(shard(), world_.run(connect()), windows == Windows::opened);
    }
    /// A request that is on its way, and then not wanted.
    void take_back(Peer2& peer) {
        auto id = peer.ask("GET", "/wait");
        run(peer, 0ms);
        peer.reset(id);
    }
    void run(Peer2& peer, Time span = 100ms) { world_.run(peer.run(span)); }
};

TEST_F(Http2, answers_requests_of_one_connection_as_they_are_done) {
    start();
    Peer2 client = peer();
    auto  slow = client.ask("GET", "/sleep");
    auto  fast = client.ask("GET", "/three");
    auto  head = client.ask("HEAD", "/three");
    auto  none = client.ask("GET", "/none");
    run(client);
    EXPECT_FALSE(client.seen(slow).is_closed);
    EXPECT_EQ(client.seen(fast).body, "onetwothree");
    EXPECT_EQ(*client.seen(fast).fields.find("content-type"), "text/plain");
    EXPECT_FALSE(client.seen(fast).fields.has("transfer-encoding"));
    EXPECT_EQ(client.seen(head).status, "200");
    EXPECT_EQ(client.seen(head).body, "");
    EXPECT_TRUE(client.seen(head).is_closed);
    EXPECT_EQ(client.seen(none).status, "404");
    run(client, 2s);
    EXPECT_EQ(client.seen(slow).body, "slept");
}

TEST_F(Http2, carries_bodies_larger_than_any_window_in_both_directions) {
    start();
    Peer2       client = peer();
    std::string body(3'000'000, 'x');
    auto        first = client.ask("POST", "/reflect", body);
    auto        second = client.ask("POST", "/echo", body);
    run(client, 1min);
    EXPECT_TRUE(client.seen(first).body == body);
    EXPECT_TRUE(client.seen(second).body == body);
}

TEST_F(Http2, holds_up_who_sends_while_nobody_reads_the_answer) {
    start();
    std::size_t held_before = world_.memory().held_bytes();
    {
        Peer2 client = peer(Windows::left_shut);
        auto  id = client.ask("POST", "/reflect", std::string(1'000'000, 'x'));
        run(client, 5s);
        EXPECT_EQ(client.seen(id).body.size(), 65535u) << "one window, and no more";
        EXPECT_FALSE(client.seen(id).is_closed);
        EXPECT_LT(world_.memory().held_bytes(), held_before + 300'000);
        auto other = client.ask("POST", "/ignore", "x");
        run(client);
        EXPECT_EQ(client.seen(other).status, "204") << "who is not held up goes on";
        client.leave();
    }
    world_.run_for(40s);
    EXPECT_EQ(world_.memory().held_bytes(), held_before);
    EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(Http2, gives_up_a_stream_that_is_not_read_for_long) {
    start({.write_max = 10s});
    Peer2 client = peer(Windows::left_shut);
    auto  id = client.ask("POST", "/reflect", std::string(1'000'000, 'x'));
    run(client, 15s);
    EXPECT_TRUE(client.seen(id).is_closed);
    EXPECT_EQ(client.seen(id).error, static_cast<std::uint32_t>(NGHTTP2_CANCEL));
    EXPECT_FALSE(client.has_ended());
}

TEST_F(Http2, answers_before_the_body_has_come_and_then_declines_the_rest) {
    start({.body_bytes_max = 1000});
    Peer2 client = peer(Windows::left_shut);
    auto  ignored = client.ask("POST", "/ignore", std::string(1'000'000, 'x'));
    auto  large = client.ask("POST", "/echo", std::string(1'000'000, 'x'));
    run(client, 5s);
    for (auto id : {ignored, large}) {
        EXPECT_TRUE(client.seen(id).is_closed);
        EXPECT_EQ(client.seen(id).error, static_cast<std::uint32_t>(NGHTTP2_NO_ERROR));
    }
    EXPECT_EQ(client.seen(ignored).status, "204");
    EXPECT_EQ(client.seen(large).status, "413");
}

TEST_F(Http2, asks_for_a_body_that_waits_for_leave) {
    start();
    Peer2 client = peer();
    auto  id = client.ask("POST", "/echo", "hi", {{"expect", "100-continue"}});
    run(client);
    EXPECT_EQ(client.seen(id).status, "100 200");
    EXPECT_EQ(client.seen(id).body, "hi");
    auto streamed = client.ask("POST", "/reflect", "hi", {{"expect", "100-continue"}});
    run(client);
    EXPECT_EQ(client.seen(streamed).status, "100 200");
    EXPECT_EQ(client.seen(streamed).body, "hi");
}

TEST_F(Http2, resets_an_answer_that_cannot_be_completed) {
    start();
    Peer2 client = peer();
    auto  id = client.ask("GET", "/half");
    run(client);
    EXPECT_EQ(client.seen(id).error, static_cast<std::uint32_t>(NGHTTP2_INTERNAL_ERROR));
}

TEST_F(Http2, refuses_heads_that_are_too_large_or_wrong) {
    start({.heads = {.fields_max = 10, .fields_bytes_max = 2000}});
    Peer2  client = peer();
    Fields many;
    for (int i = 0; i < 11; ++i) many.add(fmt::format("a{}", i), "b");
    auto too_many = client.ask("GET", "/three", "", many);
    auto too_long = client.ask("GET", "/three", "", {{"a", std::string(2000, 'x')}});
    auto unknown = client.ask("BREW", "/three");
    auto relative = client.ask("GET", "three");
    auto two_hosts = client.ask("GET", "/three", "", {{"host", "y"}});
    auto cookies = client.ask("GET", "/three", "", {{"cookie", "a=b"}, {"cookie", "c=d"}});
    run(client);
    EXPECT_EQ(client.seen(too_many).status, "431");
    EXPECT_EQ(client.seen(too_long).status, "431");
    EXPECT_EQ(client.seen(unknown).status, "501");
    EXPECT_TRUE(client.seen(relative).status != "200") << "the library resets it, or it is answered with 400";
    EXPECT_EQ(client.seen(two_hosts).status, "400");
    EXPECT_EQ(client.seen(cookies).status, "200");
}

TEST_F(Http2, ends_a_connection_that_takes_its_requests_back_again_and_again) {
    start();
    Peer2 client = peer();
    for (int i = 0; i < 300 && !client.has_ended(); ++i) {
        take_back(client);
        run(client, 1ms);
    }
    run(client, 1s);
    EXPECT_EQ(client.goaway(), static_cast<std::uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
    EXPECT_TRUE(client.has_ended());
}

TEST_F(Http2, ends_a_connection_that_pings_without_end) {
    start();
    Peer2 client = peer();
    for (int i = 0; i < 30 && !client.has_ended(); ++i) {
        for (int j = 0; j < 100; ++j) client.ping();
        run(client, 1ms);
    }
    run(client, 1s);
    EXPECT_EQ(client.goaway(), static_cast<std::uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
    EXPECT_TRUE(client.has_ended());
}

TEST_F(Http2, goes_on_with_a_connection_that_takes_back_a_request_now_and_then) {
    start();
    Peer2 client = peer();
    for (int i = 0; i < 300; ++i) {
        take_back(client);
        run(client, 200ms);
    }
    auto id = client.ask("GET", "/three");
    run(client);
    EXPECT_EQ(client.seen(id).body, "onetwothree");
}

TEST_F(Http2, tells_a_handler_that_its_peer_wants_no_answer) {
    start();
    std::size_t held_before = world_.memory().held_bytes();
    Peer2       client = peer();
    auto        id = client.ask("GET", "/wait");
    run(client);
    client.reset(id);
    run(client);
    client.leave();
    world_.run_for(3s);
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_EQ(world_.memory().held_bytes(), held_before);
}

TEST_F(Http2, ends_everything_of_a_peer_that_leaves) {
    start();
    Peer2 client = peer();
    client.ask("GET", "/wait");
    client.ask("GET", "/sleep");
    run(client);
    EXPECT_EQ(server_->connections(), 1u);
    client.leave();
    world_.run_for(3s);
    EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(Http2, closes_a_connection_that_asks_nothing_for_long) {
    start({.idle_max = 20s});
    Peer2 client = peer();
    client.ask("GET", "/three");
    Time before = now();
    run(client, 1min);
    EXPECT_TRUE(client.has_ended());
    EXPECT_LT(now() - before, 42s);
    EXPECT_EQ(client.goaway(), static_cast<std::uint32_t>(NGHTTP2_NO_ERROR));
}

Task<> stop_at_once(Server& server, io::Shard& shard, Time within) {
    co_await server.stop(shard.now() + within);
}

TEST_F(Http2, answers_what_is_under_way_and_ends_long_streams_when_it_stops) {
    start();
    Peer2 client = peer();
    auto  slow = client.ask("GET", "/sleep");
    auto  stream = client.ask("GET", "/wait");
    run(client);
    io::Group stopping(shard());
    stopping.spawn(stop_at_once(*server_, shard(), 2s));
    run(client, 100ms);
    EXPECT_EQ(client.seen(stream).body, "over");
    EXPECT_TRUE(client.seen(stream).is_closed);
    EXPECT_TRUE(client.goaway());
    run(client, 2s);
    EXPECT_EQ(client.seen(slow).body, "slept");
    EXPECT_TRUE(client.has_ended());
    EXPECT_TRUE(stopping.is_idle());
    server_.reset();
}

TEST_F(Http2, ends_when_what_comes_is_no_frame) {
    start();
    std::string answer = ask(std::string(http2_preface) + "this is no frame at all, but it is long enough");
    EXPECT_TRUE(answer.ends_with("<end>"));
}

} // namespace
} // namespace riacho::http
