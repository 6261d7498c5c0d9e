#pragma once

#include "base/bytes.hpp"
#include "kafka/error_code.hpp"
#include "wire.hpp"

#include <chrono>
#include <cstdint>
#include <fmt/core.h>
#include <string>
#include <vector>

namespace riacho::bench {

/// What one run of a load program is told on its command line.
struct Load {
    std::uint16_t port = 9092;
    std::string   topic = "bench";
    std::int32_t  partitions = 1;
    std::size_t   connections = 1;
    std::size_t   record_bytes = 1024;
    std::size_t   batch_bytes = 16384; ///< as Kafka's producer sends by default
    std::size_t   in_flight = 5;       ///< likewise
    double        warm_seconds = 1;
    double        seconds = 5;
    std::uint64_t bytes_max = 0; ///< of records; 0: no limit
    double        rate = 5000;   ///< records a second, for latencies
    int           watched = 0;   ///< the broker's process, whose time is counted
    std::string   file;          ///< for the device alone
};

/// One batch of as many equal records as fit.
Bytes batch_of(const Load& load, std::int32_t& records);
/// A produce request of one batch for one partition, with acks=all.
Bytes produce_frame(const std::string& topic, std::int32_t partition, Bytes batch);
/// What became of it, from the response's frame.
kafka::ErrorCode error_of_produce(Bytes frame);
/// Makes the topic, unless it is there, and waits until each partition takes a record.
void ensure_topic(const Load& load);

/// CPU seconds that a process has used so far; 0 for process 0.
double cpu_seconds(int process);
/// This process's.
double own_cpu_seconds();

/// The waiting and measuring of one run: nothing counts before the warm-up is over.
class Window {
public:
    explicit Window(const Load& load) : load_(load) {}
    /// Whether the run goes on; starts counting when it is time to. `bytes` so far.
    bool is_open(std::uint64_t records, std::uint64_t bytes);
    /// One line of JSON: records and bytes a second, CPU seconds of the broker and of the client.
    std::string report() const;

private:
    struct Mark {
        Clock::time_point at;
        std::uint64_t     records = 0;
        std::uint64_t     bytes = 0;
        double            broker = 0;
        double            client = 0;
    };
    Mark mark(std::uint64_t records, std::uint64_t bytes) const;

    const Load&       load_;
    Clock::time_point began_ = Clock::now();
    bool              counts_ = false;
    Mark              first_;
    Mark              last_;
};

/// The value below which `share` of the sorted values lie.
double quantile(const std::vector<double>& sorted, double share);

void run_produce(const Load& load);
void run_fetch(const Load& load);
void run_latency(const Load& load);
void run_device(const Load& load);
/// Answers ApiVersions, Metadata, InitProducerId, Produce and Fetch as fast as it can, and keeps nothing.
void run_null_broker(const Load& load);

} // namespace riacho::bench
