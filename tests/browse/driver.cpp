// browse_driver BOOTSTRAP TOPIC read_committed|read_uncommitted SEARCH: what a search of the whole topic
// finds, as JSON Lines.
#include "browse/cluster_source.hpp"
#include "browse/search.hpp"
#include "io/real_world.hpp"

#include <cstdio>
#include <fmt/core.h>
#include <stdexcept>
#include <string>

namespace riacho {
namespace {

using namespace browse;

struct Wish {
    std::string       topic;
    client::Isolation isolation;
    std::string       text;
};

Task<> print_all(io::Shard& shard, RecordSource& source, Wish wish) {
    constexpr std::size_t text_bytes_max = 1 << 20;
    auto                  expression = Expression::compile(wish.text);
    if (!expression) throw std::runtime_error(expression.error().message);
    SearchRequest request{.start = Earliest{}, .hits_max = 1'000'000};
    auto          search = co_await Search::begin(shard, source, std::move(request), *std::move(expression));
    if (!search) throw std::runtime_error(search.error().detail);
    for (bool is_over = false; !is_over;) {
        auto event = co_await (*search)->next();
        if (!event) throw std::runtime_error(event.error().detail);
        is_over = std::holds_alternative<SearchDone>(*event);
        auto* found = std::get_if<FoundRecord>(&*event);
        if (!found) continue;
        std::string line;
        append_json_line(line, message_of(wish.topic, *found, text_bytes_max));
        fmt::print("{}", line);
    }
    co_await (*search)->stop();
}

Task<> run(io::RealWorld& world, std::string bootstrap, Wish wish) {
    auto cluster =
        co_await client::Cluster::make(world.world(), world.shard(), {{"bootstrap.servers", bootstrap}});
    if (!cluster) throw std::runtime_error(cluster.error().detail);
    client::Admin admin(**cluster);
    {
        ClusterSource source(admin, wish.topic, wish.isolation);
        co_await print_all(world.shard(), source, std::move(wish));
    }
    co_await (*cluster)->close();
}

} // namespace
} // namespace riacho

int main(int count, char** words) {
    using riacho::client::Isolation;
    if (count != 5) return std::fputs("browse_driver BOOTSTRAP TOPIC ISOLATION SEARCH\n", stderr), 2;
    bool is_committed = std::string_view(words[3]) == "read_committed";
    try {
        riacho::io::RealWorld world;
        riacho::Wish wish{words[2], is_committed ? Isolation::read_committed : Isolation::read_uncommitted,
                          words[4]};
        world.shard().run(riacho::run(world, words[1], std::move(wish)));
        world.stop();
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "browse_driver: {}\n", error.what());
        return 1;
    }
}
