// A small server for clients that are not ours:
//
//     http_served FILE    writes the certificate of its authority there, prints its ports (plain, TLS), and
//                         serves until SIGTERM
#include "codec/compression.hpp"
#include "http/event_stream.hpp"
#include "http/server.hpp"
#include "http/static_files.hpp"
#include "io/real_world.hpp"
#include "io/signals.hpp"
#include "io/tls_testing.hpp"

#include <csignal>
#include <cstdio>
#include <fmt/core.h>
#include <fstream>
#include <memory>
#include <string>

namespace riacho::http {
namespace {

using namespace std::chrono_literals;
using Done = Outcome<void, Status>;

Task<Done> say_hello(Exchange& exchange) {
    co_await exchange.respond(response("text/plain", "hello\n"));
    co_return Done{};
}

/// Sends each piece of the request back as it comes.
Task<Done> send_back(Exchange& exchange) {
    co_await exchange.begin({.fields = {{"Content-Type", "application/octet-stream"}}});
    for (;;) {
        CO_TRY(Bytes piece, co_await exchange.read());
        if (piece.empty()) co_return Done{};
        co_await exchange.write(piece.view());
    }
}

Task<Done> count_bytes(Exchange& exchange) {
    std::uint64_t count = 0;
    for (;;) {
        CO_TRY(Bytes piece, co_await exchange.read());
        if (piece.empty()) break;
        count += piece.size();
    }
    co_await exchange.respond(response("text/plain", fmt::format("{}\n", count)));
    co_return Done{};
}

/// `count` rows, in writes of some kilobytes.
Task<Done> give_rows(Exchange& exchange) {
    const std::string* wanted = exchange.target().find("count");
    if (!wanted) co_return fail(Status::bad_request, "how many rows?");
    co_await exchange.begin({.fields = {{"Content-Type", "text/plain"}}});
    std::string rows;
    for (long i = 0, count = std::stol(*wanted); i < count; ++i) {
        rows += fmt::format("row {}\n", i);
        if (rows.size() < 8000 && i + 1 < count) continue;
        co_await exchange.write(rows);
        rows.clear();
    }
    co_return Done{};
}

Task<Done> tick(Exchange& exchange) {
    EventStream events(exchange, {.heartbeat = 100ms});
    co_await events.begin();
    io::Event never(exchange.shard());
    for (int i = 0; i < 3; ++i) co_await events.send({.id = fmt::format("{}", i), .data = "tick"});
    co_await events.wait(never);
    co_return Done{};
}

Task<Done> wait_a_second(Exchange& exchange) {
    co_await exchange.shard().sleep_for(1s);
    co_await exchange.respond(response("text/plain", "waited\n"));
    co_return Done{};
}

struct Files {
    Bytes       script = *compress(Compression::gzip, as_bytes(std::string(5000, ' ') + "alert(1)"));
    Asset       assets[2] = {{"index.html", as_bytes("<p>page</p>\n")},
                             {"a/app-1.js", script.view(), Asset::Form::gzip, Asset::Caching::forever}};
    StaticFiles served{assets, "index.html"};
};

Router make_router(const Files& files) {
    Router router;
    router.add(Method::get, "/hello", say_hello);
    router.add(Method::post, "/hello", say_hello);
    router.add(Method::post, "/back", send_back, {.body_bytes_max = std::uint64_t{1} << 40});
    router.add(Method::post, "/count", count_bytes, {.body_bytes_max = std::uint64_t{1} << 40});
    router.add(Method::post, "/small", count_bytes, {.body_bytes_max = 1000});
    router.add(Method::get, "/rows", give_rows);
    router.add(Method::get, "/events", tick);
    router.add(Method::get, "/wait", wait_a_second);
    router.add(Method::get, "/{path...}", [&files](Exchange& exchange) {
        return files.served.serve(exchange, exchange.parameter("path"));
    });
    return router;
}

io::TlsContext certified(const char* file) {
    io::TestAuthority authority;
    std::ofstream(file) << authority.certificate();
    return *io::TlsContext::server(
        {.identity = authority.issue("DNS:localhost,IP:127.0.0.1"), .protocols = served_protocols()});
}

Task<> serve(io::RealWorld& real, const Files& files, const char* certificate) {
    io::World        world = real.world();
    io::Shard&       shard = real.shard();
    io::SignalWaiter signals(real.shard(), {SIGTERM});
    Server           server(world, shard, make_router(files), {.connections_max = 200});
    auto             plain = world.network.listen(shard, {"127.0.0.1", 0});
    auto             secure = world.network.listen(shard, {"127.0.0.1", 0});
    fmt::print("{} {}\n", plain->local().port, secure->local().port);
    std::fflush(stdout);
    server.serve(std::move(plain));
    server.serve(std::move(secure), certified(certificate));
    co_await signals.next();
    co_await server.stop(shard.now() + 2s);
    signals.stop();
}

} // namespace
} // namespace riacho::http

int main(int, char** arguments) {
    riacho::http::Files   files;
    riacho::io::RealWorld world;
    world.shard().run(riacho::http::serve(world, files, arguments[1]));
}
