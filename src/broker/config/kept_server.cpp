// Of Kafka's configurations, those about sockets, threads, metrics and plugins.
#include "broker/config/kept_config.hpp"

namespace riacho::broker {
namespace {

using enum OptionType;
using enum Dynamic;
using enum Standing;

std::vector<KeptConfig> server_part_1() {
    return {
        {"advertised.listeners",
         list,
         nullptr,
         "The addresses that clients are told, one for each listener: NAME://HOST:PORT.",
         {},
         no,
         acted_on},
        {"alter.config.policy.class.name", class_name, nullptr,
         "A Java class that may refuse changes of configurations; none is loaded here."},
        {"authorizer.class.name", string, "",
         "A Java class that decides who may do what; none is loaded here."},
        {"background.threads", int32, "10",
         "Threads for work that no request waits for; the pool here has its own size.", at_least(1),
         cluster_wide},
        {"client.quota.callback.class", class_name, nullptr,
         "A Java class that sets quotas of clients; none is loaded here."},
        {"config.providers",
         list,
         "",
         "Names of Java classes that look up values of configurations elsewhere; none is loaded here.",
         {},
         cluster_wide},
        {"connection.failed.authentication.delay.ms", int32, "100",
         "How long the end of a connection waits after a failed login, so that guessing is slow.",
         at_least(0)},
        {"connections.max.reauth.ms", int64, "0",
         "A SASL connection must log in again after this long; 0: never."},
        {"create.topic.policy.class.name", class_name, nullptr,
         "A Java class that may refuse new topics; none is loaded here."},
        {"delete.records.purgatory.purge.interval.requests", int32, "1",
         "Finished requests to delete records that may pile up in Kafka's waiting room."},
        {"early.start.listeners", list, nullptr,
         "Listeners that open before the start is complete; here all open when it is."},
        {"fetch.purgatory.purge.interval.requests", int32, "1000",
         "Finished fetches that may pile up in Kafka's waiting room."},
        {"inter.broker.listener.name", string, nullptr,
         "The listener by which brokers talk to each other; one node talks to nobody."},
        {"kafka.metrics.polling.interval.secs", int32, "10",
         "How often Kafka's reporters of metrics are asked.", at_least(1)},
        {"kafka.metrics.reporters", list, "",
         "Java classes that report metrics of the Yammer library; none is loaded here."},
        {"listener.security.protocol.map",
         string,
         "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
         "Which security protocol a listener has, by its name.",
         {},
         per_broker,
         acted_on},
        {"listeners",
         list,
         "PLAINTEXT://:9092",
         "Where the broker listens: NAME://HOST:PORT, separated by commas.",
         {},
         per_broker,
         acted_on},
    };
}

std::vector<KeptConfig> server_part_2() {
    return {
        {"max.incremental.fetch.session.cache.slots", int32, "1000",
         "Fetch sessions that are kept; clients work without sessions here.", at_least(0)},
        {"max.request.partition.size.limit", int32, "2000",
         "Partitions that one answer to DescribeTopicPartitions has at most.", at_least(1)},
        {"metric.reporters",
         list,
         "org.apache.kafka.common.metrics.JmxReporter",
         "Java classes that report metrics; none is loaded here.",
         {},
         cluster_wide},
        {"metrics.num.samples", int32, "2", "Samples that a metric is made of.", at_least(1)},
        {"metrics.recording.level", string, "INFO", "How much is measured: INFO, DEBUG or TRACE."},
        {"metrics.sample.window.ms", int64, "30000", "The span of each of those samples.", at_least(1)},
        {"num.io.threads", int32, "8", "Threads that handle requests in Kafka; here the shards do.",
         at_least(1), cluster_wide},
        {"num.network.threads", int32, "3",
         "Threads that read and write sockets in Kafka; here the shards do.", at_least(1), cluster_wide},
        {"num.recovery.threads.per.data.dir", int32, "2",
         "Threads that recover logs at a start of Kafka; the pool does it here.", at_least(1), cluster_wide},
        {"producer.id.expiration.check.interval.ms", int32, "600000",
         "Time between two looks for idle producers to forget.", at_least(1), no, internal},
        {"producer.purgatory.purge.interval.requests", int32, "1000",
         "Finished produces that may pile up in Kafka's waiting room."},
        {"queued.max.requests", int32, "500",
         "Requests that may wait for a thread in Kafka; bytes are counted here.", at_least(1)},
        {"quota.window.num", int32, "11", "Samples that the throttle of clients remembers.", at_least(1)},
        {"quota.window.size.seconds", int32, "1", "The span of each of those samples.", at_least(1)},
        {"request.timeout.ms", int32, "30000", "How long the broker waits for answers to its own requests."},
        {"server.max.startup.time.ms", int64, "9223372036854775807",
         "A start that takes longer is given up; for Kafka's own tests.", at_least(0), no, internal},
        {"socket.connection.setup.timeout.max.ms", int64, "30000",
         "The longest time that the broker gives its own connections to be made."},
    };
}

std::vector<KeptConfig> server_part_3() {
    return {
        {"socket.connection.setup.timeout.ms", int64, "10000",
         "The time that the broker first gives its own connections to be made."},
        {"socket.listen.backlog.size", int32, "50", "Connections that may wait to be accepted.", at_least(1)},
        {"socket.receive.buffer.bytes", int32, "102400",
         "Receive buffer of clients' sockets in Kafka; the system decides here."},
        {"socket.send.buffer.bytes", int32, "102400",
         "Send buffer of clients' sockets in Kafka; the system decides here."},
        {"telemetry.max.bytes", int32, "1048576",
         "The most that a client may send of its own metrics at once.", at_least(1)},
    };
}

} // namespace

std::vector<KeptConfig> kept_server_configs() {
    return joined({server_part_1(), server_part_2(), server_part_3()});
}

} // namespace riacho::broker
