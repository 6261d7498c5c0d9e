// Topics are made, deleted, made again and configured while snapshots of the metadata are written and the log
// is cut behind them; the power fails at every write and sync, recovery's own included. Afterwards there are
// exactly the topics that were acknowledged, and nothing of a deleted one.
#include "crash_points.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_topics.hpp"
#include "kafka/messages/describe_configs.hpp"
#include "scenario.hpp"
#include "workload.hpp"

#include <algorithm>
#include <deque>
#include <fmt/core.h>
#include <set>

namespace riacho::scenarios {
namespace {

struct Life {
    std::optional<Uuid> id; ///< once its creation is answered
    std::int32_t        partitions = 1;
    std::string         retention_ms;
};

/// What is known of a name: how it is, and how it may be when the change under way is done.
struct Known {
    std::optional<Life>                now;
    std::optional<std::optional<Life>> in_doubt;
};

struct MetadataHistory {
    std::map<std::string, Known> names;
    std::set<Uuid>               deleted; ///< acknowledged
    std::int64_t                 producer_id = -1;
};

/// A name's life ended, or began, as was answered.
void settle(MetadataHistory& history, const std::string& name, std::optional<Uuid> id) {
    Known& known = history.names[name];
    if (known.now && known.now->id && !*known.in_doubt) history.deleted.insert(*known.now->id);
    known.now = *std::exchange(known.in_doubt, std::nullopt);
    if (known.now) known.now->id = id;
}

class MetadataWork {
public:
    MetadataWork(Cluster& cluster, MetadataHistory& history) : cluster_(cluster), history_(history) {}

    struct Met {
        std::size_t snapshots = 0;
        std::size_t cuts = 0;
        std::size_t held_cuts = 0; ///< a deletion was in their way
        std::size_t removed_segments = 0;
    };
    const Met& met() const { return met_; }

    void run() {
        try {
            script();
        } catch (const Crashed&) {
            for (Creating& one : creating_)
                if (auto answer = one.answer.take_if_done()) note(one, *answer);
            for (Deleting& one : deleting_)
                if (auto answer = one.answer.take_if_done()) note(one, *answer);
            throw;
        }
    }

private:
    struct Creating {
        std::string                                         name;
        Pending<Client::Answer<kafka::CreateTopicsRequest>> answer;
    };
    struct Deleting {
        std::string                                         name;
        Pending<Client::Answer<kafka::DeleteTopicsRequest>> answer;
    };
    using Keeping = Pending<Cluster::Done>;

    void script() {
        client_.emplace(cluster_.connect());
        for (int round = 0; round < 4; ++round) {
            std::string week = std::to_string(7 * 86'400'000 + round);
            create("orders", 2, week);
            create(fmt::format("round-{}", round), 1, "1000");
            finish();
            history_.producer_id = std::max(history_.producer_id, new_producer_id(*client_));
            for (std::int32_t partition : {0, 1}) produce(*client_, "orders", partition, {week});
            produce(*client_, fmt::format("round-{}", round), 0, {"a"});
            cluster_.run(cluster_.broker().store().checkpoint());
            remove("orders");
            if (round > 0) remove(fmt::format("round-{}", round - 1));
            // At another moment of the deletion each time.
            cluster_.run_for(std::chrono::microseconds(500 + 900 * round));
            Keeping keeping = keep_snapshot();
            finish();
            create("orders", 1, "2000");
            keeping.get();
            look();
            finish();
            keep_snapshot().get();
            look();
            cluster_.run(cluster_.broker().store().checkpoint());
            remove("orders");
            finish();
        }
        create("orders", 3, "3000");
        finish();
    }

    void create(const std::string& name, std::int32_t partitions, const std::string& retention_ms) {
        kafka::CreateTopicsRequest request;
        auto&                      topic = request.topics.emplace_back();
        topic.name = name;
        topic.num_partitions = partitions;
        topic.replication_factor = 1;
        topic.configs.push_back({.name = "retention.ms", .value = retention_ms});
        history_.names[name].in_doubt = Life{std::nullopt, partitions, retention_ms};
        creating_.push_back({name, client_->start(std::move(request))});
    }
    void remove(const std::string& name) {
        kafka::DeleteTopicsRequest request;
        request.topics.emplace_back().name = name;
        request.timeout_ms = 30'000;
        history_.names[name].in_doubt = std::optional<Life>{};
        deleting_.push_back({name, client_->start(std::move(request))});
    }
    void finish() {
        while (!deleting_.empty()) {
            note(deleting_.front(), deleting_.front().answer.get());
            deleting_.pop_front();
        }
        while (!creating_.empty()) {
            note(creating_.front(), creating_.front().answer.get());
            creating_.pop_front();
        }
    }
    void note(const Creating& one, const Client::Answer<kafka::CreateTopicsRequest>& answer) {
        if (!answer) return;
        ASSERT_EQ(answer->topics.at(0).error_code, ErrorCode::none) << one.name;
        settle(history_, one.name, answer->topics.at(0).topic_id);
    }
    void note(const Deleting& one, const Client::Answer<kafka::DeleteTopicsRequest>& answer) {
        if (!answer) return;
        ASSERT_EQ(answer->responses.at(0).error_code, ErrorCode::none) << one.name;
        settle(history_, one.name, std::nullopt);
    }

    static Task<> keeping(broker::MetadataWriter& metadata) { (void)co_await metadata.keep_snapshot(); }
    Keeping keep_snapshot() { return cluster_.begin(Cluster::ended(keeping(cluster_.broker().metadata()))); }

    static Task<Offset> log_start(storage::Store& store) {
        auto log = co_await store.open_log(storage::cluster_metadata,
                                           std::string(storage::cluster_metadata_topic), {});
        co_return (*log)->log_start();
    }
    /// How far the log is cut behind the newest snapshot, and which segments are left.
    void look() {
        Offset      start = cluster_.run(log_start(cluster_.broker().store()));
        std::string newest;
        bool        has_first_segment = false;
        for (const std::string& file : cluster_.world().disk().files()) {
            if (file.ends_with(".checkpoint") && file.find("__cluster_metadata-0") != std::string::npos)
                newest = file.substr(file.rfind('/') + 1);
            has_first_segment |= file.ends_with("__cluster_metadata-0/00000000000000000000.log");
        }
        auto id = storage::parse_snapshot_name(newest);
        ASSERT_TRUE(id) << newest;
        met_.snapshots++;
        if (start > last_start_) met_.cuts++;
        if (last_start_.value > 0 && start < id->until) met_.held_cuts++;
        if (!has_first_segment) met_.removed_segments++;
        last_start_ = std::max(last_start_, start);
    }

    Cluster&              cluster_;
    MetadataHistory&      history_;
    std::optional<Client> client_;
    std::deque<Creating>  creating_;
    std::deque<Deleting>  deleting_;
    Offset                last_start_{0};
    Met                   met_;
};

std::optional<Life> found_life(const Client& client, const std::string& name) {
    auto topic = look_up(client, name);
    if (topic.error_code == ErrorCode::unknown_topic_or_partition) return std::nullopt;
    EXPECT_EQ(topic.error_code, ErrorCode::none) << name;
    kafka::DescribeConfigsRequest request;
    auto&                         asked = request.resources.emplace_back();
    asked.resource_type = 2;
    asked.resource_name = name;
    asked.configuration_keys = std::vector<std::string>{"retention.ms"};
    auto described = client.ask(request).results.at(0);
    return Life{topic.topic_id, static_cast<std::int32_t>(topic.partitions.size()),
                described.configs.at(0).value.value_or("")};
}

bool is_as(const std::optional<Life>& found, const std::optional<Life>& wanted) {
    if (!found || !wanted) return !found && !wanted;
    return found->partitions == wanted->partitions && found->retention_ms == wanted->retention_ms &&
           (!wanted->id || wanted->id == found->id);
}

/// What was acknowledged is there, exactly; what was under way is as before or done, and stays so.
void check_topics(Cluster& cluster, const Client& client, MetadataHistory& history) {
    std::set<Uuid> live;
    for (auto& [name, known] : history.names) {
        auto found = found_life(client, name);
        bool is_right = is_as(found, known.now) || (known.in_doubt && is_as(found, *known.in_doubt));
        EXPECT_TRUE(is_right) << name << (found ? " is there" : " is not there");
        if (known.now && known.now->id && (!found || found->id != known.now->id))
            history.deleted.insert(*known.now->id);
        known = {found, std::nullopt};
        if (found) live.insert(*found->id);
    }
    kafka::MetadataRequest all;
    for (const auto& topic : client.ask(all).topics)
        EXPECT_TRUE(live.contains(topic.topic_id)) << *topic.name << " was never made, or is back";
    std::int64_t producer_id = new_producer_id(client);
    EXPECT_GT(producer_id, history.producer_id);
    history.producer_id = producer_id;
    std::set<std::string> deleted;
    for (const Uuid& id : history.deleted) deleted.insert(broker::id_text(id));
    for (const std::string& file : cluster.world().disk().files()) {
        EXPECT_EQ(file.find("/lost+found/"), std::string::npos) << file;
        if (!file.ends_with("/partition.metadata")) continue;
        auto        content = *cluster.world().disk().content(file);
        std::string text(as_text(content));
        for (const std::string& id : deleted) EXPECT_EQ(text.find(id), std::string::npos) << file;
    }
}

class MetadataCrash : public CrashPoints {
protected:
    MetadataCrash() : CrashPoints(crowded_broker()) {
        options_.metadata.segment_bytes = 600;
        options_.metadata.retention_bytes = 0;
        options_.metadata.snapshot_ms = 0ms; // the run writes them itself
    }
    std::uint64_t count_points() override {
        Cluster         cluster = make_cluster();
        MetadataHistory history;
        MetadataWork    work(cluster, history);
        cluster.start();
        work.run();
        std::uint64_t points = cluster.world().disk().operations();
        auto          met = work.met();
        EXPECT_GE(met.snapshots, 6u);
        EXPECT_GE(met.cuts, 3u);
        EXPECT_GE(met.held_cuts, 1u);
        EXPECT_GE(met.removed_segments, 1u);
        cluster.end(LifeEnd::clean);
        cluster.start();
        check_topics(cluster, cluster.connect(), history);
        return points;
    }
    void crash_at(std::uint64_t point) override {
        Cluster         cluster = make_cluster();
        MetadataHistory history;
        {
            MetadataWork work(cluster, history);
            cluster.world().disk().stop_after(point);
            try {
                cluster.start();
                work.run();
            } catch (const Crashed&) {}
        }
        SeededRandom random(seed_ + point);
        cluster.end(end_of(random));
        if (random.between(0, 1) == 0) crash_in_recovery(cluster, random);
        cluster.start();
        check_topics(cluster, cluster.connect(), history);
        if (HasFailure()) return;
        // The next life snapshots what was recovered, and goes on from there.
        create_topic(cluster.connect(), "later");
        cluster.run(keeping(cluster.broker().metadata()));
        cluster.restart(end_of(random));
        EXPECT_EQ(look_up(cluster.connect(), "later").error_code, ErrorCode::none);
        delete_topic(cluster.connect(), "later");
        check_topics(cluster, cluster.connect(), history);
    }
    static Task<> keeping(broker::MetadataWriter& metadata) { (void)co_await metadata.keep_snapshot(); }
};

TEST_P(MetadataCrash, leaves_exactly_the_topics_that_were_acknowledged_after_a_cut_at_any_operation) {
    crash_at_points();
}

} // namespace
RIACHO_SCENARIOS(MetadataCrash);
} // namespace riacho::scenarios
