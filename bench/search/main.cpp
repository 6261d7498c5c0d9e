// bench_search BOOTSTRAP TOPIC SEARCH: searches a whole topic as the console does, and says how long that
// took.
#include "browse/cluster_source.hpp"
#include "browse/search.hpp"
#include "io/real_world.hpp"

#include <cstdio>
#include <cstdlib>
#include <fmt/core.h>
#include <fstream>
#include <string>

namespace riacho::bench {
namespace {

using namespace browse;

/// What this process has in memory, in KiB.
std::size_t resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    }
    return 0;
}

struct Measured {
    SearchProgress progress;
    Time           first_hit{};
    std::size_t    resident_kib_most = 0;
};

Task<Measured> measure(io::Shard& shard, RecordSource& source, Expression expression) {
    SearchRequest request{.start = Earliest{}, .hits_max = 1'000'000'000};
    auto          search = co_await Search::begin(shard, source, std::move(request), std::move(expression));
    if (!search) throw std::runtime_error(search.error().detail);
    Measured measured;
    Time     start = shard.now();
    for (;;) {
        auto event = co_await (*search)->next();
        if (!event) throw std::runtime_error(event.error().detail);
        bool is_first = std::holds_alternative<FoundRecord>(*event) && measured.first_hit == Time{};
        if (is_first) measured.first_hit = shard.now() - start;
        auto* done = std::get_if<SearchDone>(&*event);
        if (done || std::holds_alternative<SearchProgress>(*event))
            measured.resident_kib_most = std::max(measured.resident_kib_most, resident_kib());
        if (!done) continue;
        measured.progress = std::move(done->progress);
        co_await (*search)->stop();
        co_return measured;
    }
}

Task<> run(io::RealWorld& world, std::string bootstrap, std::string topic, std::string text) {
    auto expression = Expression::compile(text);
    if (!expression) throw std::runtime_error(expression.error().message);
    auto cluster =
        co_await client::Cluster::make(world.world(), world.shard(), {{"bootstrap.servers", bootstrap}});
    if (!cluster) throw std::runtime_error(cluster.error().detail);
    client::Admin admin(**cluster);
    std::size_t   before = resident_kib();
    Measured      measured;
    {
        ClusterSource source(admin, topic, client::Isolation::read_committed);
        measured = co_await measure(world.shard(), source, *std::move(expression));
    }
    co_await (*cluster)->close();
    double seconds = std::chrono::duration<double>(measured.progress.elapsed).count();
    double first = std::chrono::duration<double>(measured.first_hit).count();
    fmt::print(R"({{"records": {}, "bytes": {}, "hits": {}, "seconds": {:.3f}, "first_hit_seconds": {:.4f}, )"
               R"("grown_kib": {}}})"
               "\n",
               measured.progress.records, measured.progress.bytes, measured.progress.hits, seconds, first,
               measured.resident_kib_most - std::min(before, measured.resident_kib_most));
}

} // namespace
} // namespace riacho::bench

int main(int count, char** words) {
    if (count != 4) return std::fputs("bench_search BOOTSTRAP TOPIC SEARCH\n", stderr), 2;
    try {
        riacho::io::RealWorld world;
        world.shard().run(riacho::bench::run(world, words[1], words[2], words[3]));
        world.stop();
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_search: {}\n", error.what());
        return 1;
    }
}
