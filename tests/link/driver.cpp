// link_driver [NAME=VALUE...] connect | exercise | traffic SECONDS, or link_driver certificates FOLDER
#include "driver.hpp"

#include "io/disk.hpp"
#include "io/run_on.hpp"
#include "io/tls_testing.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace riacho::link_driver {
namespace {

std::string_view name_of(client::LinkError error) {
    using client::LinkError;
    switch (error) {
    case LinkError::unreachable:
        return "unreachable";
    case LinkError::closed:
        return "closed";
    case LinkError::timed_out:
        return "timed_out";
    case LinkError::unsupported:
        return "unsupported";
    case LinkError::malformed:
        return "malformed";
    case LinkError::other_protocol:
        return "other_protocol";
    case LinkError::untrusted:
        return "untrusted";
    case LinkError::unauthorized:
        return "unauthorized";
    case LinkError::refused:
        return "refused";
    }
    return "?";
}

Task<int> connect(Cluster& cluster) {
    auto all = co_await cluster.metadata_of_all();
    if (all) {
        std::printf("connected to %zu brokers\n", all->brokers.size());
        co_return 0;
    }
    std::printf("%s: %s\n", std::string(name_of(all.error().code.why)).c_str(), all.error().detail.c_str());
    co_return 1;
}

Task<> save(io::RealTestWorld& world, std::string path, std::string text) {
    co_await io::run_on(world.world().pool.thread_for(0), world.shard(),
                        io::replace_file(world.disk(), path, Bytes::copy_of(text)));
}

Task<int> make_certificates(io::RealTestWorld& world, std::string folder) {
    io::TestAuthority authority;
    io::TestAuthority stranger("another authority");
    auto              server = authority.issue("DNS:localhost,IP:127.0.0.1");
    auto              client = authority.issue("DNS:client");
    co_await save(world, folder + "/ca.pem", authority.certificate());
    co_await save(world, folder + "/stranger.pem", stranger.certificate());
    co_await save(world, folder + "/server.pem", server.private_key + server.certificates);
    co_await save(world, folder + "/client.pem", client.private_key + client.certificates);
    co_return 0;
}

Task<int> run_command(io::RealTestWorld& world, client::Properties properties,
                      std::vector<std::string> words) {
    if (words.size() == 2 && words[0] == "certificates")
        co_return co_await make_certificates(world, words[1]);
    auto cluster = co_await Cluster::make(world.world(), world.shard(), std::move(properties));
    if (!cluster) {
        std::printf("settings: %s\n", cluster.error().detail.c_str());
        co_return 2;
    }
    int status = 2;
    if (words.at(0) == "connect") status = co_await connect(**cluster);
    if (words.at(0) == "exercise") status = co_await exercise(world, **cluster);
    if (words.at(0) == "traffic")
        status = co_await traffic(world, **cluster, std::chrono::seconds(std::atoi(words.at(1).c_str())));
    co_await (*cluster)->close();
    co_return status;
}

} // namespace
} // namespace riacho::link_driver

int main(int count, char** arguments) {
    riacho::client::Properties properties;
    std::vector<std::string>   words;
    for (int i = 1; i < count; ++i) {
        std::string word = arguments[i];
        auto        equal = word.find('=');
        if (words.empty() && equal != word.npos)
            properties[word.substr(0, equal)] = word.substr(equal + 1);
        else
            words.push_back(word);
    }
    if (words.empty()) return 2;
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    riacho::io::RealTestWorld world;
    return world.run(riacho::link_driver::run_command(world, std::move(properties), std::move(words)));
}
