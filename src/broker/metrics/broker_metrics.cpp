#include "broker/metrics/broker_metrics.hpp"

#include "broker/broker.hpp"
#include "broker/server/connection.hpp"
#include "io/run_on.hpp"

#include <fmt/format.h>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::broker {
namespace {

using Kind = MetricsPage::Kind;

/// The state of one log that is open.
struct LogGauges {
    std::shared_ptr<const Topic> topic;
    std::int32_t                 index;
    std::int64_t                 start;
    std::int64_t                 end;
    std::int64_t                 bytes;
    bool                         is_offline;
};

/// What the thread of one shard did.
struct ProcessorGauges {
    double idle;
    Time   used;
};

/// What one shard knows, or several together.
struct Counted {
    RequestMetrics                     requests;
    TopicTraffic                       traffic;
    std::map<std::string, std::size_t> groups;      ///< by state
    std::map<std::string, std::size_t> connections; ///< by listener
    std::size_t                        waiting_fetches = 0;
    std::vector<LogGauges>             logs;
    std::vector<ProcessorGauges>       processors; ///< by shard
};

/// On the shard.
Task<Counted> count(Local& local) {
    Counted counted;
    counted.requests = local.requests;
    counted.traffic = local.traffic;
    Time used = local.shard.processor_time();
    counted.processors = {{local.processor.idle(local.shard.now(), used), used}};
    for (Connection* connection : local.connections) {
        ++counted.connections[connection->session().listener.name];
        if (connection->session().waiting) ++counted.waiting_fetches;
    }
    for (const auto& [name, topic] : local.image.topics())
        for (std::int32_t index = 0; index < topic->partitions; ++index)
            if (storage::Log* log = local.partitions.open_log(topic->partition(index)))
                counted.logs.push_back({topic, index, log->log_start().value, log->high_watermark().value,
                                        static_cast<std::int64_t>(log->size_bytes()), log->is_offline()});
    if (!local.groups) co_return counted;
    auto listed = co_await local.groups->list({});
    for (const auto& group : listed.groups) ++counted.groups[group.group_state];
    co_return counted;
}

void add(Counted& all, Counted more, Time now) {
    all.requests.add(more.requests, now);
    all.traffic.add(more.traffic);
    for (const auto& [state, groups] : more.groups) all.groups[state] += groups;
    for (const auto& [listener, connections] : more.connections) all.connections[listener] += connections;
    all.waiting_fetches += more.waiting_fetches;
    for (LogGauges& log : more.logs) all.logs.push_back(std::move(log));
    for (const ProcessorGauges& processor : more.processors) all.processors.push_back(processor);
}

/// One family of BrokerTopicMetrics: all topics together, without a label, and each of them.
struct TrafficFamily {
    std::string_view name;
    std::uint64_t Traffic::* member;
    std::string_view         help;
};
constexpr TrafficFamily traffic_families[] = {
    {"messagesin", &Traffic::messages_in, "Records that producers wrote."},
    {"bytesin", &Traffic::bytes_in, "Bytes of record batches that producers wrote."},
    {"bytesout", &Traffic::bytes_out, "Bytes of record batches that consumers read."},
    {"totalproducerequests", &Traffic::produce_requests, "Partitions that produce requests named."},
    {"totalfetchrequests", &Traffic::fetch_requests, "Partitions that fetch requests named."},
    {"failedproducerequests", &Traffic::failed_produce_requests, "Those of them that got an error."},
    {"failedfetchrequests", &Traffic::failed_fetch_requests, "Those of them that got an error."},
};

void write_traffic(const Image& image, const TopicTraffic& traffic, MetricsPage& page) {
    for (const TrafficFamily& family : traffic_families) {
        page.family(fmt::format("kafka_server_brokertopicmetrics_{}_total", family.name), Kind::counter,
                    family.help);
        page.sample(traffic.all().*family.member);
        for (const auto& [id, of] : traffic.of_topics())
            if (auto topic = image.find(id)) page.sample({{"topic", topic->name}}, of.*family.member);
    }
}

struct StageFamily {
    std::string_view      name;  ///< Kafka's
    std::string_view      label; ///< ours
    RequestMetrics::Stage stage;
    std::string_view      help;
};
constexpr StageFamily stage_families[] = {
    {"totaltimems", "total", RequestMetrics::Stage::total, "From a whole request to its whole answer."},
    {"requestqueuetimems", "queue", RequestMetrics::Stage::queue, "Until it had its turn and its memory."},
    {"localtimems", "local", RequestMetrics::Stage::local, "Work of the broker itself."},
    {"remotetimems", "remote", RequestMetrics::Stage::remote,
     "Waiting for the disk, for records, or for members of a group."},
    {"responsequeuetimems", "response_queue", RequestMetrics::Stage::response_queue,
     "Until the answers before it were written."},
    {"responsesendtimems", "response_send", RequestMetrics::Stage::response_send, "Writing the answer."},
};

/// Kafka counts what consumers fetch twice: by that name, and together with what replicas fetch.
std::vector<std::string_view> names_of(kafka::ApiKey api) {
    if (api == kafka::ApiKey::fetch) return {"Fetch", "FetchConsumer"};
    return {kafka::name_of(api)};
}

void write_requests(const RequestMetrics& requests, Time now, MetricsPage& page) {
    page.family("kafka_network_requestmetrics_requests_total", Kind::counter,
                "Requests, by API and version.");
    for (const auto& [api, of] : requests.apis())
        for (std::string_view name : names_of(api))
            for (const auto& [version, count] : of.by_version)
                page.sample({{"request", name}, {"version", std::to_string(version)}}, count);
    page.family("kafka_network_requestmetrics_errors_total", Kind::counter,
                "Codes in answers, of the whole or of a part, by API; NONE too.");
    for (const auto& [api, of] : requests.apis())
        for (std::string_view name : names_of(api))
            for (const auto& [error, count] : of.errors)
                page.sample({{"request", name}, {"error", kafka::name_of(error)}}, count);
    for (const StageFamily& family : stage_families) {
        page.family(fmt::format("kafka_network_requestmetrics_{}", family.name), Kind::summary,
                    fmt::format("{} Milliseconds; quantiles of the last minutes.", family.help));
        for (const auto& [api, of] : requests.apis())
            for (std::string_view name : names_of(api))
                page.summary_ms({{"request", name}}, of.stage(family.stage), now);
    }
    page.family("riacho_request_stage_seconds", Kind::histogram, "How long requests spent in each stage.");
    for (const auto& [api, of] : requests.apis())
        for (const StageFamily& family : stage_families)
            page.histogram_seconds({{"request", kafka::name_of(api)}, {"stage", family.label}},
                                   of.stage(family.stage));
}

void gauge(MetricsPage& page, std::string_view name, std::uint64_t value, std::string_view help) {
    page.family(name, Kind::gauge, help);
    page.sample(value);
}

void counter(MetricsPage& page, std::string_view name, std::uint64_t value, std::string_view help) {
    page.family(name, Kind::counter, help);
    page.sample(value);
}

void write_cluster(const Image& image, const Counted& all, MetricsPage& page) {
    std::uint64_t partitions = 0, offline = 0;
    for (const auto& [name, topic] : image.topics())
        partitions += static_cast<std::uint64_t>(topic->partitions);
    for (const LogGauges& log : all.logs) offline += log.is_offline ? 1 : 0;
    gauge(page, "kafka_server_kafkaserver_brokerstate", 3, "3: running.");
    gauge(page, "kafka_controller_kafkacontroller_activecontrollercount", 1, "This node is the controller.");
    gauge(page, "kafka_controller_kafkacontroller_activebrokercount", 1, "Brokers that serve: this node.");
    gauge(page, "kafka_controller_kafkacontroller_fencedbrokercount", 0, "Brokers that may not serve.");
    gauge(page, "kafka_controller_kafkacontroller_globaltopiccount", image.topics().size(), "Topics.");
    gauge(page, "kafka_controller_kafkacontroller_globalpartitioncount", partitions, "Partitions.");
    gauge(page, "kafka_controller_kafkacontroller_offlinepartitionscount", offline,
          "Partitions whose files failed.");
    gauge(page, "kafka_controller_kafkacontroller_preferredreplicaimbalancecount", 0,
          "One node leads them all.");
    gauge(page, "kafka_server_replicamanager_partitioncount", partitions, "Partitions of this node.");
    gauge(page, "kafka_server_replicamanager_leadercount", partitions, "Partitions that it leads.");
    gauge(page, "kafka_server_replicamanager_underreplicatedpartitions", 0, "One node keeps one replica.");
    gauge(page, "kafka_server_replicamanager_underminisrpartitioncount", 0, "One node keeps one replica.");
    gauge(page, "kafka_server_replicamanager_atminisrpartitioncount", partitions - offline,
          "With one replica min.insync.replicas asks for no more than that one.");
    gauge(page, "kafka_server_replicamanager_offlinereplicacount", offline, "Replicas whose files failed.");
    constexpr std::string_view alone = "One node has nobody to lose, to win or to wait for.";
    counter(page, "kafka_server_replicamanager_isrshrinks_total", 0, alone);
    counter(page, "kafka_server_replicamanager_isrexpands_total", 0, alone);
    counter(page, "kafka_controller_controllerstats_uncleanleaderelections_total", 0, alone);
    page.family("kafka_server_delayedoperationpurgatory_purgatorysize", Kind::gauge, "Requests that wait.");
    page.sample({{"delayedOperation", "Fetch"}}, static_cast<std::uint64_t>(all.waiting_fetches));
    page.family("kafka_server_socket_server_metrics_connection_count", Kind::gauge, "Open connections.");
    for (const auto& [listener, connections] : all.connections)
        page.sample({{"listener", listener}}, static_cast<std::uint64_t>(connections));
}

/// The thread of a shard is network processor and request handler in one.
void write_processors(const std::vector<ProcessorGauges>& processors, MetricsPage& page) {
    double sum = 0;
    for (const ProcessorGauges& processor : processors) sum += processor.idle;
    double average = sum / static_cast<double>(processors.size());
    for (std::string_view name : {"kafka_network_socketserver_networkprocessoravgidle_percent",
                                  "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent"}) {
        page.family(name, Kind::gauge,
                    "Share of the last minute, 0 to 1, in which the threads that serve had nothing to do.");
        page.sample({}, average);
    }
    page.family("kafka_network_processor_idle_percent", Kind::gauge, "The same of each of them.");
    for (std::size_t i = 0; i < processors.size(); ++i)
        page.sample({{"networkProcessor", std::to_string(i)}}, processors[i].idle);
    page.family("riacho_shard_cpu_seconds_total", Kind::counter, "How long each of them had a processor.");
    for (std::size_t i = 0; i < processors.size(); ++i)
        page.sample({{"shard", std::to_string(i)}},
                    std::chrono::duration<double>(processors[i].used).count());
}

void write_groups(const std::map<std::string, std::size_t>& by_state, MetricsPage& page) {
    std::uint64_t in_all = 0;
    for (const auto& [state, groups] : by_state) in_all += groups;
    constexpr std::string_view prefix = "kafka_coordinator_group_groupmetadatamanager_numgroups";
    gauge(page, prefix, in_all, "Consumer groups.");
    constexpr std::pair<std::string_view, std::string_view> states[] = {
        {"stable", "Stable"},
        {"empty", "Empty"},
        {"dead", "Dead"},
        {"preparingrebalance", "PreparingRebalance"},
        {"completingrebalance", "CompletingRebalance"}};
    for (const auto& [suffix, state] : states) {
        auto found = by_state.find(std::string(state));
        gauge(page, fmt::format("{}{}", prefix, suffix), found == by_state.end() ? 0 : found->second,
              fmt::format("Consumer groups in state {}.", state));
    }
}

void write_logs(const std::vector<LogGauges>& logs, MetricsPage& page) {
    auto write = [&](std::string_view name, std::int64_t LogGauges::* member, std::string_view help) {
        page.family(name, Kind::gauge, help);
        for (const LogGauges& log : logs)
            page.sample({{"topic", log.topic->name}, {"partition", std::to_string(log.index)}}, log.*member);
    };
    write("kafka_log_log_logstartoffset", &LogGauges::start, "First offset of a partition that is in use.");
    write("kafka_log_log_size", &LogGauges::bytes, "Its bytes, in segments and on the way there.");
    write("kafka_log_log_logendoffset", &LogGauges::end, "Offset behind its last durable record.");
}

/// Kafka's gauges of a partition and its replicas, of which there is one.
struct ReplicaFamily {
    std::string_view name;
    std::uint64_t    while_it_serves;
    std::uint64_t    while_offline;
    std::string_view help;
};
constexpr ReplicaFamily replica_families[] = {
    {"replicascount", 1, 1, "Replicas of a partition."},
    {"insyncreplicascount", 1, 0, "Those of them that can serve."},
    {"underreplicated", 0, 1, "1: a replica cannot serve."},
    {"underminisr", 0, 1, "1: fewer can than min.insync.replicas asks of one replica."},
    {"atminisr", 1, 0, "1: none may be lost."},
};

void write_replicas(const std::vector<LogGauges>& logs, MetricsPage& page) {
    for (const ReplicaFamily& family : replica_families) {
        page.family(fmt::format("kafka_cluster_partition_{}", family.name), Kind::gauge, family.help);
        for (const LogGauges& log : logs)
            page.sample({{"topic", log.topic->name}, {"partition", std::to_string(log.index)}},
                        log.is_offline ? family.while_offline : family.while_it_serves);
    }
}

void write_storage(Broker& broker, const TimeHistogram& syncs, Time now, MetricsPage& page) {
    gauge(page, "kafka_log_logmanager_offlinelogdirectorycount", broker.refuses_writes() ? 1 : 0,
          "Log folders that take no records.");
    page.family("kafka_log_logflushstats_logflushrateandtimems", Kind::summary,
                "Syncs of the write-ahead log. Milliseconds; quantiles of the last minutes.");
    page.summary_ms({}, syncs, now);
    page.family("riacho_wal_sync_seconds", Kind::histogram, "The same.");
    page.histogram_seconds({}, syncs);
    gauge(page, "riacho_wal_failed", broker.refuses_writes() ? 1 : 0,
          "1: the write-ahead log failed, and nothing is acknowledged until a restart.");
    gauge(page, "riacho_wal_last_durable_frame", broker.store().wal().last_durable().value,
          "Frames that were synced in the life of the data folder.");
    page.family("riacho_memory_held_bytes", Kind::gauge, "Memory that a share of the budget holds.");
    std::vector<const MemoryBudget*> budgets = broker.budgets();
    for (const MemoryBudget* budget : budgets)
        page.sample({{"budget", budget->name()}}, static_cast<std::uint64_t>(budget->held_bytes()));
    page.family("riacho_memory_limit_bytes", Kind::gauge, "Memory that a share of the budget may hold.");
    for (const MemoryBudget* budget : budgets)
        page.sample({{"budget", budget->name()}}, static_cast<std::uint64_t>(budget->limit_bytes()));
}

} // namespace

Task<> write_metrics(Broker& broker, MetricsPage& page) {
    Local&  home = broker.local_here();
    Counted all;
    for (const auto& local : broker.locals()) {
        Counted more = co_await io::run_on(local->shard, home.shard, count(*local));
        add(all, std::move(more), home.shard.now());
    }
    write_cluster(home.image, all, page);
    write_processors(all.processors, page);
    write_groups(all.groups, page);
    write_traffic(home.image, all.traffic, page);
    write_requests(all.requests, home.shard.now(), page);
    write_logs(all.logs, page);
    write_replicas(all.logs, page);
    write_storage(broker, co_await broker.store().wal().sync_times(home.shard), home.shard.now(), page);
}

} // namespace riacho::broker
