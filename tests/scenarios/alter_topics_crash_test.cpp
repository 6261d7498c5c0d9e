#include "alterations.hpp"
#include "crash_points.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/alter_configs.hpp"
#include "scenario.hpp"

#include <fmt/core.h>
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
class AlterTopicsCrash : public CrashPoints {
protected:
    AlterTopicsCrash() : CrashPoints(small_broker()) {}

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

    std::uint64_t count_points() override {
        Cluster cluster = make_cluster();
        Promise promise;
        cluster.start();
        live(cluster, promise);
        promise.judge(look_at(cluster.connect(), "orders"));
        std::uint64_t points = cluster.world().disk().operations();
        EXPECT_GE(points, 60u);
        return points;
    }

    void crash_at(std::uint64_t point) override {
        Cluster cluster = make_cluster();
        Promise promise;
        cluster.world().disk().stop_after(point);
        try {
            cluster.start();
            live(cluster, promise);
        } catch (const Crashed&) {}
        SeededRandom random(seed_ + point);
        for (int again = 0; again < 2; ++again) { // what was recovered, and seen, stands the next end as well
            cluster.end(end_of(random));
            cluster.start();
            promise.judge(look_at(cluster.connect(), "orders"));
        }
    }
};

// Another seed takes other thirds.
TEST_P(AlterTopicsCrash, keeps_what_was_answered_after_a_power_cut_at_any_write_or_sync) {
    crash_at_points(3);
}

TEST_P(AlterTopicsCrash, is_found_wanting_where_alterations_are_answered_before_they_are_synced) {
    options_.store.durability = storage::Durability::os;
    std::uint64_t last = count_points();
    EXPECT_TRUE(is_noticed(last / 2, last, 1)) << "the check would not notice an alteration that is lost";
}

} // namespace
RIACHO_SCENARIOS(AlterTopicsCrash);
} // namespace riacho::scenarios
