// Crowded lives from seed to seed: lives.py runs it and judges the journal.
#include "base/log.hpp"
#include "base/planted.hpp"
#include "crowd.hpp"

#include <charconv>
#include <cstdio>

namespace riacho::scenarios {
namespace {

std::uint64_t number_in(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// One seed is played to be looked at.
void look_at(const CrowdPlan& plan) {
    log::set_level(log::Level::info);
    fmt::print(stderr, "shards={} lives={} durability={} ends={} disk={}\n", plan.shards, plan.lives,
               plan.broker.store.durability == storage::Durability::os ? "os" : "synced",
               plan.ends == CrowdPlan::Ends::kills ? "kills" : "any",
               plan.disk == CrowdPlan::Disk::breaks ? "breaks" : "good");
}

void put(Journal& journal) {
    std::string text = journal.take();
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

/// The journal goes to stdout, what is wrong at once and what was met to stderr.
int run_seeds(std::uint64_t first, std::uint64_t last) {
    Met met;
    int broken = 0;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        Journal journal;
        journal.begin(fmt::format("seed {}", seed));
        put(journal); // so that it is known which one ended the process
        try {
            Crowd crowd(seed, journal);
            if (first == last) look_at(crowd.plan());
            crowd.run();
            met.add(crowd.met());
        } catch (const std::exception& error) {
            ++broken;
            fmt::print(stderr, "seed {}: {}\n", seed, error.what());
        }
        put(journal);
    }
    for (const auto& [what, count] : met.counts) fmt::print(stderr, "met {} {}\n", count, what);
    return broken > 0 ? 1 : 0;
}

bool plant_bug(std::string_view name) {
    if constexpr (can_plant) {
        auto bug = find_planted(name);
        if (!bug) fmt::print(stderr, "{}: there is {}\n", name, planted_names());
        plant(bug);
        return bug.has_value();
    }
    fmt::print(stderr, "this build has no planted bugs\n");
    return false;
}

} // namespace
} // namespace riacho::scenarios

int main(int count, char** words) {
    if (count < 3) {
        fmt::print(stderr, "usage: lives FIRST_SEED LAST_SEED [BUG]\n");
        return 2;
    }
    using namespace riacho::scenarios;
    if (count > 3 && !plant_bug(words[3])) return 2;
    return run_seeds(number_in(words[1]), number_in(words[2]));
}
