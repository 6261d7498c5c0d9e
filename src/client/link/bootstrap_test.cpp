#include "client/link/bootstrap.hpp"

#include <gtest/gtest.h>

namespace riacho::client {
namespace {

std::string read_back(std::string_view text) {
    auto servers = parse_bootstrap_servers(text);
    if (!servers) return servers.error().detail;
    std::string all;
    for (const auto& server : *servers) all += server.text() + " ";
    return all;
}

TEST(BootstrapServers, are_hosts_and_ports_separated_by_commas) {
    EXPECT_EQ(read_back("localhost:9092"), "localhost:9092 ");
    EXPECT_EQ(read_back("a:1,b:2, c:3 ,"), "a:1 b:2 c:3 ");
    EXPECT_EQ(read_back("PLAINTEXT://broker:29092"), "broker:29092 ");
    EXPECT_EQ(read_back("[::1]:9092,[fe80::1]"), "[::1]:9092 [fe80::1]:9092 ");
    EXPECT_EQ(read_back("localhost"), "localhost:9092 ");
}

TEST(BootstrapServers, that_cannot_be_read_are_named) {
    EXPECT_EQ(read_back(""), "no server is named");
    EXPECT_EQ(read_back(" , "), "no server is named");
    EXPECT_EQ(read_back("a:1,b:x"), "'b:x' has no port between 1 and 65535");
    EXPECT_EQ(read_back("a:65536"), "'a:65536' has no port between 1 and 65535");
    EXPECT_EQ(read_back("a:0"), "'a:0' has no port between 1 and 65535");
    EXPECT_EQ(read_back("a:"), "'a:' has no port between 1 and 65535");
    EXPECT_EQ(read_back(":9092"), "':9092' is not host:port or [address]:port");
    EXPECT_EQ(read_back("::1"), "'::1' is not host:port or [address]:port");
    EXPECT_EQ(read_back("[::1"), "'[::1' is not host:port or [address]:port");
    EXPECT_EQ(read_back("[::1]9092"), "'[::1]9092' is not host:port or [address]:port");
}

} // namespace
} // namespace riacho::client
