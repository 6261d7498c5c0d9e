// The library's administration against a whole broker.
#include "client/link/admin.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

using client::Admin;
using client::PartitionAsk;
namespace at = client::list_offsets_at;

class Administration : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        auto made = outside(client::Cluster::make(cluster_.world().world(), cluster_.waiter().clients(),
                                                  {{"bootstrap.servers", cluster_.address().text()}}));
        ASSERT_TRUE(made) << made.error().detail;
        known_ = std::move(*made);
        admin_.emplace(*known_);
        kafka::CreateTopicsRequest request;
        request.topics.push_back({.name = "orders", .num_partitions = 2, .replication_factor = -1});
        auto created = outside(admin_->create_topics(request));
        ASSERT_TRUE(created) << created.error().detail;
        ASSERT_EQ(created->topics.at(0).error_code, ErrorCode::none);
    }
    void TearDown() override { outside(Cluster::ended(known_->close())); }

    template <class T> T outside(Task<T> task) { return cluster_.begin_outside(std::move(task)).get(); }
    std::int64_t         offset(std::int64_t when, std::int32_t partition = 0) {
        auto listed = outside(admin_->list_offsets({{"orders", partition, when}})).at(0);
        return listed && listed->error_code == ErrorCode::none ? listed->offset : -2;
    }
    std::int64_t put(std::int32_t partition, Values values, Timestamp when) {
        auto produced = outside(admin_->produce("orders", partition, batch_of(values, when)));
        return produced && produced->error_code == ErrorCode::none ? produced->base_offset : -1;
    }

    std::unique_ptr<client::Cluster> known_;
    std::optional<Admin>             admin_;
};

TEST_P(Administration, records_go_in_and_come_out_and_their_offsets_are_found) {
    EXPECT_EQ(put(0, {"a", "b"}, {1000}), 0);
    EXPECT_EQ(put(0, {"c"}, {3000}), 2);
    EXPECT_EQ(put(0, {"d"}, {2000}), 3);
    EXPECT_EQ(put(1, {"e"}, {1000}), 0);
    EXPECT_EQ(offset(at::earliest), 0);
    EXPECT_EQ(offset(at::latest), 4);
    EXPECT_EQ(offset(at::latest, 1), 1);
    EXPECT_EQ(offset(2500), 2);
    EXPECT_EQ(offset(at::max_timestamp), 2);
    auto fetched = outside(admin_->fetch(
        {{.topic = "orders", .partition = 0, .offset = 2}, {.topic = "orders", .partition = 1, .offset = 0}},
        {}));
    ASSERT_TRUE(fetched[0] && fetched[0]->records && fetched[1] && fetched[1]->records);
    EXPECT_EQ(values_in(*fetched[0]->records), (Values{"c", "d"}));
    EXPECT_EQ(values_in(*fetched[1]->records), Values{"e"});
}

TEST_P(Administration, a_fetch_behind_the_end_waits_and_one_outside_is_told) {
    Time start = cluster_.now();
    auto fetched =
        outside(admin_->fetch({{.topic = "orders", .partition = 0, .offset = 0}}, {.wait_max = 300ms}));
    EXPECT_GE(cluster_.now() - start, 300ms);
    EXPECT_EQ(fetched[0]->error_code, ErrorCode::none);
    fetched = outside(admin_->fetch({{.topic = "orders", .partition = 0, .offset = 77}}, {}));
    EXPECT_EQ(fetched[0]->error_code, ErrorCode::offset_out_of_range);
}

TEST_P(Administration, a_fetch_ends_when_its_lane_is_closed) {
    struct Run {
        static Task<Cluster::Done> close(client::Cluster& known, client::Lane lane) {
            known.close_lane(lane);
            co_return Cluster::Done{};
        }
    };
    auto lane = known_->open_lane();
    auto fetching = cluster_.begin_outside(
        admin_->fetch({{.topic = "orders", .partition = 0, .offset = 0}}, {.wait_max = 60s, .lane = lane}));
    cluster_.run_for(1s);
    EXPECT_FALSE(fetching.is_done());
    outside(Run::close(*known_, lane));
    auto fetched = fetching.get(10s);
    ASSERT_FALSE(fetched[0]);
    EXPECT_EQ(fetched[0].error().code.why, client::LinkError::closed);
}

TEST_P(Administration, topics_grow_and_go) {
    kafka::CreatePartitionsRequest more;
    more.topics.push_back({.name = "orders", .count = 4, .assignments = {}});
    auto grown = outside(admin_->create_partitions(more));
    ASSERT_TRUE(grown);
    EXPECT_EQ(grown->results.at(0).error_code, ErrorCode::none);
    EXPECT_EQ(outside(known_->metadata({"orders"}))->topics.at(0).partitions.size(), 4u);
    EXPECT_EQ(outside(known_->metadata_of_all())->topics.size(), 1u);
    auto deleted = outside(admin_->delete_topics({"orders", "gone"}));
    ASSERT_TRUE(deleted);
    EXPECT_EQ(deleted->responses.at(0).error_code, ErrorCode::none);
    EXPECT_EQ(deleted->responses.at(1).error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(offset(at::latest), -2);
}

TEST_P(Administration, configurations_are_described_and_altered) {
    kafka::IncrementalAlterConfigsRequest change;
    change.resources.push_back({.resource_type = 2, .resource_name = "orders"});
    change.resources[0].configs.push_back({.name = "retention.ms", .config_operation = 0, .value = "12345"});
    auto changed = outside(admin_->alter_configs(change));
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->responses.at(0).error_code, ErrorCode::none);
    kafka::DescribeConfigsRequest question;
    question.resources.push_back(
        {.resource_type = 2, .resource_name = "orders", .configuration_keys = {{"retention.ms"}}});
    auto described = outside(admin_->describe_configs(question));
    ASSERT_TRUE(described);
    EXPECT_EQ(described->results.at(0).configs.at(0).value, "12345");
}

TEST_P(Administration, records_are_deleted_and_folders_described) {
    put(0, {"a", "b", "c"}, {1000});
    auto deleted = outside(admin_->delete_records({{"orders", 0, 2}, {"orders", 1, -1}}));
    ASSERT_TRUE(deleted[0] && deleted[1]);
    EXPECT_EQ(deleted[0]->low_watermark, 2);
    EXPECT_EQ(deleted[1]->low_watermark, 0);
    EXPECT_EQ(offset(at::earliest), 2);
    auto folders = outside(admin_->describe_log_dirs());
    ASSERT_TRUE(folders && folders->at(0).reply);
    EXPECT_FALSE(folders->at(0).reply->results.empty());
}

TEST_P(Administration, offsets_of_a_group_are_committed_read_and_deleted) {
    auto committed_offsets = [this] {
        std::map<std::int32_t, std::int64_t> offsets;
        auto                                 fetched = outside(admin_->fetch_offsets("readers"));
        EXPECT_TRUE(fetched) << fetched.error().detail;
        if (fetched) {
            for (const auto& one : *fetched) offsets[one.partition] = one.offset;
        }
        return offsets;
    };
    put(0, {"a", "b"}, {1000});
    auto committed =
        outside(admin_->commit_offsets("readers", {{.topic = "orders", .partition = 0, .offset = 1},
                                                   {.topic = "orders", .partition = 1, .offset = 0}}));
    ASSERT_TRUE(committed) << committed.error().detail;
    EXPECT_EQ(committed->topics.at(0).partitions.at(1).error_code, ErrorCode::none);
    EXPECT_EQ(committed_offsets(), (std::map<std::int32_t, std::int64_t>{{0, 1}, {1, 0}}));
    auto listed = outside(admin_->list_groups());
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->at(0).reply->groups.at(0).group_id, "readers");
    EXPECT_EQ(outside(admin_->describe_groups({"readers"})).at(0)->group_state, "Empty");
    auto forgotten = outside(admin_->delete_offsets("readers", {{"orders", 1, 0}}));
    ASSERT_TRUE(forgotten);
    EXPECT_EQ(forgotten->error_code, ErrorCode::none);
    EXPECT_EQ(committed_offsets(), (std::map<std::int32_t, std::int64_t>{{0, 1}}));
    EXPECT_EQ(outside(admin_->delete_groups({"readers"})).at(0)->error_code, ErrorCode::none);
    EXPECT_EQ(outside(admin_->delete_groups({"readers"})).at(0)->error_code, ErrorCode::group_id_not_found);
}

TEST_P(Administration, calls_outlive_cut_connections) {
    for (int i = 0; i < 20; ++i) {
        auto listing = cluster_.begin_outside(admin_->list_offsets({{"orders", 0, at::latest}}));
        cluster_.run_for(Time(i * 20'000));
        cluster_.world().network().cut_all();
        auto listed = listing.get(1min);
        ASSERT_TRUE(listed[0]) << i << ": " << listed[0].error().detail;
        EXPECT_EQ(listed[0]->offset, 0);
    }
}

RIACHO_SCENARIOS(Administration);

} // namespace
} // namespace riacho::scenarios
