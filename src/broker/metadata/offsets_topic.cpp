#include "broker/metadata/offsets_topic.hpp"

#include "base/log.hpp"
#include "broker/append_error.hpp"
#include "broker/broker.hpp"
#include "io/run_on.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using Done = Outcome<void, ErrorCode>;
using namespace std::chrono_literals;

constexpr log::Logger offsets_log{"groups"};
constexpr Time        offsets_append_max = 5s; // offsets.commit.timeout.ms
constexpr std::size_t load_bytes = 1 << 20;

Task<> announce(Local& local, std::shared_ptr<const Topic> topic) {
    local.groups->set_partition_count(topic->partitions);
    co_return;
}

} // namespace

OffsetsTopic::OffsetsTopic(Broker& broker) : broker_(broker), turns_(broker.metadata_shard()) {}

NewTopic OffsetsTopic::new_topic() const {
    const BrokerOptions& options = broker_.options();
    NewTopic             topic;
    topic.name = name;
    topic.partitions = options.offsets_topic_num_partitions;
    topic.replication_factor = options.offsets_topic_replication_factor;
    topic.overrides = {{"cleanup.policy", "compact"},
                       {"compression.type", "producer"},
                       {"segment.bytes", std::to_string(options.offsets_topic_segment_bytes)}};
    topic.kind = NewTopic::Kind::internal;
    return topic;
}

Task<Done> OffsetsTopic::load() {
    auto topic = broker_.locals().front()->image.find(name);
    if (!topic) co_return Done{};
    co_return co_await load_all(std::move(topic));
}

Task<Done> OffsetsTopic::ensure() {
    auto turn = co_await turns_.lock();
    if (is_loaded_) co_return Done{};
    const Image& image = broker_.locals().front()->image;
    if (!image.find(name)) {
        std::vector<NewTopic> wanted;
        wanted.push_back(new_topic());
        auto made = co_await broker_.metadata().create(std::move(wanted), Validate::and_change);
        if (!made.front() && made.front().error().code != ErrorCode::topic_already_exists)
            co_return fail(made.front().error().code, made.front().error().detail);
    }
    co_return co_await load_all(image.find(name));
}

Task<Done> OffsetsTopic::load_all(std::shared_ptr<const Topic> topic) {
    io::Shard& home = broker_.metadata_shard();
    for (const auto& local : broker_.locals())
        co_await io::run_on(local->shard, home, announce(*local, topic));
    for (std::int32_t index = 0; index < topic->partitions; ++index) {
        Local& local = broker_.local_of(topic->partition(index));
        Done   loaded = co_await io::run_on(local.shard, home, load_one(local, topic, index));
        if (loaded) continue;
        unavailable_.insert(PartitionIndex{index});
        offsets_log.error("{}-{} cannot be read, its groups are refused: {}", name, index,
                          loaded.error().detail);
    }
    partitions_ = topic->partitions;
    is_loaded_ = true;
    offsets_log.info("groups are loaded, bytes={}", loaded_bytes_.load());
    co_return Done{};
}

Task<Done> OffsetsTopic::load_one(Local& local, std::shared_ptr<const Topic> topic, std::int32_t index) {
    PartitionIndex id{index};
    local.groups->own(id);
    auto partition = co_await local.partitions.use(topic, index);
    Done read_all = partition ? co_await read_one(local, (*partition)->log(), id)
                              : Done(fail(partition.error().code, partition.error().detail));
    if (read_all)
        local.groups->loaded(id);
    else
        local.groups->cannot_load(id);
    co_return read_all;
}

Task<Done> OffsetsTopic::read_one(Local& local, storage::Log& log, PartitionIndex id) {
    Offset at = log.log_start();
    if (auto snapshot = co_await log.read_snapshot()) {
        local.groups->load(id, snapshot->batches);
        loaded_bytes_ += snapshot->batches.size();
        at = std::max(at, snapshot->until);
    }
    while (at < log.high_watermark()) {
        auto read = co_await log.read(at, log.high_watermark(), load_bytes);
        if (!read || read->batches.empty())
            co_return fail(ErrorCode::kafka_storage_error, fmt::format("offset {} cannot be read", at.value));
        local.groups->load(id, read->batches);
        loaded_bytes_ += read->batches.size();
        at = read->next;
    }
    co_return Done{};
}

Task<std::vector<bool>> OffsetsTopic::serves(std::vector<std::string> groups) {
    broker_.metadata_shard().check_here();
    std::vector<bool> answers;
    for (const std::string& group : groups)
        answers.push_back(partitions_ == 0 ||
                          !unavailable_.contains(offsets_partition_of(group, partitions_)));
    co_return answers;
}

Task<Done> OffsetsTopic::append(PartitionIndex partition, Bytes batch) {
    // Called on the shard of the partition: whose image has the topic is whose coordinator asks.
    auto topic = broker_.local_here().image.find(name);
    if (!topic) co_return fail(ErrorCode::not_coordinator);
    Local& local = broker_.local_of(topic->partition(static_cast<std::int32_t>(partition)));
    CO_TRY(auto use, co_await local.partitions.use(topic, static_cast<std::int32_t>(partition)));
    auto written = co_await use->log().append(std::move(batch), broker_.leader_epoch(),
                                              local.shard.now() + offsets_append_max);
    if (!written) co_return fail(error_of(written.error().code), written.error().detail);
    co_return Done{};
}

} // namespace riacho::broker
