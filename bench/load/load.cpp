#include "load.hpp"

#include "codec/crc32c.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/produce.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace riacho::bench {
namespace {

constexpr kafka::Version produce_version = 9;

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Not all alike, and not to be made smaller by a compressing disk.
std::vector<std::byte> filler(std::size_t size) {
    std::vector<std::byte> bytes(size);
    std::uint32_t          state = 1;
    for (std::byte& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<std::byte>(state >> 24);
    }
    return bytes;
}

} // namespace

Bytes batch_of(const Load& load, std::int32_t& records) {
    auto                   now = std::chrono::system_clock::now().time_since_epoch();
    Timestamp              stamp{std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
    std::vector<std::byte> value = filler(load.record_bytes);
    kafka::NewRecord       record{.timestamp = stamp, .value = ByteView(value)};
    kafka::BatchBuilder    builder({});
    do builder.add(record);
    while (builder.size() + kafka::BatchBuilder::size_of(record) <= load.batch_bytes);
    records = builder.count();
    return builder.build();
}

Bytes produce_frame(const std::string& topic, std::int32_t partition, Bytes batch) {
    kafka::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 30000;
    request.topic_data.push_back({.name = topic, .partition_data = {{.index = partition}}});
    request.topic_data.front().partition_data.front().records = std::move(batch);
    kafka::Writer whole;
    for (const Bytes& piece : kafka::request_frame(request, produce_version, 1, "bench"))
        whole.copy(piece.view());
    return whole.to_bytes();
}

void ensure_topic(const Load& load) {
    constexpr kafka::Version   version = 4;
    kafka::CreateTopicsRequest request;
    request.timeout_ms = 30000;
    auto& topic = request.topics.emplace_back();
    topic.name = load.topic;
    topic.num_partitions = load.partitions;
    topic.replication_factor = 1;
    io::Descriptor socket = connect_to(load.port);
    auto           error = ask(socket, request, version).topics.at(0).error_code;
    if (error == kafka::ErrorCode::topic_already_exists) return;
    if (error != kafka::ErrorCode::none)
        throw Broken(fmt::format("no topic {}: error {}", load.topic, static_cast<int>(error)));
    Load one = load;
    one.batch_bytes = 0;
    std::int32_t records = 0;
    Bytes        batch = batch_of(one, records);
    auto         limit = Clock::now() + std::chrono::seconds(30);
    for (std::int32_t partition = 0; partition < load.partitions;) {
        Bytes frame = produce_frame(load.topic, partition, batch);
        error = error_of_produce(answer_to(socket, {frame}));
        if (error == kafka::ErrorCode::none) ++partition;
        if (Clock::now() > limit)
            throw Broken(fmt::format("no leader of {}: error {}", load.topic, static_cast<int>(error)));
    }
}

kafka::ErrorCode error_of_produce(Bytes frame) {
    kafka::Reader          in(std::move(frame));
    kafka::ProduceResponse answer;
    if (!kafka::decode_response_header(kafka::ProduceRequest::api, produce_version, in) ||
        !decode(answer, in, produce_version))
        throw Broken("an answer to a produce that cannot be read");
    return answer.responses.at(0).partition_responses.at(0).error_code;
}

double cpu_seconds(int process) {
    if (process == 0) return 0;
    std::ifstream      file(fmt::format("/proc/{}/stat", process));
    std::string        text((std::istreambuf_iterator<char>(file)), {});
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string        skipped;
    double             user = 0;
    double             system = 0;
    for (int i = 0; i < 11; ++i) fields >> skipped; // from the state on: utime is field 14, stime 15
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

Window::Mark Window::mark(std::uint64_t records, std::uint64_t bytes) const {
    return {Clock::now(), records, bytes, cpu_seconds(load_.watched), own_cpu_seconds()};
}

bool Window::is_open(std::uint64_t records, std::uint64_t bytes) {
    auto seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    if (!counts_ && seconds >= load_.warm_seconds) {
        counts_ = true;
        first_ = mark(records, bytes);
    }
    bool is_full = load_.bytes_max > 0 && bytes >= load_.bytes_max;
    if (!is_full && seconds < load_.warm_seconds + load_.seconds) return true;
    last_ = mark(records, bytes);
    return false;
}

std::string Window::report() const {
    double seconds = std::chrono::duration<double>(last_.at - first_.at).count();
    auto   records = static_cast<double>(last_.records - first_.records);
    auto   bytes = static_cast<double>(last_.bytes - first_.bytes);
    double gigabytes = bytes / 1e9;
    return fmt::format("{{\"records_per_s\": {:.0f}, \"mb_per_s\": {:.1f}, \"cpu_s_per_gb\": {:.3f}, "
                       "\"client_cpu_s_per_gb\": {:.3f}, \"total_bytes\": {}}}",
                       records / seconds, bytes / 1e6 / seconds, (last_.broker - first_.broker) / gigabytes,
                       (last_.client - first_.client) / gigabytes, last_.bytes);
}

double quantile(const std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(at, 1, sorted.size()) - 1];
}

} // namespace riacho::bench
