// What every network promises, over memory in a simulation and over TCP.
#include "io/event.hpp"
#include "io/gather.hpp"
#include "io/testing.hpp"

#include <gtest/gtest.h>
#include <set>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

template <class TestedWorld> class AnyNetwork : public testing::Test {
protected:
    TestedWorld world_;
};
using NetworkWorlds = testing::Types<SimulatedWorld, RealTestWorld>;
TYPED_TEST_SUITE(AnyNetwork, NetworkWorlds);

/// Both ends of one connection, and the listener it came through.
struct Pair {
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Stream>   client;
    std::unique_ptr<Stream>   server;
};

Task<> accept_into(Listener& listener, Shard& owner, std::unique_ptr<Stream>& into) {
    into = co_await listener.accept(owner);
}

/// `home` is the shard that this runs on; the server's end belongs to `away`.
Task<Pair> connected(Network& network, Shard& home, Shard& away) {
    Pair  pair;
    Group group(home);
    pair.listener = network.listen(home, {"127.0.0.1", 0});
    group.spawn_now(accept_into(*pair.listener, away, pair.server));
    pair.client = co_await network.connect(home, pair.listener->local(), home.now() + 10s);
    co_await group.join();
    co_return pair;
}

Task<std::string> read_all(Stream& stream, Time deadline) {
    std::string            text;
    std::vector<std::byte> buffer(1000);
    while (std::size_t size = co_await stream.read_some(buffer, deadline))
        text += as_text(ByteView(buffer).first(size));
    co_return text;
}

Task<StreamError::Reason> reason_of(Task<> task) {
    try {
        co_await std::move(task);
    } catch (const StreamError& error) { co_return error.reason(); }
    co_return StreamError::Reason::failed;
}
Task<> read_once(Stream& stream, Time deadline) {
    std::vector<std::byte> buffer(10);
    co_await stream.read_some(buffer, deadline);
}

TYPED_TEST(AnyNetwork, carries_bytes_in_order_both_ways_until_the_end) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            EXPECT_EQ(pair.client->peer(), pair.listener->local());
            EXPECT_EQ(pair.client->local(), pair.server->peer());
            co_await pair.client->write({as_bytes("GET "), as_bytes(""), as_bytes("/")}, home.now() + 10s);
            std::string got;
            while (got.size() < 5) {
                std::byte   buffer[3];
                std::size_t size = co_await pair.server->read_some(buffer, home.now() + 10s);
                EXPECT_GT(size, 0u);
                got += as_text(ByteView(buffer).first(size));
            }
            EXPECT_EQ(got, "GET /");
            co_await pair.server->write({as_bytes("200 and goodbye")}, home.now() + 10s);
            pair.server->close();
            EXPECT_EQ(co_await read_all(*pair.client, home.now() + 10s), "200 and goodbye");
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

TYPED_TEST(AnyNetwork, reads_into_two_places_in_order) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            co_await pair.client->write({as_bytes("abcdefghij")}, home.now() + 10s);
            std::string got;
            while (got.size() < 10) {
                std::byte   first[2];
                std::byte   more[3];
                std::size_t size = co_await pair.server->read_some(first, more, home.now() + 10s);
                EXPECT_GT(size, 0u);
                got += as_text(ByteView(first).first(std::min<std::size_t>(size, 2)));
                if (size > 2) got += as_text(ByteView(more).first(size - 2));
            }
            EXPECT_EQ(got, "abcdefghij");
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

TYPED_TEST(AnyNetwork, tells_how_much_has_arrived) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            EXPECT_EQ(pair.server->available(), 0u);
            co_await pair.client->write({as_bytes("twelve bytes")}, home.now() + 10s);
            while (pair.server->available() < 12) co_await home.sleep_for(1ms);
            EXPECT_EQ(pair.server->available(), 12u);
            std::byte   buffer[4];
            std::size_t size = co_await pair.server->read_some(buffer, home.now() + 10s);
            EXPECT_EQ(pair.server->available(), 12 - size);
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

Task<> send_many(Stream& stream, Shard& shard, std::size_t rounds) {
    co_await shard.enter_if_away();
    std::string           piece = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::vector<ByteView> pieces(2000, as_bytes(piece));
    for (std::size_t i = 0; i < rounds; ++i) co_await stream.write(pieces, shard.now() + 100s);
    stream.close();
}

TYPED_TEST(AnyNetwork, makes_a_fast_writer_wait_for_a_slow_reader) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            Group  group(home);
            group.spawn(send_many(*pair.server, home, 100));
            co_await home.sleep_for(20ms);
            std::string text = co_await read_all(*pair.client, home.now() + 100s);
            co_await group.join();
            EXPECT_EQ(text.size(), 100u * 2000 * 36);
            EXPECT_EQ(text.substr(text.size() - 4), "wxyz");
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

TYPED_TEST(AnyNetwork, ends_a_wait_at_its_deadline_and_goes_on_afterwards) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            EXPECT_EQ(co_await reason_of(read_once(*pair.client, home.now() + 20ms)),
                      StreamError::Reason::timed_out);
            co_await pair.server->write({as_bytes("late")}, home.now() + 10s);
            pair.server->close();
            EXPECT_EQ(co_await read_all(*pair.client, home.now() + 10s), "late");
            std::string           large(1 << 20, 'x');
            std::vector<ByteView> pieces(64, as_bytes(large));
            Pair                  full = co_await connected(world.network, home, home);
            EXPECT_EQ(co_await reason_of(full.client->write(pieces, home.now() + 50ms)),
                      StreamError::Reason::timed_out);
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

Task<> close_later(Shard& shard, Stream& stream) {
    co_await shard.sleep_for(10ms);
    stream.close();
    stream.close();
}

TYPED_TEST(AnyNetwork, ends_a_read_under_way_when_its_own_side_closes) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            Group  group(home);
            group.spawn(close_later(home, *pair.client));
            EXPECT_EQ(co_await reason_of(read_once(*pair.client, Time::max())), StreamError::Reason::closed);
            co_await group.join();
            EXPECT_EQ(co_await reason_of(pair.client->write({as_bytes("x")}, Time::max())),
                      StreamError::Reason::closed);
            EXPECT_EQ(co_await read_all(*pair.server, home.now() + 10s), "");
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

Task<> write_until_it_fails(Stream& stream) {
    for (;;) co_await stream.write({as_bytes("anybody there?")}, Time::max());
}

TYPED_TEST(AnyNetwork, tells_a_writer_that_its_peer_is_gone) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Pair   pair = co_await connected(world.network, home, home);
            pair.server->close();
            EXPECT_EQ(co_await reason_of(write_until_it_fails(*pair.client)), StreamError::Reason::closed);
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

Task<> connect_only(Network& network, Shard& shard, Endpoint to) {
    co_await network.connect(shard, to, shard.now() + 10s);
}

TYPED_TEST(AnyNetwork, refuses_where_nobody_listens_and_a_port_that_is_taken) {
    struct Run {
        static Task<> all(World world) {
            Shard&   home = *world.shards[0];
            auto     listener = world.network.listen(home, {"127.0.0.1", 0});
            Endpoint at = listener->local();
            EXPECT_GT(at.port, 0);
            EXPECT_THROW(world.network.listen(home, at), StreamError);
            listener->close();
            EXPECT_EQ(co_await reason_of(connect_only(world.network, home, at)),
                      StreamError::Reason::refused);
            auto again = world.network.listen(home, at);
            EXPECT_EQ(again->local(), at);
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

Task<> close_listener_later(Shard& shard, Listener& listener) {
    co_await shard.sleep_for(10ms);
    listener.close();
}

TYPED_TEST(AnyNetwork, ends_an_accept_when_the_listener_closes) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            auto   listener = world.network.listen(home, {"127.0.0.1", 0});
            Group  group(home);
            group.spawn(close_listener_later(home, *listener));
            EXPECT_EQ(co_await listener->accept(home), nullptr);
            EXPECT_EQ(co_await listener->accept(home), nullptr);
            co_await group.join();
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

TYPED_TEST(AnyNetwork, gives_a_connection_to_another_shard) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            Shard& away = *world.shards.back();
            Pair   pair = co_await connected(world.network, home, away);
            Group  group(away);
            co_await away.enter();
            group.spawn(send_many(*pair.server, away, 3));
            co_await home.enter();
            EXPECT_EQ((co_await read_all(*pair.client, home.now() + 10s)).size(), 3u * 2000 * 36);
            co_await away.enter();
            co_await group.join();
            pair.server.reset();
            co_await home.enter();
        }
    };
    TypeParam three(1, {.shards = 3});
    three.run(Run::all(three.world()));
}

TEST(Endpoint, puts_an_ipv6_address_in_brackets) {
    EXPECT_EQ((Endpoint{"localhost", 9092}).text(), "localhost:9092");
    EXPECT_EQ((Endpoint{"::1", 9092}).text(), "[::1]:9092");
}

} // namespace
} // namespace riacho::io
