// crash_clients HOST PORT JOURNAL SEED: many connections to one broker, until the process is killed.
#include "clients.hpp"
#include "io/group.hpp"
#include "io/real_clock.hpp"
#include "io/tcp_network.hpp"
#include "io/thread_shard.hpp"

namespace riacho::crash {
namespace {

Task<> run_all(Place& place) {
    Peer first(place, "first");
    co_await make_topic(first);
    io::Group all(place.shard);
    for (int i = 0; i < 4; ++i)
        all.spawn_now(produce(Peer(place, fmt::format("idempotent-{}", i)), Care::idempotent, -1));
    for (int i = 0; i < 3; ++i)
        all.spawn_now(produce(Peer(place, fmt::format("plain-{}", i)), Care::once, -1));
    all.spawn_now(produce(Peer(place, "leader-0"), Care::once, 1));
    for (int i = 0; i < 3; ++i) all.spawn_now(commit(Peer(place, fmt::format("committer-{}", i))));
    for (int i = 0; i < 2; ++i) all.spawn_now(consume(Peer(place, fmt::format("member-{}", i))));
    for (int i = 0; i < 2; ++i) all.spawn_now(change_topics(Peer(place, fmt::format("topics-{}", i))));
    co_await all.join();
}

} // namespace
} // namespace riacho::crash

int main(int count, char** words) {
    using namespace riacho;
    if (count != 5) return 2;
    io::RealClock   clock;
    io::ThreadShard shard(clock, "clients");
    io::TcpNetwork  network;
    SeededRandom    chance(std::stoull(words[4]));
    crash::Journal  journal(words[3]);
    crash::Place    place{shard, network, {words[1], static_cast<std::uint16_t>(std::stoul(words[2]))},
                       clock, chance,  journal};
    shard.run(crash::run_all(place));
    return 0;
}
