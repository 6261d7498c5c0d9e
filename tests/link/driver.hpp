#pragma once

#include "client/link/admin.hpp"
#include "io/testing.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

/// A program that Python tests drive: the library's connection to a cluster, on real threads and sockets.
namespace riacho::link_driver {

using client::Admin;
using client::Cluster;

/// What went wrong in a step; caught where steps are counted.
struct StepFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};
void                 require(bool holds, const std::string& what);
template <class T> T must(client::Reply<T> reply, const std::string& what) {
    if (!reply) throw StepFailed(what + ": " + reply.error().detail);
    return std::move(*reply);
}
void must_be_none(kafka::ErrorCode error, const std::string& what);

/// One record for each value.
Bytes batch_of(const std::vector<std::string>& values, Timestamp at);
struct Read {
    std::vector<std::string> values;
    std::int64_t             next = 0; ///< offset
};
/// What lies at `from` and behind it.
Read read_from(const Bytes& batches, std::int64_t from);
/// Makes a topic with the cluster's own number of replicas.
Task<> create_topic(Admin& admin, std::string name, std::int32_t partitions);
/// All values of a partition, from its start to its end.
Task<std::vector<std::string>> read_all(Admin& admin, std::string topic, std::int32_t partition);

/// Everything that Admin can do, once; a line for each step. Gives how many failed.
Task<int> exercise(io::RealTestWorld& world, Cluster& cluster);
/// Two members share, one leaves, the other takes over; static ones come back to what they had.
Task<> share_groups(Cluster& cluster, std::string group);
/// Writes and reads for as long, then looks for everything that was acknowledged.
Task<int> traffic(io::RealTestWorld& world, Cluster& cluster, std::chrono::seconds span);

} // namespace riacho::link_driver
