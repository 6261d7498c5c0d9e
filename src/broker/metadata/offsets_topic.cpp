#include "broker/metadata/offsets_topic.hpp"

#include "broker/append_error.hpp"
#include "broker/broker.hpp"
#include "io/run_on.hpp"

#include <fmt/core.h>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using Done = Outcome<void, ErrorCode>;
using namespace std::chrono_literals;

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
        auto made = co_await broker_.metadata().create(std::move(wanted), Validate::and_create);
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
        if (!loaded) co_return loaded;
    }
    is_loaded_ = true;
    co_return Done{};
}

Task<Done> OffsetsTopic::load_one(Local& local, std::shared_ptr<const Topic> topic, std::int32_t index) {
    PartitionIndex id{index};
    local.groups->own(id);
    CO_TRY(auto partition, co_await local.partitions.use(topic, index));
    storage::Log& log = partition->log();
    for (Offset at = log.log_start(); at < log.high_watermark();) {
        auto read = co_await log.read(at, log.high_watermark(), load_bytes);
        if (!read || read->batches.empty())
            co_return fail(ErrorCode::kafka_storage_error,
                           fmt::format("{}-{} cannot be read at offset {}", name, index, at.value));
        local.groups->load(id, read->batches);
        at = read->next;
    }
    local.groups->loaded(id);
    co_return Done{};
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
