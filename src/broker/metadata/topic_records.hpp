#pragma once

#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "base/random.hpp"
#include "broker/metadata/image.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What the records of __cluster_metadata say of topics, and how we say it.
namespace riacho::broker {

/// Feature to level.
using Features = std::map<std::string, std::int16_t>;
/// What a new cluster begins with: the metadata version that all records are of.
Features           first_features();
std::vector<Bytes> feature_records(const Features& features);

inline constexpr std::int8_t topic_resource = 2, broker_resource = 4;
/// Ours, beside Kafka's: what a topic's creator asked for. Hidden from clients' lists of configurations.
inline constexpr std::string_view requested_replicas = "riacho.requested.replication.factor";

/// The one that leads every partition, and the count of its starts, which its leader epochs come from.
struct Leader {
    BrokerId      broker;
    std::uint32_t starts;
};

/// A topic, its partitions and its overrides; belongs into one batch.
std::vector<Bytes> records_of(const Topic& topic, Leader leader);
/// What makes `after` of `before`: other overrides, more partitions. Empty where they are the same.
std::vector<Bytes> records_of_change(const Topic& before, const Topic& after, Leader leader);
/// The same of a broker's configuration, or of all brokers' ("").
std::vector<Bytes> records_of_change(const std::string& broker, const Overrides& before,
                                     const Overrides& after);
Bytes              removal_record(Uuid topic_id);
Bytes              producer_ids_record(BrokerId broker, std::int64_t next_producer_id);

/// A random id that Kafka does not reserve and whose text does not begin with '-'.
Uuid        new_topic_id(Random& random);
std::string id_text(Uuid id);

} // namespace riacho::broker
