#pragma once

#include "base/ids.hpp"
#include "base/outcome.hpp"
#include "base/random.hpp"
#include "broker/metadata/image.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What the records of __cluster_metadata say of topics, and how we say it.
namespace riacho::broker {

/// The first records of a new cluster: the metadata version that the others are of.
std::vector<Bytes> first_records();
/// A topic, its partitions and its overrides; belongs into one batch.
std::vector<Bytes> records_of(const Topic& topic, BrokerId broker, std::uint32_t starts);
Bytes              removal_record(Uuid topic_id);
Bytes              producer_ids_record(BrokerId broker, std::int64_t next_producer_id);

/// A random id that Kafka does not reserve and whose text does not begin with '-'.
Uuid        new_topic_id(Random& random);
std::string id_text(Uuid id);

struct MetadataChanges {
    std::vector<Change> changes;
    std::int64_t        next_producer_id = 0; ///< the largest block's end, 0 where none is named
};

/// What `batches` of __cluster_metadata change. Overrides that are no longer known are kept and not acted on.
Outcome<MetadataChanges, storage::StoreError> changes_in(const Bytes& batches, const TopicConfig& defaults);

} // namespace riacho::broker
