// Of Kafka's configurations, those about controllers and other brokers.
#include "broker/config/kept_config.hpp"

namespace riacho::broker {
namespace {

using enum OptionType;
using enum Dynamic;
using enum Standing;

std::vector<KeptConfig> quorum_part_1() {
    return {
        {"alter.log.dirs.replication.quota.window.num", int32, "11",
         "Samples that the throttle of moves between log folders remembers.", at_least(1)},
        {"alter.log.dirs.replication.quota.window.size.seconds", int32, "1",
         "The span of each of those samples.", at_least(1)},
        {"auto.leader.rebalance.enable", boolean, "true",
         "Give leadership back to preferred replicas from time to time; one node always leads."},
        {"broker.heartbeat.interval.ms", int32, "2000",
         "Time between two heartbeats of a broker to its controller; here both are one."},
        {"broker.id", int32, "-1", "The broker's number as older Kafka named it; node.id counts."},
        {"broker.session.timeout.ms", int32, "9000",
         "A broker without heartbeats for this long is fenced by its controller."},
        {"controlled.shutdown.enable", boolean, "true",
         "Hand over leadership before a stop; one node has nobody to hand it to."},
        {"controller.listener.names",
         list,
         nullptr,
         "Listeners that are for controllers; they are left out here.",
         {},
         no,
         acted_on},
        {"controller.performance.always.log.threshold.ms", int64, "2000",
         "A controller's event that takes longer than this is always logged.", at_least(0), no, internal},
        {"controller.performance.sample.period.ms", int64, "60000",
         "Time between two looks at a controller's slowest event.", at_least(100), no, internal},
        {"controller.quorum.append.linger.ms", int32, "25",
         "How long the quorum's leader collects changes before it writes them.", at_least(0)},
        {"controller.quorum.auto.join.enable", boolean, "false",
         "Let a controller join the quorum by itself; there is no quorum of several here."},
        {"controller.quorum.bootstrap.servers", list, "",
         "Controllers to ask for the quorum; one node asks nobody."},
        {"controller.quorum.election.backoff.max.ms", int32, "1000",
         "The longest pause between two elections of a controller.", at_least(0)},
        {"controller.quorum.election.timeout.ms", int32, "1000",
         "An election of a controller that has no result by then begins again.", at_least(0)},
        {"controller.quorum.fetch.max.bytes", int32, "1048576",
         "The most that a member of the quorum fetches of the metadata at once.", at_least(1)},
        {"controller.quorum.fetch.snapshot.max.bytes", int32, "1048576",
         "The most that a member of the quorum fetches of a snapshot at once.", at_least(1)},
    };
}

std::vector<KeptConfig> quorum_part_2() {
    return {
        {"controller.quorum.fetch.timeout.ms", int32, "2000",
         "A follower that could not fetch for this long stands for election.", at_least(0)},
        {"controller.quorum.request.timeout.ms", int32, "2000",
         "How long a member of the quorum waits for an answer.", at_least(0)},
        {"controller.quorum.retry.backoff.ms", int32, "20",
         "Pause before a request within the quorum is tried again.", at_least(0)},
        {"controller.quorum.voters", list, "", "Who votes, as id@host:port; one node votes for itself."},
        {"controller.quota.window.num", int32, "11",
         "Samples that the throttle of changes to topics remembers.", at_least(1)},
        {"controller.quota.window.size.seconds", int32, "1", "The span of each of those samples.",
         at_least(1)},
        {"controller.socket.timeout.ms", int32, "30000",
         "How long a broker waits for its controller on a socket."},
        {"initial.broker.registration.timeout.ms", int32, "60000",
         "How long a starting broker tries to register with its controller."},
        {"internal.metadata.delete.delay.millis",
         int64,
         "60000",
         "How long deleted files of the metadata stay; for Kafka's own tests.",
         {},
         no,
         internal},
        {"internal.metadata.log.segment.bytes",
         int32,
         nullptr,
         "Segment size of the metadata in Kafka's own tests.",
         {},
         no,
         internal},
        {"internal.metadata.max.batch.size.in.bytes",
         int32,
         "8388608",
         "The largest batch of the metadata in Kafka's own tests.",
         {},
         no,
         internal},
        {"leader.imbalance.check.interval.seconds", int64, "300",
         "Time between two looks whether preferred replicas lead.", at_least(1)},
        {"metadata.log.dir", string, nullptr,
         "The folder of the metadata, where it has its own; it lies with the data here."},
        {"metadata.max.idle.interval.ms", int32, "500",
         "How often an idle controller writes an empty record; one node needs none.", at_least(0)},
        {"num.replica.alter.log.dirs.threads", int32, nullptr,
         "Threads that move partitions between folders; there is one folder here."},
        {"num.replica.fetchers", int32, "1", "Threads that fetch from other brokers; there are none.",
         at_least(1), cluster_wide},
        {"process.roles", list, nullptr, "What the process is: broker, controller or both; here always both.",
         OneOf{"broker", "controller"}},
    };
}

std::vector<KeptConfig> quorum_part_3() {
    return {
        {"replica.fetch.backoff.ms", int32, "1000", "Pause after a failed fetch from another broker.",
         at_least(0)},
        {"replica.fetch.max.bytes", int32, "1048576",
         "The most that a follower fetches of one partition at once.", at_least(0)},
        {"replica.fetch.min.bytes", int32, "1", "The least that a follower waits for."},
        {"replica.fetch.response.max.bytes", int32, "10485760",
         "The most that a follower fetches at once, in all.", at_least(0)},
        {"replica.fetch.wait.max.ms", int32, "500", "How long a follower waits for records."},
        {"replica.high.watermark.checkpoint.interval.ms", int64, "5000",
         "How often Kafka notes high watermarks; recovery knows them here."},
        {"replica.lag.time.max.ms", int64, "30000",
         "A replica that has not caught up for this long is out of sync."},
        {"replica.selector.class", string, nullptr,
         "A Java class that chooses from which replica a client reads; there is one replica."},
        {"replica.socket.receive.buffer.bytes", int32, "65536",
         "Receive buffer of sockets to other brokers."},
        {"replica.socket.timeout.ms", int32, "30000", "How long a follower waits on a socket."},
        {"replication.quota.window.num", int32, "11", "Samples that the throttle of replication remembers.",
         at_least(1)},
        {"replication.quota.window.size.seconds", int32, "1", "The span of each of those samples.",
         at_least(1)},
        {"unclean.leader.election.interval.ms", int64, "300000",
         "Time between two looks for partitions without a leader.", at_least(1), no, internal},
        {"unstable.api.versions.enable",
         boolean,
         "false",
         "Offer versions of requests that are not final; for Kafka's own tests.",
         {},
         no,
         internal},
        {"unstable.feature.versions.enable",
         boolean,
         "false",
         "Offer versions of features that are not final; for Kafka's own tests.",
         {},
         no,
         internal},
    };
}

} // namespace

std::vector<KeptConfig> kept_quorum_configs() {
    return joined({quorum_part_1(), quorum_part_2(), quorum_part_3()});
}

} // namespace riacho::broker
