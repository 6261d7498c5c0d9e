#include "alterations.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/alter_configs.hpp"
#include "scenario.hpp"

#include <fmt/core.h>
#include <gtest/gtest-spi.h>
#include <optional>

namespace riacho::scenarios {
namespace {

/// A topic, as somebody may see it.
struct Seen {
    bool         is_there = false;
    std::int32_t partitions = 0;
    Configs      configs = {};
    bool         operator==(const Seen&) const = default;
};

std::string text_of(const Seen& seen) {
    std::string text = seen.is_there ? fmt::format("{} partitions", seen.partitions) : "not there";
    for (const auto& [name, value] : seen.configs) text += fmt::format(" {}={}", name, value);
    return text;
}

Seen look_at(const Client& client, const std::string& topic) {
    auto found = look_up(client, topic);
    if (found.error_code != ErrorCode::none) return {};
    return {true, static_cast<std::int32_t>(found.partitions.size()), own_configs(client, topic)};
}

/// What was answered, and what was asked for since.
struct Promise {
    Seen                kept;
    std::optional<Seen> asked;

    template <class F> void change(Seen to, F ask) {
        asked = to;
        ask();
        kept = std::move(to);
        asked.reset();
    }
    void judge(const Seen& found) {
        EXPECT_TRUE(found == kept || found == asked)
            << "found: " << text_of(found) << "; promised: " << text_of(kept)
            << (asked ? "; or: " + text_of(*asked) : "");
        kept = found; // seen is promised
        asked.reset();
    }
};

void must(ErrorCode error) {
    if (error != ErrorCode::none) throw std::runtime_error(std::string(kafka::name_of(error)));
}

/// The power fails at one change or sync of a topic's eventful life.
class AlterTopicsCrash : public ::testing::TestWithParam<std::size_t> {
protected:
    void fill(Cluster& cluster, const Client& client) {
        for (int i = 0; i < 12; ++i) {
            kafka::BatchBuilder builder({});
            std::string         key = fmt::format("user-{}", i % 2), value(300, 'x');
            builder.add({.timestamp = cluster.wall(), .key = as_bytes(key), .value = as_bytes(value)});
            must(produce_batch(client, "orders", i % 2, builder.build()).error_code);
        }
    }

    void live(Cluster& cluster, Promise& promise) {
        auto client = cluster.connect();
        auto altered = [&](Seen to, const std::vector<Wish>& wishes) {
            promise.change(std::move(to), [&] { must(alter(client, "orders", wishes).error_code); });
        };
        promise.change({true, 1, {{"retention.bytes", "70000"}}},
                       [&] { create_topic(client, "orders", 1, {{"retention.bytes", "70000"}}); });
        altered({true, 1, {{"retention.bytes", "70000"}, {"segment.bytes", "1000"}, {"retention.ms", "-1"}}},
                {{"segment.bytes", "1000"}, {"retention.ms", "-1"}});
        Configs configs = promise.kept.configs;
        promise.change({true, 2, configs}, [&] { must(add_partitions(client, "orders", 2).error_code); });
        fill(cluster, client);
        configs["cleanup.policy"] = "compact";
        configs.erase("retention.ms");
        altered({true, 2, configs}, {{"cleanup.policy", "compact"}, {"retention.ms", {}, remove}});
        cluster.run(cluster.broker().store().checkpoint());
        cluster.run(cluster.broker().store().clean());
        promise.change({true, 4, configs}, [&] { must(add_partitions(client, "orders", 4).error_code); });
        promise.change({true, 4, {{"max.message.bytes", "5000"}}}, [&] {
            kafka::AlterConfigsRequest request;
            auto&                      asked = request.resources.emplace_back();
            asked.resource_type = topic_type;
            asked.resource_name = "orders";
            asked.configs.push_back({"max.message.bytes", "5000"});
            must(client.ask(request).responses.at(0).error_code);
        });
        promise.change({}, [&] { delete_topic(client, "orders"); });
        promise.change({true, 1, {}}, [&] { create_topic(client, "orders"); });
        altered({true, 1, {{"retention.ms", "9000"}}}, {{"retention.ms", "9000"}});
        cluster.run(cluster.broker().store().checkpoint());
    }

    std::uint64_t points() {
        Cluster cluster({.seed = seed_, .shards = GetParam(), .broker = options_});
        Promise promise;
        cluster.start();
        live(cluster, promise);
        promise.judge(look_at(cluster.connect(), "orders"));
        return cluster.world().disk().operations();
    }

    void crash_at(std::uint64_t point) {
        Cluster cluster({.seed = seed_, .shards = GetParam(), .broker = options_});
        Promise promise;
        cluster.world().disk().stop_after(point);
        try {
            cluster.start();
            live(cluster, promise);
        } catch (const Crashed&) {}
        SeededRandom random(seed_ + point);
        for (int again = 0; again < 2; ++again) { // what was recovered, and seen, stands the next end as well
            cluster.end(random.between(0, 3) == 0 ? LifeEnd::kill : LifeEnd::power_cut);
            cluster.start();
            promise.judge(look_at(cluster.connect(), "orders"));
        }
    }

    broker::BrokerOptions options_ = small_broker();
    std::uint64_t         seed_ = seed_or(1);
};

TEST_P(AlterTopicsCrash, keeps_what_was_answered_after_a_power_cut_at_any_write_or_sync) {
    std::uint64_t last = points();
    EXPECT_GE(last, 60u);
    // Every third one; another seed takes others.
    for (std::uint64_t point = 1 + seed_ % 3; point <= last && !HasFailure(); point += 3) {
        SCOPED_TRACE(fmt::format("play it again with RIACHO_SEED={}, point {} of {}", seed_, point, last));
        try {
            crash_at(point);
        } catch (const std::exception& error) { ADD_FAILURE() << error.what(); }
    }
}

TEST_P(AlterTopicsCrash, is_found_wanting_where_alterations_are_answered_before_they_are_synced) {
    options_.store.durability = storage::Durability::os;
    bool          is_found = false;
    std::uint64_t last = points();
    for (std::uint64_t point = last / 2; point <= last && !is_found; ++point) {
        ::testing::TestPartResultArray              results;
        ::testing::ScopedFakeTestPartResultReporter reporter(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
        try {
            crash_at(point);
        } catch (const std::exception&) { continue; }
        is_found = results.size() > 0;
    }
    EXPECT_TRUE(is_found) << "the check would not notice an alteration that is lost";
}

} // namespace
RIACHO_SCENARIOS(AlterTopicsCrash);
} // namespace riacho::scenarios
