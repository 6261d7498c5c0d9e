#pragma once

#include "http/server.hpp"
#include "io/gather.hpp"
#include "io/simulated_world.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::http {

/// For tests: a server in a simulated world, and peers that write and read bytes.
class ServerTest : public ::testing::Test {
public:
    /// What comes, up to the peer's end or to so much silence, without dates.
    static Task<std::string> receive(io::Shard& shard, io::Stream& stream,
                                     Time silence = std::chrono::seconds(2)) {
        std::string got;
        std::byte   buffer[4096];
        try {
            while (std::size_t size = co_await stream.read_some(buffer, shard.now() + silence))
                got += as_text(ByteView(buffer).first(size));
            got += "<end>";
        } catch (const io::StreamError& error) {
            if (error.reason() != io::StreamError::Reason::timed_out) got += "<reset>";
        }
        co_return without_dates(std::move(got));
    }

protected:
    static constexpr Time patience = std::chrono::minutes(5);

    ServerTest() : at_{"server", 80} {}
    void TearDown() override {
        if (server_) stop();
    }

    void start(ServerOptions options = {}) { world_.run(start_on_shard(options)); }
    void stop(Time within = std::chrono::seconds(2)) {
        world_.run(server_->stop(now() + within));
        server_.reset();
    }
    Time       now() { return world_.simulation().now(); }
    io::Shard& shard() { return world_.shard(); }

    Task<std::unique_ptr<io::Stream>> connect() {
        return world_.network().connect(world_.shard(), at_, now() + patience);
    }
    /// What comes back, up to the server's end or to two seconds of silence.
    std::string ask(std::string text) { return world_.run(ask_once(*this, std::move(text))); }

    io::SimulatedWorld      world_;
    io::Endpoint            at_;
    Router                  router_;
    std::unique_ptr<Server> server_;

private:
    Task<> start_on_shard(ServerOptions options) {
        server_ = std::make_unique<Server>(world_.world(), shard(), std::move(router_), options);
        server_->serve(world_.network().listen(shard(), at_));
        co_return;
    }
    static Task<std::string> ask_once(ServerTest& test, std::string text) {
        auto stream = co_await test.connect();
        co_await stream->write({as_bytes(text)}, Time::max());
        co_return co_await receive(test.shard(), *stream);
    }
    static std::string without_dates(std::string text) {
        for (std::size_t at; (at = text.find("Date: ")) != std::string::npos;)
            text.erase(at, text.find("\r\n", at) + 2 - at);
        return text;
    }
};

// -- handlers

using Done = Outcome<void, Status>;

inline Task<Done> echo(Exchange& exchange) {
    CO_TRY(std::string body, co_await exchange.read_all());
    co_await exchange.respond(response("text/plain", body));
    co_return Done{};
}

/// Sends each piece of the body back as it comes.
inline Task<Done> reflect(Exchange& exchange) {
    co_await exchange.begin({.fields = {{"Content-Type", "text/plain"}}});
    for (;;) {
        CO_TRY(Bytes piece, co_await exchange.read());
        if (piece.empty()) co_return Done{};
        co_await exchange.write(piece.view());
    }
}

inline Task<Done> ignore(Exchange& exchange) {
    co_await exchange.respond({Status::no_content});
    co_return Done{};
}

inline Task<Done> count_to_three(Exchange& exchange) {
    co_await exchange.begin({.fields = {{"Content-Type", "text/plain"}}});
    for (std::string_view word : {"one", "two", "three"}) co_await exchange.write(word);
    co_return Done{};
}

inline Task<Done> fail_late(Exchange& exchange) {
    co_await exchange.begin({});
    co_await exchange.write("half of");
    co_return fail(Status::internal_error, "the other half is gone");
}

inline Task<Done> wait_for_the_end(Exchange& exchange) {
    io::Event over(exchange.shard());
    exchange.wake_when_over(&over);
    co_await exchange.begin({});
    co_await over.wait_until(exchange.shard().now() + std::chrono::hours(1));
    co_await exchange.write(exchange.is_over() ? "over" : "late");
    exchange.wake_when_over(nullptr);
    co_return Done{};
}

inline Task<Done> sleep_a_second(Exchange& exchange) {
    co_await exchange.shard().sleep_for(std::chrono::seconds(1));
    co_await exchange.respond(response("text/plain", "slept"));
    co_return Done{};
}

/// A request without a body.
inline std::string get(std::string_view target, std::string_view fields = "") {
    return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, fields);
}

} // namespace riacho::http
