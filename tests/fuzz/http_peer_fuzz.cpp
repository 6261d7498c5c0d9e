// Any bytes to a server of HTTP/1.1 and HTTP/2, or as a server's answer to our client, in a simulated world.
// Whatever a peer sends, reads or leaves unread: its connection ends by itself once it does nothing more, a
// stop ends at once, and no memory stays behind.
//
//   byte 0       bit 0: our client asks, bit 1: HTTP/2's preface comes first, bit 2: small limits,
//                bit 3: reads what comes, bits 4-5: at the end it leaves, ends its writing, waits, the server
//                stops
//   bytes 1-4    the world's seed: sizes of pieces, pauses, delays
//   then         what the peer sends
#include "codec/endian.hpp"
#include "fuzz.hpp"
#include "http/client.hpp"
#include "http/connection2.hpp"
#include "http/server.hpp"
#include "io/simulated_world.hpp"

#include <memory>
#include <string>

namespace riacho::http {
namespace {

using namespace std::chrono_literals;
using fuzz::require;
using Done = Outcome<void, Status>;

constexpr std::size_t head_bytes = 5;
const io::Endpoint    served_at{"server", 80};

struct Play {
    explicit Play(unsigned byte)
        : asks((byte & 1) != 0), begins_http2((byte & 2) != 0), has_small_limits((byte & 4) != 0),
          reads((byte & 8) != 0), end(static_cast<End>(byte >> 4 & 3)) {}
    enum class End { leaves, ends_writing, waits, server_stops };
    bool asks;
    bool begins_http2;
    bool has_small_limits;
    bool reads;
    End  end;
};

Task<Done> echo_all(Exchange& exchange) {
    CO_TRY(std::string body, co_await exchange.read_all());
    co_await exchange.respond(response("text/plain", body));
    co_return Done{};
}

Task<Done> reflect_pieces(Exchange& exchange) {
    co_await exchange.begin({.fields = {{"Content-Type", "application/json"}}});
    for (;;) {
        CO_TRY(Bytes piece, co_await exchange.read());
        if (piece.empty()) co_return Done{};
        co_await exchange.write(piece.view());
    }
}

Task<Done> answer_much(Exchange& exchange) {
    std::string rows(20'000, 'r');
    co_await exchange.begin({});
    for (int i = 0; i < 20; ++i) co_await exchange.write(rows);
    co_return Done{};
}

Router routes() {
    Router router;
    router.add(Method::post, "/e", echo_all);
    router.add(Method::post, "/r", reflect_pieces);
    router.add(Method::get, "/m", answer_much);
    router.add(Method::get, "/{a}/{b...}", [](Exchange& exchange) { return reflect_pieces(exchange); });
    return router;
}

ServerOptions limits_of(const Play& play) {
    if (!play.has_small_limits) return {};
    return {.connections_max = 2,
            .heads = {.start_line_bytes_max = 30,
                      .fields_max = 6,
                      .fields_bytes_max = 120,
                      .chunk_line_bytes_max = 8},
            .body_bytes_max = 50,
            .memory_bytes_max = 200 << 10,
            .unread_bytes_max = 20};
}

/// Sends the text in pieces with pauses, or until nobody listens.
Task<> send_pieces(io::Stream& stream, io::Shard& shard, Random& random, std::string_view text) {
    try {
        while (!text.empty()) {
            std::size_t size = random.between(0, 2) == 0
                                   ? random.between(1, std::min<std::size_t>(text.size(), 9))
                                   : text.size();
            co_await stream.write({as_bytes(text.substr(0, size))}, shard.now() + 1min);
            text.remove_prefix(size);
            if (random.between(0, 3) == 0)
                co_await shard.sleep_for(std::chrono::milliseconds(random.between(0, 50)));
        }
    } catch (const io::StreamError&) {} // it has had enough
}

Task<> read_on(io::Stream& stream, Time until) {
    std::byte buffer[4096];
    try {
        while (co_await stream.read_some(buffer, until) > 0) {}
    } catch (const io::StreamError&) {} // its end
}

Task<> behave(io::SimulatedWorld& world, Play play, io::Stream& stream, std::string_view text) {
    SeededRandom random(world.simulation().chance().bits());
    io::Group    reading(world.shard());
    if (play.reads) reading.spawn(read_on(stream, world.simulation().now() + 10min));
    co_await send_pieces(stream, world.shard(), random, text);
    if (play.end == Play::End::leaves) stream.close();
    if (play.end == Play::End::ends_writing) io::MemoryNetwork::end_writes(stream);
    if (play.end == Play::End::waits) co_await world.shard().sleep_for(15min);
    if (play.end != Play::End::waits) co_await world.shard().sleep_for(100ms);
    stream.close();
    co_await reading.join();
}

Task<> be_a_client(io::SimulatedWorld& world, Play play, std::string_view text) {
    auto        stream = co_await world.network().connect(world.shard(), served_at, Time::max());
    std::string preface(play.begins_http2 ? http2_preface : "");
    co_await send_pieces(*stream, world.shard(), world.simulation().chance(), preface);
    co_await behave(world, play, *stream, text);
}

void check_server(io::SimulatedWorld& world, Play play, std::string_view text) {
    Server server(world.world(), world.shard(), routes(), limits_of(play));
    server.serve(world.network().listen(world.shard(), served_at));
    io::Group peer(world.shard());
    peer.spawn(be_a_client(world, play, text));
    world.run_for(play.end == Play::End::server_stops ? 50ms : 14min);
    if (play.end != Play::End::server_stops)
        require(server.connections() == 0, "a connection outlives a peer that does nothing");
    Time before = world.simulation().now();
    world.run(server.stop(before + 2s));
    require(world.simulation().now() - before <= 2100ms, "a stop takes longer than it may");
    world.run_for(20min);
    require(peer.is_idle(), "the peer's own work has ended");
}

Task<> ask_twice(io::SimulatedWorld& world) {
    Client client(world.shard(), world.network());
    Origin origin{Scheme::http, served_at};
    for (Method method : {Method::get, Method::post}) {
        Time deadline = world.simulation().now() + 1min;
        auto answer = co_await client.ask({.method = method, .origin = origin, .body = "b"}, deadline);
        if (answer) (void)co_await answer->read_all(100, deadline);
    }
    require(client.connections_in_use() == 0, "a connection of the client is in use by nobody");
}

Task<> be_a_server(io::SimulatedWorld& world, Play play, std::unique_ptr<io::Listener>& listener,
                   std::string_view text) {
    while (auto stream = co_await listener->accept(world.shard()))
        co_await behave(world, play, *stream, text);
}

void check_client(io::SimulatedWorld& world, Play play, std::string_view text) {
    auto      listener = world.network().listen(world.shard(), served_at);
    io::Group peer(world.shard());
    peer.spawn(be_a_server(world, play, listener, text));
    world.run(ask_twice(world));
    listener->close();
    world.run_for(1h);
    require(peer.is_idle(), "the peer's own work has ended");
}

void play_out(ByteView input) {
    Play               play(std::to_integer<unsigned>(input[0]));
    io::SimulatedWorld world(load_big<std::uint32_t>(input.data() + 1));
    std::string_view   text = as_text(input.subspan(head_bytes));
    if (play.asks)
        check_client(world, play, text);
    else
        check_server(world, play, text);
    require(world.memory().held_bytes() == 0, "memory stays behind");
}

} // namespace
} // namespace riacho::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < riacho::http::head_bytes) return -1;
    riacho::http::play_out(riacho::fuzz::view_of(data, size));
    return 0;
}
