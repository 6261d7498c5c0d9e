#include "broker/metadata/metadata_writer.hpp"

#include "base/log.hpp"
#include "broker/local.hpp"
#include "broker/metadata/topic_name.hpp"
#include "io/run_on.hpp"
#include "kafka/batch/batch_builder.hpp"

#include <algorithm>
#include <variant>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using namespace std::chrono_literals;

constexpr log::Logger  metadata_log{"metadata"};
constexpr Time         append_max = 30s;
constexpr std::int64_t producer_ids_per_block = 1000;
constexpr std::int16_t lenient_replicas_max = 5;
constexpr std::size_t  read_bytes = 1 << 20;

/// With no gap between what the shard knows of a topic and how its open logs are kept.
Task<> apply_on(Local& local, const std::vector<Change>& changes) {
    for (const Change& change : changes) {
        local.image.apply(change);
        if (auto* broker = std::get_if<BrokerAltered>(&change)) local.options = *broker->current;
        if (auto* created = std::get_if<TopicCreated>(&change)) local.partitions.configure(created->topic);
        if (auto* altered = std::get_if<TopicAltered>(&change)) local.partitions.configure(altered->topic);
        if (auto* deleted = std::get_if<TopicDeleted>(&change)) local.traffic.forget(deleted->id);
    }
    co_return;
}

} // namespace

MetadataWriter::MetadataWriter(io::World& world, const BrokerOptions& options, storage::Store& store,
                               const std::vector<std::unique_ptr<Local>>& locals)
    : world_(world), options_(options), store_(store), locals_(locals), turns_(*world.shards.front()),
      snapshotting_(*world.shards.front()) {}

Task<Outcome<void, storage::StoreError>> MetadataWriter::load() {
    auto opened =
        co_await store_.open_log(storage::cluster_metadata, std::string(storage::cluster_metadata_topic),
                                 metadata_log_options(options_));
    if (!opened) co_return fail(storage::StoreError::damaged, opened.error().detail);
    log_ = *opened;
    snapshot_time_ = world_.shards.front()->now();
    TopicReplay replay;
    CO_TRY(Offset at, co_await load_snapshot(replay));
    while (at < log_->high_watermark()) {
        auto read = co_await log_->read(at, log_->high_watermark(), read_bytes);
        if (!read || read->batches.empty())
            co_return fail(storage::StoreError::damaged,
                           fmt::format("__cluster_metadata cannot be read at offset {}", at.value));
        if (auto added = replay.add(read->batches); !added) co_return std::unexpected(added.error());
        bytes_since_snapshot_ += read->batches.size();
        at = read->next;
    }
    features_ = replay.features();
    last_time_ = replay.last_time();
    not_kept_ = replay.not_kept();
    next_producer_id_ = producer_ids_end_ = replay.next_producer_id();
    std::vector<Change> found;
    auto                brokers = broker_changes(replay.brokers());
    if (!brokers.empty()) co_await publish(std::move(brokers));
    store_.set_cleaner(current().store.cleaner);
    for (Topic& topic : replay.topics(current().topics)) found.push_back(TopicCreated{std::move(topic)});
    co_await publish(std::move(found));
    if (log_->end().value > 0) co_return Outcome<void, storage::StoreError>{};
    features_ = first_features();
    auto first = co_await append(feature_records(features_));
    if (!first) co_return fail(storage::StoreError::disk, first.error().detail);
    co_return Outcome<void, storage::StoreError>{};
}

Task<Outcome<Offset, ErrorCode>> MetadataWriter::append(std::vector<Bytes> records) {
    LeaderEpoch         epoch{static_cast<std::int32_t>(store_.starts())};
    Timestamp           now = world_.clock.wall();
    kafka::BatchBuilder builder({.leader_epoch = epoch});
    for (const Bytes& record : records) builder.add({.timestamp = now, .value = record.view()});
    Bytes         batch = builder.build();
    std::uint64_t bytes = batch.size();
    Time          deadline = world_.shards.front()->now() + append_max;
    auto          written = co_await log_->append(std::move(batch), epoch, deadline);
    if (!written) {
        if (!store_.wal().has_failed()) // which was said once
            metadata_log.error("a change of the metadata was not written: {}", written.error().detail);
        co_return fail(ErrorCode::kafka_storage_error, written.error().detail);
    }
    last_time_ = now;
    bytes_since_snapshot_ += bytes;
    co_return written->base_offset;
}

Task<> MetadataWriter::publish(std::vector<Change> changes) {
    io::Shard& home = *world_.shards.front();
    for (const auto& local : locals_) {
        if (&local->shard == &home)
            co_await apply_on(*local, changes);
        else
            co_await io::run_on(local->shard, home, apply_on(*local, changes));
    }
}

Leader MetadataWriter::leader() const { return {BrokerId{options_.node_id}, store_.starts()}; }

MetadataWriter::Done
MetadataWriter::check_assignments(const std::vector<std::vector<std::int32_t>>& assignments) const {
    auto refused = [](std::string what) {
        return fail(ErrorCode::invalid_replica_assignment,
                    "The manual partition assignment includes " + std::move(what));
    };
    for (const auto& replicas : assignments) {
        if (replicas.empty()) return refused("an empty replica list.");
        for (std::int32_t broker : replicas)
            if (broker != options_.node_id)
                return refused(fmt::format("broker {}, but no such broker is registered.", broker));
        if (replicas.size() > 1) return refused(fmt::format("the broker {} more than once.", replicas[0]));
    }
    return {};
}

MetadataWriter::TopicOutcome MetadataWriter::check(const NewTopic& wanted) const {
    const Image& image = locals_.front()->image;
    if (auto problem = topic_name_problem(wanted.name))
        return fail(ErrorCode::invalid_topic_exception, *problem);
    if (wanted.name == storage::cluster_metadata_topic)
        return fail(ErrorCode::invalid_request,
                    "Creation of internal topic __cluster_metadata is prohibited.");
    if (image.find(wanted.name))
        return fail(ErrorCode::topic_already_exists, fmt::format("Topic '{}' already exists.", wanted.name));
    std::string unified = with_dots_unified(wanted.name);
    for (const auto& [name, other] : image.topics())
        if (name.size() == unified.size() && with_dots_unified(name) == unified)
            return fail(ErrorCode::invalid_topic_exception,
                        fmt::format("Topic '{}' collides with existing topic: {}", wanted.name, name));
    Topic topic;
    topic.name = wanted.name;
    topic.partitions = wanted.partitions == -1 ? options_.num_partitions : wanted.partitions;
    topic.replication_factor =
        wanted.replication_factor == -1 ? options_.default_replication_factor : wanted.replication_factor;
    if (!wanted.assignments.empty()) {
        if (wanted.partitions != -1 || wanted.replication_factor != -1)
            return fail(ErrorCode::invalid_request,
                        "a topic with assignments says neither partitions nor replication factor");
        if (auto checked = check_assignments(wanted.assignments); !checked)
            return std::unexpected(checked.error());
        topic.partitions = static_cast<std::int32_t>(wanted.assignments.size());
        topic.replication_factor = 1;
    }
    if (topic.partitions <= 0)
        return fail(ErrorCode::invalid_partitions,
                    "Number of partitions was set to an invalid non-positive value.");
    if (topic.replication_factor <= 0)
        return fail(ErrorCode::invalid_replication_factor, "Replication factor must be larger than 0.");
    std::int16_t replicas_max = options_.strict_replication_factor ? 1 : lenient_replicas_max;
    if (topic.replication_factor > replicas_max && wanted.kind == NewTopic::Kind::by_client)
        return fail(
            ErrorCode::invalid_replication_factor,
            fmt::format("Unable to replicate the partition {} time(s): the target replication factor of {} "
                        "cannot be reached because only 1 broker(s) are registered.",
                        topic.replication_factor, topic.replication_factor));
    auto config = checked_config(current().topics, wanted.overrides);
    if (!config) return fail(ErrorCode::invalid_config, config.error());
    topic.overrides = wanted.overrides;
    topic.config = std::move(*config);
    return topic;
}

Task<std::vector<MetadataWriter::TopicOutcome>> MetadataWriter::create(std::vector<NewTopic> topics,
                                                                       Validate              validate) {
    auto                      turn = co_await turns_.lock();
    std::vector<TopicOutcome> outcomes;
    std::vector<Bytes>        records;
    std::vector<Change>       changes;
    std::int64_t              partitions = 0;
    for (const NewTopic& wanted : topics) {
        TopicOutcome outcome = check(wanted);
        bool         is_twice = std::ranges::count(topics, wanted.name, &NewTopic::name) > 1;
        if (is_twice) outcome = fail(ErrorCode::invalid_request, "Duplicate topic name.");
        if (outcome && partitions + outcome->partitions > new_partitions_max) outcome = too_many_partitions();
        if (outcome) partitions += outcome->partitions;
        if (outcome && validate == Validate::and_change) {
            outcome->id = new_topic_id(world_.random);
            for (Bytes& record : records_of(*outcome, leader())) records.push_back(std::move(record));
            changes.push_back(TopicCreated{*outcome});
        }
        outcomes.push_back(std::move(outcome));
    }
    if (changes.empty()) co_return outcomes;
    if (auto written = co_await append(std::move(records)); !written) {
        for (TopicOutcome& outcome : outcomes)
            if (outcome) outcome = fail(written.error().code, written.error().detail);
        co_return outcomes;
    }
    for (const TopicOutcome& outcome : outcomes)
        if (outcome)
            metadata_log.info("created topic={} id={} partitions={}", outcome->name, id_text(outcome->id),
                              outcome->partitions);
    co_await publish(std::move(changes));
    co_return outcomes;
}

Task<MetadataWriter::Done> MetadataWriter::remove(Uuid topic_id) {
    std::shared_ptr<const Topic> topic;
    Offset                       deleted_at;
    {
        auto turn = co_await turns_.lock();
        topic = locals_.front()->image.find(topic_id);
        if (!topic) co_return fail(ErrorCode::unknown_topic_id, "This server does not host this topic ID.");
        std::vector<Bytes> records;
        records.push_back(removal_record(topic_id));
        auto written = co_await append(std::move(records));
        if (!written) co_return std::unexpected(std::move(written).error());
        deleted_at = *written;
        removals_.insert(deleted_at);
        std::vector<Change> changes;
        changes.push_back(TopicDeleted{topic_id});
        co_await publish(std::move(changes));
    }
    metadata_log.info("deleted topic={} id={}", topic->name, id_text(topic_id));
    if (co_await remove_partitions(topic)) removals_.erase(deleted_at);
    io::Shard& home = *world_.shards.front();
    for (const auto& local : locals_)
        co_await io::run_on(local->shard, home, local->groups->topic_deleted(topic->name));
    co_return Done{};
}

/// Whether nothing of them can come back.
Task<bool> MetadataWriter::remove_partitions(std::shared_ptr<const Topic> topic) {
    io::Shard& home = *world_.shards.front();
    bool       all = true;
    for (std::int32_t index = 0; index < topic->partitions; ++index) {
        io::Shard& owner = store_.shard_of(topic->partition(index));
        for (const auto& local : locals_) {
            if (&local->shard != &owner) continue;
            auto removal = co_await io::run_on(owner, home, local->partitions.remove(topic, index));
            all &= removal == storage::Removal::complete;
        }
    }
    co_return all;
}

Task<Outcome<ProducerId, ErrorCode>> MetadataWriter::next_producer_id() {
    auto turn = co_await turns_.lock();
    if (next_producer_id_ == producer_ids_end_) {
        std::vector<Bytes> records;
        records.push_back(
            producer_ids_record(BrokerId{options_.node_id}, producer_ids_end_ + producer_ids_per_block));
        if (auto written = co_await append(std::move(records)); !written)
            co_return fail(written.error().code, written.error().detail);
        producer_ids_end_ += producer_ids_per_block;
    }
    co_return ProducerId{next_producer_id_++};
}

} // namespace riacho::broker
