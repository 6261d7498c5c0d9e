// Of Kafka's configurations, those about logs, folders and tiered storage.
#include "broker/config/kept_config.hpp"

namespace riacho::broker {
namespace {

using enum OptionType;
using enum Dynamic;
using enum Standing;

std::vector<KeptConfig> storage_part_1() {
    return {
        {"cordoned.log.dirs",
         list,
         "",
         "Log folders that get no new partitions; there is one folder here.",
         {},
         per_broker},
        {"follower.fetch.last.tiered.offset.enable",
         boolean,
         "false",
         "Let a new follower begin where tiered storage ends.",
         {},
         cluster_wide},
        {"log.cleaner.io.buffer.load.factor",
         real,
         "0.9",
         "How full Kafka's table of keys may get during compaction; ours grows as keys come.",
         {},
         cluster_wide},
        {"log.cleaner.threads", int32, "1",
         "Threads that compact; one partition is compacted at a time here.", at_least(0), cluster_wide},
        {"log.dir", list, "/tmp/kafka-logs",
         "The folder with the data, where log.dirs does not say; the folder of --data counts."},
        {"log.dir.failure.timeout.ms", int64, "30000",
         "A broker that cannot tell its controller of a failed folder for this long stops.", at_least(1)},
        {"log.dirs", list, nullptr, "The folders with the data; the folder of --data counts."},
        {"log.flush.offset.checkpoint.interval.ms", int32, "60000",
         "How often Kafka notes up to where logs are synced; wal.checkpoint.* does it here.", at_least(0)},
        {"log.flush.scheduler.interval.ms", int64, "9223372036854775807",
         "How often Kafka looks for logs to sync; every acknowledged record is synced here."},
        {"log.flush.start.offset.checkpoint.interval.ms", int32, "60000",
         "How often Kafka notes where logs start; that is in the write-ahead log here.", at_least(0)},
        {"log.initial.task.delay.ms", int64, "30000",
         "Pause between the start and the first cleaning; for Kafka's own tests.", at_least(0), no, internal},
        {"log.roll.jitter.hours", int32, "0",
         "The largest random delay taken off the age at which segments end; the name in milliseconds wins.",
         at_least(0)},
        {"remote.fetch.max.wait.ms", int32, "500", "How long a fetch waits for tiered storage.", at_least(1),
         cluster_wide},
        {"remote.list.offsets.request.timeout.ms", int64, "30000",
         "How long a search for offsets waits for tiered storage.", at_least(1), cluster_wide},
        {"remote.log.index.file.cache.total.size.bytes", int64, "1073741824",
         "Bytes of tiered segments' indexes that are kept on this disk.", at_least(1), cluster_wide},
        {"remote.log.index.file.cache.ttl.ms", int64, "900000",
         "How long an unused index of a tiered segment is kept.", at_least(-1), no, internal},
        {"remote.log.manager.copier.thread.pool.size", int32, "10",
         "Threads that copy segments to tiered storage.", at_least(1), cluster_wide},
    };
}

std::vector<KeptConfig> storage_part_2() {
    return {
        {"remote.log.manager.copy.max.bytes.per.second", int64, "9223372036854775807",
         "The most that is copied to tiered storage in a second.", at_least(1), cluster_wide},
        {"remote.log.manager.copy.quota.window.num", int32, "11",
         "Samples that the throttle of copies to tiered storage remembers.", at_least(1)},
        {"remote.log.manager.copy.quota.window.size.seconds", int32, "1",
         "The span of each of those samples.", at_least(1)},
        {"remote.log.manager.expiration.thread.pool.size", int32, "10",
         "Threads that delete old segments in tiered storage.", at_least(1), cluster_wide},
        {"remote.log.manager.fetch.max.bytes.per.second", int64, "9223372036854775807",
         "The most that is fetched from tiered storage in a second.", at_least(1), cluster_wide},
        {"remote.log.manager.fetch.quota.window.num", int32, "11",
         "Samples that the throttle of fetches from tiered storage remembers.", at_least(1)},
        {"remote.log.manager.fetch.quota.window.size.seconds", int32, "1",
         "The span of each of those samples.", at_least(1)},
        {"remote.log.manager.follower.thread.pool.size", int32, "2",
         "Threads with which followers keep track of tiered storage.", at_least(1), cluster_wide},
        {"remote.log.manager.task.interval.ms", int64, "30000",
         "Time between two looks for segments to copy or delete in tiered storage.", at_least(1)},
        {"remote.log.manager.task.retry.backoff.max.ms", int64, "30000",
         "The longest pause before work on tiered storage is tried again.", at_least(1), no, internal},
        {"remote.log.manager.task.retry.backoff.ms", int64, "500",
         "The first pause before work on tiered storage is tried again.", at_least(1), no, internal},
        {"remote.log.manager.task.retry.jitter", real, "0.2",
         "The share of such a pause that chance adds or takes away.", RealRange{0, 0.5}, no, internal},
        {"remote.log.manager.thread.pool.size", int32, "2", "Threads that plan the work on tiered storage.",
         at_least(1)},
        {"remote.log.metadata.custom.metadata.max.bytes", int32, "128",
         "What a plugin of tiered storage may note of a segment at most.", at_least(0)},
        {"remote.log.metadata.manager.class.name", string,
         "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
         "A Java class that keeps the metadata of tiered storage; none is loaded here."},
        {"remote.log.metadata.manager.class.path", string, nullptr, "Where that class is."},
        {"remote.log.metadata.manager.impl.prefix", string, "rlmm.config.",
         "How names begin that are handed to that class."},
    };
}

std::vector<KeptConfig> storage_part_3() {
    return {
        {"remote.log.metadata.manager.listener.name", string, nullptr,
         "The listener by which that class reaches the broker."},
        {"remote.log.reader.max.pending.tasks", int32, "100", "Reads from tiered storage that may wait.",
         at_least(1)},
        {"remote.log.reader.threads", int32, "10", "Threads that read from tiered storage.", at_least(1),
         cluster_wide},
        {"remote.log.storage.manager.class.name", string, nullptr,
         "A Java class that stores tiered segments; none is loaded here."},
        {"remote.log.storage.manager.class.path", string, nullptr, "Where that class is."},
        {"remote.log.storage.manager.impl.prefix", string, "rsm.config.",
         "How names begin that are handed to that class."},
        {"remote.log.storage.system.enable", boolean, "false",
         "Tiered storage as a whole; there is none here."},
    };
}

} // namespace

std::vector<KeptConfig> kept_storage_configs() {
    return joined({storage_part_1(), storage_part_2(), storage_part_3()});
}

} // namespace riacho::broker
