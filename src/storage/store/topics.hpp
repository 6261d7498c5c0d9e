#pragma once

#include "base/outcome.hpp"
#include "storage/log/log.hpp"
#include "storage/store.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace riacho::storage {

/// What recovery must know of the topics before the broker reads its metadata: which ids live, under which
/// names, and which ones did.
struct KnownTopics {
    std::unordered_map<Uuid, std::string> live;
    std::unordered_set<Uuid>              deleted;

    /// Null where no such topic lives. The metadata's own topic always does.
    const std::string* find_name(const Uuid& id) const;
};

/// Reads `snapshot`, if there is one, and the log from its end on; of what is before only which topics were
/// deleted: their folders may still be there. Fails with damaged.
Task<Outcome<KnownTopics, StoreError>> read_topics(Log& metadata, std::optional<MetadataSnapshot> snapshot);

} // namespace riacho::storage
