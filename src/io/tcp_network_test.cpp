// What only TCP has: names, addresses of both families, broken peers.
#include "io/descriptor.hpp"
#include "io/group.hpp"
#include "io/tcp_network.hpp"
#include "io/testing.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

struct Accepted {
    std::unique_ptr<Stream> stream;
};

Task<> take_one(Listener& listener, Shard& owner, Accepted& into) {
    into.stream = co_await listener.accept(owner);
}

/// Listens at one host, connects to another, and says "hi".
Task<std::string> greet(World world, std::string listen_host, std::string connect_host) {
    Shard&   home = *world.shards[0];
    auto     listener = world.network.listen(home, {listen_host, 0});
    Accepted accepted;
    Group    group(home);
    group.spawn_now(take_one(*listener, home, accepted));
    Time deadline = home.now() + 10s;
    auto client = co_await world.network.connect(home, {connect_host, listener->local().port}, deadline);
    co_await group.join();
    co_await client->write({as_bytes("hi")}, deadline);
    std::vector<std::byte> buffer(10);
    std::size_t            size = co_await accepted.stream->read_some(buffer, deadline);
    co_return std::string(as_text(ByteView(buffer).first(size))) + " from " + accepted.stream->peer().host;
}

bool machine_has_ipv6() {
    Descriptor   descriptor(::socket(AF_INET6, SOCK_STREAM, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return descriptor.is_open() &&
           ::bind(descriptor.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

TEST(TcpNetwork, reaches_addresses_and_names_of_ipv4) {
    RealTestWorld world;
    EXPECT_EQ(world.run(greet(world.world(), "127.0.0.1", "127.0.0.1")), "hi from 127.0.0.1");
    EXPECT_EQ(world.run(greet(world.world(), "127.0.0.1", "localhost")), "hi from 127.0.0.1");
    EXPECT_EQ(world.run(greet(world.world(), "", "127.0.0.1")), "hi from 127.0.0.1");
    EXPECT_EQ(world.run(greet(world.world(), "0.0.0.0", "127.0.0.1")), "hi from 127.0.0.1");
}

TEST(TcpNetwork, reaches_addresses_of_ipv6) {
    if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no IPv6";
    RealTestWorld world;
    EXPECT_EQ(world.run(greet(world.world(), "::1", "::1")), "hi from ::1");
    EXPECT_EQ(world.run(greet(world.world(), "::", "::1")), "hi from ::1");
    EXPECT_EQ(world.run(greet(world.world(), "::", "127.0.0.1")), "hi from 127.0.0.1");
}

Task<StreamError::Reason> connect_reason(World world, Endpoint to, Time patience) {
    Shard& home = *world.shards[0];
    try {
        co_await world.network.connect(home, to, home.now() + patience);
    } catch (const StreamError& error) { co_return error.reason(); }
    co_return StreamError::Reason::failed;
}

TEST(TcpNetwork, says_when_a_name_has_no_address) {
    RealTestWorld world;
    auto          reason = world.run(connect_reason(world.world(), {"no-such-host.invalid", 9}, 20s));
    EXPECT_TRUE(reason == StreamError::Reason::unresolved || reason == StreamError::Reason::timed_out);
}

/// Whose queue is full: further connections begin and do not come about.
class BusyListener {
public:
    BusyListener() : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
        at_.sin_family = AF_INET;
        at_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&at_), sizeof at_), 0);
        EXPECT_EQ(::listen(listening_.get(), 0), 0);
        socklen_t size = sizeof at_;
        ::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&at_), &size);
        for (int i = 0; i < 4; ++i) {
            waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            ::connect(waiting_.back().get(), reinterpret_cast<sockaddr*>(&at_), size);
        }
    }
    Endpoint at() const { return {"127.0.0.1", ntohs(at_.sin_port)}; }

private:
    sockaddr_in             at_{};
    Descriptor              listening_;
    std::vector<Descriptor> waiting_;
};

TEST(TcpNetwork, a_connect_can_be_given_up_at_any_time) {
    struct Run {
        static Task<> connect(World world, Endpoint to, Cancellation& cancellation, std::string& ended) {
            Shard& home = *world.shards[0];
            try {
                co_await world.network.connect(home, to, home.now() + 1h, &cancellation);
            } catch (const StreamError& error) { ended = error.what(); }
        }
        static Task<> give_up(World world, Endpoint to, Time after, std::string& ended) {
            Shard&       home = *world.shards[0];
            Cancellation cancellation;
            Group        group(home);
            if (after < Time{}) cancellation.request();
            group.spawn_now(connect(world, to, cancellation, ended));
            co_await home.sleep_for(std::max(after, Time{}));
            cancellation.request();
            co_await group.join();
        }
    };
    RealTestWorld world;
    BusyListener  busy;
    for (Time after : {Time(-1ms), Time(0ms), Time(20ms)}) { // before, at once, while it is under way
        std::string ended;
        world.run(Run::give_up(world.world(), busy.at(), after, ended));
        EXPECT_TRUE(ended.ends_with("Operation canceled") || ended.ends_with("was given up")) << ended;
    }
}

/// Accepts with plain calls of the system and resets the connection.
void accept_and_reset(int listening) {
    int    fd = ::accept(listening, nullptr, nullptr);
    linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd);
}

Task<bool> read_finds_it_closed(World world, Endpoint to) {
    Shard& home = *world.shards[0];
    try {
        auto                   client = co_await world.network.connect(home, to, home.now() + 10s);
        std::vector<std::byte> buffer(10);
        co_await client->read_some(buffer, home.now() + 10s);
    } catch (const StreamError& error) { co_return error.reason() == StreamError::Reason::closed; }
    co_return false;
}

TEST(TcpNetwork, a_reset_is_a_closed_connection) {
    RealTestWorld world;
    Descriptor    listening(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in   address{};
    socklen_t     size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(listening.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listening.get(), 1), 0);
    ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size);
    std::jthread peer(accept_and_reset, listening.get());
    EXPECT_TRUE(world.run(read_finds_it_closed(world.world(), {"127.0.0.1", ntohs(address.sin_port)})));
}

Task<> echo_all(std::unique_ptr<Stream> stream, Shard& shard) {
    std::vector<std::byte> buffer(4096);
    co_await shard.enter_if_away();
    try {
        while (std::size_t size = co_await stream->read_some(buffer, shard.now() + 10s))
            co_await stream->write({ByteView(buffer).first(size)}, shard.now() + 10s);
    } catch (const StreamError&) {} // the test sees it at the other end
}

/// Serves `count` connections, each on one of the shards in turn.
Task<> serve_on_all_shards(World world, Listener& listener, std::size_t count) {
    std::vector<std::unique_ptr<Group>> groups;
    for (Shard* shard : world.shards) groups.push_back(std::make_unique<Group>(*shard));
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t index = i % world.shards.size();
        auto        stream = co_await listener.accept(*world.shards[index]);
        co_await world.shards[index]->enter_if_away();
        groups[index]->spawn_now(echo_all(std::move(stream), *world.shards[index]));
        co_await world.shards[0]->enter_if_away();
    }
    for (std::size_t index = groups.size(); index-- > 0;) {
        co_await world.shards[index]->enter_if_away();
        co_await groups[index]->join();
    }
}

Task<> ping(World world, Endpoint to, std::size_t rounds) {
    Shard& home = *world.shards[0];
    auto   stream = co_await world.network.connect(home, to, home.now() + 10s);
    for (std::size_t i = 0; i < rounds; ++i) {
        std::string text = "round " + std::to_string(i);
        co_await stream->write({as_bytes(text)}, home.now() + 10s);
        std::string            got;
        std::vector<std::byte> buffer(100);
        while (got.size() < text.size()) {
            std::size_t size = co_await stream->read_some(buffer, home.now() + 10s);
            got += as_text(ByteView(buffer).first(size));
        }
        EXPECT_EQ(got, text);
    }
}

TEST(TcpNetwork, serves_many_connections_on_several_shards) {
    struct Run {
        static Task<> all(World world) {
            Shard& home = *world.shards[0];
            auto   listener = world.network.listen(home, {"127.0.0.1", 0});
            Group  group(home);
            group.spawn(serve_on_all_shards(world, *listener, 20));
            for (int i = 0; i < 20; ++i) group.spawn(ping(world, listener->local(), 50));
            co_await group.join();
        }
    };
    RealTestWorld world(1, {.shards = 3});
    world.run(Run::all(world.world()));
}

} // namespace
} // namespace riacho::io
