#include "kafka/messages/describe_configs.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>

namespace riacho::scenarios {
namespace {

/// When a whole broker writes snapshots of its metadata, and what a start makes of them.
class MetadataSnapshots : public Scenario {
protected:
    std::vector<std::string> snapshots() {
        std::vector<std::string> found;
        for (const std::string& file : cluster_.world().disk().files())
            if (file.ends_with(".checkpoint")) found.push_back(file);
        return found;
    }
    bool has(std::string_view part) {
        return std::ranges::any_of(cluster_.world().disk().files(), [&](const std::string& file) {
            return file.find(part) != std::string::npos;
        });
    }
    static std::optional<std::string> config(const Client& client, const std::string& topic,
                                             const std::string& name) {
        kafka::DescribeConfigsRequest request;
        auto&                         asked = request.resources.emplace_back();
        asked.resource_type = 2;
        asked.resource_name = topic;
        asked.configuration_keys = std::vector<std::string>{name};
        return client.ask(request).results.at(0).configs.at(0).value;
    }
};

TEST_P(MetadataSnapshots, are_written_an_hour_after_the_last_one_if_anything_is_new) {
    create_topic(cluster_.connect(), "orders");
    cluster_.run_for(59min);
    EXPECT_EQ(snapshots().size(), 0u);
    cluster_.run_for(2min);
    EXPECT_EQ(snapshots().size(), 1u);
    cluster_.run_for(3h);
    EXPECT_EQ(snapshots().size(), 1u) << "nothing was new";
    create_topic(cluster_.connect(), "payments");
    cluster_.run_for(1min);
    EXPECT_EQ(snapshots().size(), 2u);
}

TEST_P(MetadataSnapshots, are_written_after_so_many_bytes_and_never_where_neither_limit_is_reached) {
    cluster_.end(LifeEnd::clean);
    cluster_.options().metadata.snapshot_bytes = 2'000;
    cluster_.options().metadata.snapshot_ms = 0ms;
    cluster_.start();
    auto client = cluster_.connect();
    create_topic(client, "orders");
    cluster_.run_for(5h);
    EXPECT_EQ(snapshots().size(), 0u);
    client = cluster_.connect(); // the other one has been silent for too long
    for (int i = 0; i < 20; ++i) create_topic(client, fmt::format("topic-{}", i));
    cluster_.run_for(6s);
    EXPECT_EQ(snapshots().size(), 1u);
    cluster_.restart(LifeEnd::power_cut);
    client = cluster_.connect();
    for (int i = 20; i < 40; ++i) create_topic(client, fmt::format("topic-{}", i));
    cluster_.run_for(6s);
    EXPECT_EQ(snapshots().size(), 2u);
}

TEST_P(MetadataSnapshots, hold_topics_configurations_and_producer_ids_when_the_log_is_cut_behind_them) {
    cluster_.options().metadata.retention_bytes = 0;
    cluster_.restart(LifeEnd::clean);
    auto         client = cluster_.connect();
    Uuid         orders = create_topic(client, "orders", 3, {{"retention.ms", "1000"}});
    std::int64_t producer = new_producer_id(client);
    create_topic(client, "doomed");
    cluster_.run_for(61min);
    client = cluster_.connect(); // the other one has been silent for too long
    delete_topic(client, "doomed");
    Uuid later = create_topic(client, "later", 2, {{"cleanup.policy", "compact"}});
    cluster_.run_for(61min);
    ASSERT_EQ(snapshots().size(), 1u) << "the older one is gone, and the log before it";
    create_topic(cluster_.connect(), "last");
    for (LifeEnd how : {LifeEnd::power_cut, LifeEnd::kill, LifeEnd::clean}) {
        cluster_.restart(how);
        client = cluster_.connect();
        EXPECT_EQ(look_up(client, "orders").topic_id, orders);
        EXPECT_EQ(look_up(client, "orders").partitions.size(), 3u);
        EXPECT_EQ(config(client, "orders", "retention.ms"), "1000");
        EXPECT_EQ(look_up(client, "later").topic_id, later);
        EXPECT_EQ(config(client, "later", "cleanup.policy"), "compact");
        EXPECT_EQ(look_up(client, "last").error_code, ErrorCode::none);
        EXPECT_EQ(look_up(client, "doomed").error_code, ErrorCode::unknown_topic_or_partition);
        std::int64_t next = new_producer_id(client);
        EXPECT_GT(next, producer);
        producer = next;
    }
    EXPECT_FALSE(has("/lost+found/"));
}

TEST_P(MetadataSnapshots, cut_nothing_behind_a_topic_whose_folder_could_not_be_removed) {
    cluster_.options().metadata.retention_bytes = 0;
    cluster_.restart(LifeEnd::clean);
    auto client = cluster_.connect();
    create_topic(client, "doomed");
    produce(client, "doomed", 0, {"a"});
    cluster_.run(cluster_.broker().store().checkpoint());
    ASSERT_TRUE(has("/doomed-0/"));
    cluster_.world().disk().fail_next(io::DiskOperation::rename, "doomed-0", EIO);
    delete_topic(client, "doomed");
    ASSERT_TRUE(has("/doomed-0/"));
    for (int i = 0; i < 3; ++i) {
        create_topic(cluster_.connect(), fmt::format("topic-{}", i));
        cluster_.run_for(61min);
    }
    cluster_.restart(LifeEnd::power_cut);
    EXPECT_FALSE(has("/doomed-0/")) << "the log still says that it was deleted";
    EXPECT_FALSE(has("/lost+found/"));
}

TEST_P(MetadataSnapshots, that_are_damaged_stop_a_start_that_needs_them_and_are_named) {
    cluster_.options().metadata.retention_bytes = 0;
    cluster_.restart(LifeEnd::clean);
    for (int i = 0; i < 3; ++i) {
        create_topic(cluster_.connect(), fmt::format("topic-{}", i));
        cluster_.run_for(61min);
    }
    ASSERT_EQ(snapshots().size(), 1u);
    std::string path = snapshots().front();
    cluster_.end(LifeEnd::power_cut);
    auto whole = cluster_.world().disk().content(path);
    cluster_.world().disk().damage(path, whole->size() / 2, as_bytes("?"));
    auto started = cluster_.try_start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, storage::StoreError::damaged);
    EXPECT_NE(started.error().detail.find(path), std::string::npos) << started.error().detail;
    cluster_.end(LifeEnd::power_cut);
    cluster_.world().disk().put_file(path, *whole);
    cluster_.start();
    EXPECT_EQ(look_up(cluster_.connect(), "topic-1").error_code, ErrorCode::none);
}

} // namespace
RIACHO_SCENARIOS(MetadataSnapshots);
} // namespace riacho::scenarios
