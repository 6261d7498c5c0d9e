// TLS over memory in a simulation and over TCP.
#include "io/gather.hpp"
#include "io/testing.hpp"
#include "io/tls_stream.hpp"
#include "io/tls_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::io {
namespace {

using namespace std::chrono_literals;

const TestAuthority& authority() {
    static const TestAuthority made;
    return made;
}
const TlsIdentity& server_identity() {
    static const TlsIdentity made = authority().issue("DNS:broker,IP:127.0.0.1");
    return made;
}

TlsContext client_of(TlsClientOptions options) {
    auto made = TlsContext::client(options);
    EXPECT_TRUE(made) << made.error().detail;
    return std::move(*made);
}
TlsContext trusting_client() { return client_of({.authorities = authority().certificate()}); }
TlsContext server_of(TlsServerOptions options) {
    auto made = TlsContext::server(options);
    EXPECT_TRUE(made) << made.error().detail;
    return std::move(*made);
}
TlsContext plain_server() { return server_of({.identity = server_identity()}); }

/// How one side ended: what it read, or why it could not.
struct TlsEnd {
    std::unique_ptr<TlsStream>     stream;
    std::optional<TlsError::Cause> cause;
    std::string                    why;
};

Task<TlsEnd> open_end(Shard& shard, std::unique_ptr<Stream> below, const TlsContext& context,
                      std::string server_name) {
    TlsEnd end;
    try {
        end.stream =
            co_await TlsStream::open(shard, std::move(below), context, server_name, shard.now() + 10s);
    } catch (const TlsError& error) {
        end.cause = error.cause();
        end.why = error.what();
    } catch (const StreamError& error) { end.why = error.what(); }
    co_return end;
}

Task<> accept_tls(Listener& listener, Shard& shard, const TlsContext& context, TlsEnd& into) {
    auto below = co_await listener.accept(shard);
    into = co_await open_end(shard, std::move(below), context, "");
}

struct TlsPair {
    std::unique_ptr<Listener> listener;
    TlsEnd                    client;
    TlsEnd                    server;
};

Task<TlsPair> tls_pair(World world, TlsContext client, TlsContext server,
                       std::string server_name = "127.0.0.1") {
    Shard&  home = *world.shards[0];
    TlsPair pair;
    Group   group(home);
    pair.listener = world.network.listen(home, {"127.0.0.1", 0});
    group.spawn_now(accept_tls(*pair.listener, home, server, pair.server));
    auto below = co_await world.network.connect(home, pair.listener->local(), home.now() + 10s);
    pair.client = co_await open_end(home, std::move(below), client, server_name);
    co_await group.join();
    co_return pair;
}

Task<std::string> read_text(Stream& stream, std::size_t size) {
    std::string            text;
    std::vector<std::byte> buffer(70'000);
    while (text.size() < size) {
        std::size_t got = co_await stream.read_some(buffer, Time::max());
        if (got == 0) break;
        text += as_text(ByteView(buffer).first(got));
    }
    co_return text;
}

Task<std::string> why_read_fails(Stream& stream) {
    std::vector<std::byte> buffer(100);
    try {
        std::size_t got = co_await stream.read_some(buffer, Time::max());
        co_return got == 0 ? "end" : "bytes";
    } catch (const StreamError& error) { co_return error.what(); }
}

template <class TestedWorld> class AnyTls : public testing::Test {
protected:
    TestedWorld world_;
};
using TlsWorlds = testing::Types<SimulatedWorld, RealTestWorld>;
TYPED_TEST_SUITE(AnyTls, TlsWorlds);

TYPED_TEST(AnyTls, carries_bytes_both_ways_and_says_farewell) {
    struct Run {
        static Task<> all(World world) {
            auto pair = co_await tls_pair(world, trusting_client(), plain_server());
            EXPECT_TRUE(pair.client.stream) << pair.client.why;
            EXPECT_TRUE(pair.server.stream) << pair.server.why;
            auto& client = *pair.client.stream;
            auto& server = *pair.server.stream;
            EXPECT_EQ(client.version(), "TLSv1.3");
            co_await client.write({as_bytes("GET "), as_bytes(""), as_bytes("/")}, Time::max());
            EXPECT_EQ(co_await read_text(server, 5), "GET /");
            co_await server.write({as_bytes("200")}, Time::max());
            server.close();
            EXPECT_EQ(co_await read_text(client, 1000), "200") << "the end, and no exception";
            client.close();
            EXPECT_NE(co_await why_read_fails(client), "end") << "what is closed here has no end to read";
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

Task<> write_all(Stream& stream, std::vector<std::string> pieces) {
    std::vector<ByteView> views;
    for (const auto& piece : pieces) views.push_back(as_bytes(piece));
    co_await stream.write(std::move(views), Time::max());
}

TYPED_TEST(AnyTls, carries_more_than_buffers_hold_in_both_directions_at_once) {
    struct Run {
        static Task<> all(World world) {
            auto   pair = co_await tls_pair(world, trusting_client(), plain_server());
            Shard& home = *world.shards[0];
            // Sizes around a record's: joined, split, and taken where they lie.
            std::vector<std::string> pieces;
            for (std::size_t size : {1u, 0u, 16383u, 1u, 100u, 16385u, 700'000u, 3u, 64'000u, 65'537u})
                pieces.emplace_back(size, static_cast<char>('a' + pieces.size()));
            std::string whole;
            for (const auto& piece : pieces) whole += piece;
            Group writers(home);
            writers.spawn_now(write_all(*pair.client.stream, pieces));
            writers.spawn_now(write_all(*pair.server.stream, pieces));
            std::vector<Task<std::string>> readers;
            readers.push_back(read_text(*pair.client.stream, whole.size()));
            readers.push_back(read_text(*pair.server.stream, whole.size()));
            auto texts = co_await gather(home, std::move(readers));
            co_await writers.join();
            EXPECT_TRUE(texts[0] == whole);
            EXPECT_TRUE(texts[1] == whole);
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

TYPED_TEST(AnyTls, notices_a_connection_that_ends_without_a_farewell) {
    struct Run {
        static Task<> all(World world) {
            Shard&  home = *world.shards[0];
            TlsPair pair;
            auto    context = plain_server();
            Group   group(home);
            auto    inner = world.network.listen(home, {"127.0.0.1", 0});
            group.spawn_now(accept_tls(*inner, home, context, pair.server));
            auto below = co_await world.network.connect(home, inner->local(), home.now() + 10s);
            auto client = trusting_client();
            // The client's bytes pass through a session without a stream, so that it can leave without a
            // word.
            TlsSession session(client, "server", "127.0.0.1");
            while (session.shake_hands() == TlsSession::Step::needs_input) {
                auto output = session.take_output();
                if (!output.empty()) co_await below->write({ByteView(output)}, Time::max());
                std::vector<std::byte> buffer(20'000);
                session.put(ByteView(buffer).first(co_await below->read_some(buffer, Time::max())));
            }
            EXPECT_TRUE(session.write(as_bytes("half a sen")));
            auto output = session.take_output();
            co_await below->write({ByteView(output)}, Time::max());
            co_await group.join();
            EXPECT_EQ(co_await read_text(*pair.server.stream, 10), "half a sen");
            std::vector<std::byte> tickets(20'000); // unread, they would make a reset of the end
            co_await below->read_some(tickets, Time::max());
            below->close();
            std::optional<TlsError::Cause> cause;
            try {
                co_await read_text(*pair.server.stream, 1);
            } catch (const TlsError& error) { cause = error.cause(); }
            EXPECT_EQ(cause, TlsError::Cause::truncated);
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

TYPED_TEST(AnyTls, what_is_destroyed_while_the_peer_reads_nothing_is_closed_without_waiting) {
    struct Run {
        static Task<> all(World world) {
            auto                     pair = co_await tls_pair(world, trusting_client(), plain_server());
            std::vector<std::string> much{std::string(30'000'000, 'x')};
            bool                     late = false;
            std::vector<ByteView>    views{as_bytes(much[0])};
            try {
                co_await pair.client.stream->write(std::move(views), world.shards[0]->now() + 50ms);
            } catch (const StreamError& error) { late = error.reason() == StreamError::Reason::timed_out; }
            EXPECT_TRUE(late);
            EXPECT_NE(co_await why_read_fails(*pair.server.stream), "end");
            pair.client.stream.reset();
        }
    };
    this->world_.run(Run::all(this->world_.world()));
}

class Tls : public ::testing::Test {
protected:
    TlsPair pair(TlsContext client, TlsContext server, std::string server_name = "broker") {
        return world_.run(
            tls_pair(world_.world(), std::move(client), std::move(server), std::move(server_name)));
    }
    SimulatedWorld world_;
};

TEST_F(Tls, a_certificate_for_another_name_is_refused_and_the_message_says_which) {
    auto ends = pair(trusting_client(), plain_server(), "another");
    EXPECT_EQ(ends.client.cause, TlsError::Cause::untrusted);
    EXPECT_NE(ends.client.why.find("is not for another"), std::string::npos) << ends.client.why;
    EXPECT_EQ(ends.server.cause, TlsError::Cause::refused) << "the server hears of it: " << ends.server.why;
    EXPECT_EQ(pair(trusting_client(), plain_server(), "127.0.0.2").client.cause, TlsError::Cause::untrusted);
    EXPECT_TRUE(pair(trusting_client(), plain_server(), "127.0.0.1").client.stream);
}

TEST_F(Tls, an_unknown_authority_is_refused) {
    TestAuthority other("another authority");
    auto          ends = pair(client_of({.authorities = other.certificate()}), plain_server());
    EXPECT_EQ(ends.client.cause, TlsError::Cause::untrusted);
    EXPECT_NE(ends.client.why.find("is not trusted"), std::string::npos) << ends.client.why;
    EXPECT_EQ(pair(client_of({}), plain_server()).client.cause, TlsError::Cause::untrusted)
        << "the system does not know it either";
}

TEST_F(Tls, an_expired_certificate_is_refused) {
    auto ends = pair(trusting_client(), server_of({.identity = authority().issue("DNS:broker", -1h)}));
    EXPECT_EQ(ends.client.cause, TlsError::Cause::untrusted);
    EXPECT_NE(ends.client.why.find("expired"), std::string::npos) << ends.client.why;
}

TEST_F(Tls, verification_can_be_limited) {
    using Verify = TlsClientOptions::Verify;
    auto name_unchecked = client_of({.verify = Verify::authority, .authorities = authority().certificate()});
    EXPECT_TRUE(pair(std::move(name_unchecked), plain_server(), "another").client.stream);
    EXPECT_TRUE(pair(client_of({.verify = Verify::nothing}), plain_server(), "another").client.stream);
    auto stranger = client_of(
        {.verify = Verify::authority, .authorities = TestAuthority("another authority").certificate()});
    EXPECT_EQ(pair(std::move(stranger), plain_server()).client.cause, TlsError::Cause::untrusted);
}

TlsContext asking_server() {
    return server_of({.identity = server_identity(),
                      .client_identity = TlsServerOptions::ClientIdentity::required,
                      .client_authorities = authority().certificate()});
}

TEST_F(Tls, a_server_that_requires_a_certificate_refuses_who_has_none) {
    auto ends = pair(trusting_client(), asking_server());
    EXPECT_FALSE(ends.server.stream);
    // In TLS 1.3 the client is done before the server has looked; it hears at its first read.
    ASSERT_TRUE(ends.client.stream) << ends.client.why;
    auto why = world_.run(why_read_fails(*ends.client.stream));
    EXPECT_NE(why.find("refuses the TLS connection"), std::string::npos) << why;
    EXPECT_NE(why.find("certificate required"), std::string::npos) << why;
}

TEST_F(Tls, a_client_with_a_certificate_is_let_in) {
    for (const auto& identity :
         {authority().issue("DNS:client"), locked(authority().issue("DNS:client"), "open")}) {
        auto ends = pair(client_of({.authorities = authority().certificate(), .identity = identity}),
                         asking_server());
        EXPECT_TRUE(ends.client.stream && ends.server.stream) << ends.client.why << ends.server.why;
    }
}

TEST_F(Tls, both_sides_agree_on_a_protocol) {
    auto client = [](std::vector<std::string> protocols) {
        return client_of({.authorities = authority().certificate(), .protocols = std::move(protocols)});
    };
    auto server = [] { return server_of({.identity = server_identity(), .protocols = {"h2", "http/1.1"}}); };
    auto ends = pair(client({"http/1.1", "h2"}), server());
    EXPECT_EQ(ends.client.stream->protocol(), "h2") << "the server's preference counts";
    EXPECT_EQ(ends.server.stream->protocol(), "h2");
    EXPECT_EQ(pair(client({"http/1.1"}), server()).server.stream->protocol(), "http/1.1");
    EXPECT_EQ(pair(client({}), server()).server.stream->protocol(), "");
    EXPECT_EQ(pair(client({"h2"}), plain_server()).client.stream->protocol(), "");
    EXPECT_EQ(pair(client({"spdy/1"}), server()).client.cause, TlsError::Cause::refused);
}

/// Says `words` in clear, whatever comes, and leaves.
Task<> speak_plainly(Listener& listener, Shard& shard, std::string words) {
    auto stream = co_await listener.accept(shard);
    co_await stream->write({as_bytes(words)}, Time::max());
    std::vector<std::byte> buffer(1000);
    co_await stream->read_some(buffer, Time::max());
}

TEST_F(Tls, a_peer_that_speaks_something_else_is_told_apart) {
    struct Run {
        static Task<TlsEnd> meet(World world, std::string words) {
            Shard& home = *world.shards[0];
            Group  group(home);
            auto   listener = world.network.listen(home, {"127.0.0.1", 0});
            auto   context = trusting_client();
            group.spawn_now(speak_plainly(*listener, home, words));
            auto below = co_await world.network.connect(home, listener->local(), home.now() + 10s);
            auto end = co_await open_end(home, std::move(below), context, "broker");
            co_await group.join();
            co_return end;
        }
    };
    for (std::string words : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n", ""}) {
        auto end = world_.run(Run::meet(world_.world(), words));
        EXPECT_EQ(end.cause, TlsError::Cause::not_tls) << words << end.why;
    }
}

TEST_F(Tls, a_handshake_that_never_ends_is_given_up) {
    struct Run {
        static Task<StreamError::Reason> wait(World world) {
            Shard& home = *world.shards[0];
            auto   listener = world.network.listen(home, {"127.0.0.1", 0});
            auto   context = trusting_client();
            auto   below = co_await world.network.connect(home, listener->local(), home.now() + 10s);
            try {
                co_await TlsStream::open(home, std::move(below), context, "broker", home.now() + 3s);
            } catch (const StreamError& error) { co_return error.reason(); }
            co_return StreamError::Reason::failed;
        }
    };
    EXPECT_EQ(world_.run(Run::wait(world_.world())), StreamError::Reason::timed_out);
}

TEST(TlsContext, says_what_is_wrong_with_what_it_was_given) {
    auto identity = authority().issue("DNS:broker");
    auto error_of = [](TlsIdentity tried) {
        return TlsContext::server({.identity = std::move(tried)}).error();
    };
    EXPECT_EQ(error_of({.certificates = "no", .private_key = identity.private_key}).code,
              TlsSetupError::bad_certificate);
    EXPECT_EQ(error_of({.certificates = identity.certificates, .private_key = "no"}).code,
              TlsSetupError::bad_key);
    EXPECT_EQ(error_of({.certificates = identity.certificates,
                        .private_key = authority().issue("DNS:broker").private_key})
                  .code,
              TlsSetupError::key_mismatch);
    auto shut = locked(identity, "open");
    shut.password = "shut";
    EXPECT_EQ(error_of(shut).code, TlsSetupError::bad_key);
    shut.password = "";
    EXPECT_EQ(error_of(shut).detail, "no private key in PEM is there that needs no password");
    EXPECT_EQ(TlsContext::client({.authorities = "no"}).error().code, TlsSetupError::bad_certificate);
    EXPECT_EQ(TlsContext::client({.protocols = {""}}).error().code, TlsSetupError::bad_protocol);
}

} // namespace
} // namespace riacho::io
