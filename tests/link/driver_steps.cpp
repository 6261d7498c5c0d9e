#include "driver.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/record_cursor.hpp"

#include <cstdio>
#include <limits>

namespace riacho::link_driver {
namespace {

namespace at = client::list_offsets_at;

/// What the steps share.
struct Exercise {
    io::RealTestWorld& world;
    Admin              admin;
    std::string        topic;
    std::string        group;
};

Task<std::int64_t> offset_of(Exercise& in, std::int64_t when, std::int32_t partition = 0) {
    auto listed = co_await in.admin.list_offsets({{in.topic, partition, when}});
    auto one = must(std::move(listed.at(0)), "ListOffsets");
    must_be_none(one.error_code, "ListOffsets");
    co_return one.offset;
}

Task<> put(Exercise& in, std::int32_t partition, std::vector<std::string> values, std::int64_t ms) {
    auto produced = must(co_await in.admin.produce(in.topic, partition, batch_of(values, {ms})), "Produce");
    must_be_none(produced.error_code, "Produce");
}

Task<> makes_a_topic(Exercise& in) { co_await create_topic(in.admin, in.topic, 3); }

Task<> writes_and_reads(Exercise& in) {
    std::int64_t now = in.world.world().clock.wall().ms;
    co_await put(in, 0, {"a", "b"}, now);
    co_await put(in, 0, {"c"}, now + 20'000);
    co_await put(in, 0, {"d"}, now + 10'000);
    co_await put(in, 2, {"e"}, now);
    require(co_await read_all(in.admin, in.topic, 0) == std::vector<std::string>{"a", "b", "c", "d"},
            "partition 0");
    require(co_await read_all(in.admin, in.topic, 2) == std::vector<std::string>{"e"}, "partition 2");
    require(co_await offset_of(in, at::earliest) == 0, "the earliest offset");
    require(co_await offset_of(in, at::latest) == 4, "the latest offset");
    require(co_await offset_of(in, now + 15'000) == 2, "the offset of a time");
    require(co_await offset_of(in, at::max_timestamp) == 2, "the offset of the largest timestamp");
    auto ends = co_await in.admin.offsets_for_epochs({{in.topic, 0, 1000}});
    must(std::move(ends.at(0)), "OffsetForLeaderEpoch");
}

Task<> is_told_of_an_offset_that_is_not_there(Exercise& in) {
    auto fetched = co_await in.admin.fetch({{.topic = in.topic, .partition = 1, .offset = 99}}, {});
    require(must(std::move(fetched.at(0)), "Fetch").error_code == kafka::ErrorCode::offset_out_of_range,
            "99");
    auto unknown = co_await in.admin.list_offsets({{in.topic + "-no", 0, at::latest}});
    require(!unknown.at(0) && unknown[0].error().code.error == kafka::ErrorCode::unknown_topic_or_partition,
            "a topic that does not exist");
}

Task<> grows_the_topic(Exercise& in) {
    kafka::CreatePartitionsRequest request;
    request.topics.push_back({.name = in.topic, .count = 4, .assignments = {}});
    request.timeout_ms = 10'000;
    auto grown = must(co_await in.admin.create_partitions(std::move(request)), "CreatePartitions");
    must_be_none(grown.results.at(0).error_code, "CreatePartitions");
    for (int tries = 0;; ++tries) {
        auto metadata = must(co_await in.admin.cluster().metadata({in.topic}), "Metadata");
        if (metadata.topics.at(0).partitions.size() == 4) break;
        require(tries < 100, "four partitions");
        co_await in.world.shard().sleep_for(std::chrono::milliseconds(100));
    }
}

Task<> alters_and_describes_configurations(Exercise& in) {
    kafka::IncrementalAlterConfigsRequest change;
    change.resources.push_back({.resource_type = 2, .resource_name = in.topic});
    change.resources[0].configs.push_back({.name = "retention.ms", .config_operation = 0, .value = "123456"});
    auto changed = must(co_await in.admin.alter_configs(std::move(change)), "IncrementalAlterConfigs");
    must_be_none(changed.responses.at(0).error_code, "IncrementalAlterConfigs");
    auto brokers = must(co_await in.admin.cluster().brokers(), "Metadata");
    for (int tries = 0;; ++tries) {
        kafka::DescribeConfigsRequest question;
        question.resources.push_back(
            {.resource_type = 2, .resource_name = in.topic, .configuration_keys = {{"retention.ms"}}});
        question.resources.push_back({.resource_type = 4,
                                      .resource_name = std::to_string(brokers.back().node_id),
                                      .configuration_keys = {}});
        auto described = must(co_await in.admin.describe_configs(std::move(question)), "DescribeConfigs");
        bool seen = false;
        for (const auto& result : described.results) {
            must_be_none(result.error_code, "DescribeConfigs");
            if (result.resource_type == 4) require(result.configs.size() > 10, "configurations of a broker");
            for (const auto& config : result.configs) seen = seen || config.value == "123456";
        }
        if (seen) break;
        require(tries < 100, "the value that was set");
        co_await in.world.shard().sleep_for(std::chrono::milliseconds(100));
    }
}

Task<> deletes_records(Exercise& in) {
    auto deleted = co_await in.admin.delete_records({{in.topic, 0, 3}, {in.topic, 1, -1}});
    require(must(std::move(deleted.at(0)), "DeleteRecords").low_watermark == 3, "3");
    must(std::move(deleted.at(1)), "DeleteRecords");
    require(co_await offset_of(in, at::earliest) == 3, "the earliest offset after DeleteRecords");
}

Task<> describes_folders_and_producers(Exercise& in) {
    bool found = false;
    for (auto& [broker, reply] : must(co_await in.admin.describe_log_dirs(), "DescribeLogDirs")) {
        for (const auto& folder : must(std::move(reply), "DescribeLogDirs").results) {
            for (const auto& topic : folder.topics) found = found || topic.name == in.topic;
        }
    }
    require(found, "the topic in a folder");
}

Task<> commits_reads_and_deletes_offsets(Exercise& in) {
    auto committed =
        must(co_await in.admin.commit_offsets(
                 in.group, {{.topic = in.topic, .partition = 0, .offset = 3},
                            {.topic = in.topic, .partition = 2, .offset = 1, .metadata = "here"}}),
             "OffsetCommit");
    for (const auto& partition : committed.topics.at(0).partitions)
        must_be_none(partition.error_code, "OffsetCommit");
    auto offsets = must(co_await in.admin.fetch_offsets(in.group), "OffsetFetch");
    require(offsets.size() == 2 && offsets[1].offset == 1 && offsets[1].metadata == "here",
            "committed offsets");
    auto deleted = must(co_await in.admin.delete_offsets(in.group, {{in.topic, 2, 0}}), "OffsetDelete");
    must_be_none(deleted.error_code, "OffsetDelete");
    require(must(co_await in.admin.fetch_offsets(in.group), "OffsetFetch").size() == 1, "one offset");
    bool listed = false;
    for (auto& [broker, reply] : must(co_await in.admin.list_groups(), "ListGroups")) {
        for (const auto& group : must(std::move(reply), "ListGroups").groups)
            listed = listed || group.group_id == in.group;
    }
    require(listed, "the group in the list");
    auto described = co_await in.admin.describe_groups({in.group});
    require(must(std::move(described.at(0)), "DescribeGroups").group_state == "Empty", "an empty group");
    auto gone = co_await in.admin.delete_groups({in.group});
    must_be_none(must(std::move(gone.at(0)), "DeleteGroups").error_code, "DeleteGroups");
}

Task<> deletes_the_topic(Exercise& in) {
    auto deleted = must(co_await in.admin.delete_topics({in.topic}), "DeleteTopics");
    must_be_none(deleted.responses.at(0).error_code, "DeleteTopics");
}

Task<> shares_a_group(Exercise& in) { co_await share_groups(in.admin.cluster(), in.group + "-shared"); }

struct NamedStep {
    const char* name;
    Task<> (*act)(Exercise&);
};
constexpr NamedStep steps[] = {
    {"makes a topic", makes_a_topic},
    {"writes and reads", writes_and_reads},
    {"is told of an offset that is not there", is_told_of_an_offset_that_is_not_there},
    {"grows the topic", grows_the_topic},
    {"alters and describes configurations", alters_and_describes_configurations},
    {"deletes records", deletes_records},
    {"describes folders", describes_folders_and_producers},
    {"commits, reads and deletes offsets", commits_reads_and_deletes_offsets},
    {"deletes the topic", deletes_the_topic},
    {"shares a group, also as static members", shares_a_group},
};

} // namespace

void require(bool holds, const std::string& what) {
    if (!holds) throw StepFailed("not as expected: " + what);
}
void must_be_none(kafka::ErrorCode error, const std::string& what) {
    if (error != kafka::ErrorCode::none) throw StepFailed(what + ": " + std::string(kafka::name_of(error)));
}

Bytes batch_of(const std::vector<std::string>& values, Timestamp at) {
    kafka::BatchBuilder builder({});
    for (const std::string& value : values) builder.add({.timestamp = at, .value = as_bytes(value)});
    return builder.build();
}

Read read_from(const Bytes& batches, std::int64_t from) {
    Read               read{.values = {}, .next = from};
    kafka::BatchCursor cursor(batches.view());
    while (auto batch = cursor.next()) {
        auto inside = kafka::RecordCursor::open(*batch, std::numeric_limits<std::int32_t>::max());
        require(batch->crc_matches() && inside, "a batch");
        while (const kafka::Record* record = inside->next()) {
            if (record->offset.value < from) continue;
            read.values.emplace_back(as_text(record->value.value_or(ByteView{})));
            read.next = record->offset.value + 1;
        }
    }
    return read;
}

Task<> create_topic(Admin& admin, std::string name, std::int32_t partitions) {
    kafka::CreateTopicsRequest request;
    request.topics.push_back({.name = name, .num_partitions = partitions, .replication_factor = -1});
    request.timeout_ms = 20'000;
    auto created = must(co_await admin.create_topics(std::move(request)), "CreateTopics");
    must_be_none(created.topics.at(0).error_code, "CreateTopics");
}

Task<std::vector<std::string>> read_all(Admin& admin, std::string topic, std::int32_t partition) {
    auto                     bounds = co_await admin.list_offsets({{topic, partition, at::earliest}});
    auto                     ends = co_await admin.list_offsets({{topic, partition, at::latest}});
    std::int64_t             next = must(std::move(bounds.at(0)), "ListOffsets").offset;
    std::int64_t             end = must(std::move(ends.at(0)), "ListOffsets").offset;
    std::vector<std::string> values;
    while (next < end) {
        auto fetched = co_await admin.fetch({{.topic = topic, .partition = partition, .offset = next}}, {});
        auto one = must(std::move(fetched.at(0)), "Fetch");
        must_be_none(one.error_code, "Fetch");
        require(one.records && !one.records->empty(), "records before the end");
        Read more = read_from(*one.records, next);
        values.insert(values.end(), more.values.begin(), more.values.end());
        require(more.next > next, "records at the offset that was asked for");
        next = more.next;
    }
    co_return values;
}

Task<int> exercise(io::RealTestWorld& world, Cluster& cluster) {
    std::string mark = std::to_string(world.world().clock.wall().ms);
    Exercise    in{world, Admin(cluster), "link-" + mark, "readers-" + mark};
    int         failed = 0;
    for (const NamedStep& step : steps) {
        std::string problem;
        try {
            co_await step.act(in);
        } catch (const StepFailed& failure) { problem = failure.what(); }
        if (problem.empty())
            std::printf("passed %s\n", step.name);
        else
            std::printf("failed %s: %s\n", step.name, problem.c_str());
        failed += problem.empty() ? 0 : 1;
    }
    co_return failed == 0 ? 0 : 1;
}

} // namespace riacho::link_driver
