// The faults of the simulated network.
#include "io/group.hpp"
#include "io/memory_network.hpp"
#include "io/simulated_world.hpp"

#include <gtest/gtest.h>
#include <set>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

const Endpoint broker_at{"broker", 9092};

/// Sends back what it gets, until the connection ends.
Task<> echo(Stream& stream) {
    std::vector<std::byte> buffer(100);
    try {
        while (std::size_t size = co_await stream.read_some(buffer, Time::max()))
            co_await stream.write({ByteView(buffer).first(size)}, Time::max());
    } catch (const StreamError&) {} // a fault of the test
}

Task<> serve_echo(SimulatedWorld& world) {
    auto                                 listener = world.network().listen(world.shard(1), broker_at);
    std::vector<std::unique_ptr<Stream>> streams;
    Group                                group(world.shard(1));
    while (auto stream = co_await listener->accept(world.shard(1))) {
        streams.push_back(std::move(stream));
        group.spawn_now(echo(*streams.back()));
    }
}

/// Writes `text` and reads until as much has come back, the end, or a reset.
Task<std::string> talk(SimulatedWorld& world, std::string text, Time patience) {
    Shard&                 home = world.shard();
    Time                   deadline = home.now() + patience;
    std::string            got;
    std::vector<std::byte> buffer(100);
    try {
        auto stream = co_await world.network().connect(home, broker_at, deadline);
        co_await stream->write({as_bytes(text)}, deadline);
        while (got.size() < text.size()) {
            std::size_t size = co_await stream->read_some(buffer, deadline);
            if (size == 0) co_return got + " end";
            got += as_text(ByteView(buffer).first(size));
        }
    } catch (const StreamError& error) {
        bool late = error.reason() == StreamError::Reason::timed_out;
        co_return got + (late ? " timeout" : " reset");
    }
    co_return got;
}

struct EchoWorld : SimulatedWorld {
    explicit EchoWorld(std::uint64_t seed) : SimulatedWorld(seed, {.shards = 2}) {
        service.spawn(serve_echo(*this));
        run_for(1ms);
    }
    ~EchoWorld() { power_off(); }
    Group service{shard(1)};
};

TEST(MemoryNetwork, one_seed_gives_one_trace) {
    auto hash = [](std::uint64_t seed) {
        EchoWorld world(seed);
        EXPECT_EQ(world.run(talk(world, "hello hello hello", 1s)), "hello hello hello");
        EXPECT_EQ(world.run(talk(world, "again", 1s)), "again");
        return std::pair(world.simulation().trace_hash(), world.simulation().now());
    };
    EXPECT_EQ(hash(5), hash(5));
    EXPECT_NE(hash(5), hash(6));
}

TEST(MemoryNetwork, a_planned_cut_falls_anywhere_in_a_request_or_its_answer) {
    std::set<std::string> answers;
    for (std::uint64_t bytes = 1; bytes <= 20; ++bytes) {
        EchoWorld world(bytes);
        world.network().cut_after(bytes);
        answers.insert(world.run(talk(world, "0123456789", 1s)));
        EXPECT_EQ(world.run(talk(world, "next", 1s)), "next") << "the next connection is whole";
    }
    EXPECT_TRUE(answers.contains(" reset"));
    EXPECT_TRUE(answers.contains("01234 reset"));
    EXPECT_TRUE(answers.contains("0123456789"));
}

TEST(MemoryNetwork, what_is_held_arrives_when_the_network_is_released) {
    EchoWorld world(1);
    world.network().hold();
    EXPECT_EQ(world.run(talk(world, "hello", 100ms)), " timeout");
    world.network().release();
    EXPECT_EQ(world.run(talk(world, "hello", 100ms)), "hello");

    struct Run {
        static Task<> release_later(SimulatedWorld& all) {
            co_await all.shard().sleep_for(3ms);
            all.network().hold();
            co_await all.shard().sleep_for(500ms);
            all.network().release();
        }
    };
    world.network().set_options({.delay_min = 2ms, .delay_max = 4ms});
    Group group(world.shard());
    group.spawn(Run::release_later(world));
    EXPECT_EQ(world.run(talk(world, "hello", 10s)), "hello");
    world.run_for(1s);
}

TEST(MemoryNetwork, a_cut_resets_one_client_and_leaves_the_others) {
    EchoWorld world(1);
    struct Run {
        static Task<> all(SimulatedWorld& world_of) {
            Shard&                 home = world_of.shard();
            MemoryNetwork&         network = world_of.network();
            auto                   one = co_await network.connect(home, broker_at, Time::max());
            auto                   two = co_await network.connect(home, broker_at, Time::max());
            std::vector<std::byte> buffer(10);
            EXPECT_EQ(network.clients().size(), 2u);
            network.cut(one->local().host);
            EXPECT_EQ(network.clients(), std::vector{two->local().host});
            bool reset = false;
            try {
                co_await one->read_some(buffer, Time::max());
            } catch (const StreamError& error) { reset = error.reason() == StreamError::Reason::closed; }
            EXPECT_TRUE(reset);
            co_await two->write({as_bytes("x")}, Time::max());
            EXPECT_EQ(co_await two->read_some(buffer, Time::max()), 1u);
        }
    };
    world.run(Run::all(world));
}

TEST(MemoryNetwork, a_side_that_ends_its_writes_still_reads) {
    EchoWorld world(1);
    struct Run {
        static Task<> all(SimulatedWorld& world_of) {
            auto stream = co_await world_of.network().connect(world_of.shard(), broker_at, Time::max());
            co_await stream->write({as_bytes("last words")}, Time::max());
            MemoryNetwork::end_writes(*stream);
            std::string            got;
            std::vector<std::byte> buffer(100);
            while (got.size() < 10) {
                std::size_t size = co_await stream->read_some(buffer, Time::max());
                got += as_text(ByteView(buffer).first(size));
            }
            EXPECT_EQ(got, "last words");
        }
    };
    world.run(Run::all(world));
}

TEST(MemoryNetwork, a_process_that_died_leaves_its_port_free) {
    SimulatedWorld world(1, {.shards = 2});
    for (int life = 0; life < 3; ++life) {
        {
            Group group(world.shard(1));
            group.spawn(serve_echo(world));
            EXPECT_EQ(world.run(talk(world, "hello", 1s)), "hello");
            world.power_off();
        }
        world.restart();
    }
}

} // namespace
} // namespace riacho::io
