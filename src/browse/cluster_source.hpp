#pragma once

#include "browse/record_source.hpp"
#include "client/link/admin.hpp"

#include <string>

namespace riacho::browse {

/// A topic of a cluster. What fails for a while is tried again below; what arrives here as a failure stays
/// one.
class ClusterSource : public RecordSource {
public:
    /// `admin` outlives the source.
    ClusterSource(client::Admin& admin, std::string topic, client::Isolation isolation);
    /// On the cluster's shard, when nothing is under way any more.
    ~ClusterSource() override;

    Answer<std::vector<Range>>   ranges(std::vector<PartitionIndex> partitions) override;
    Answer<std::vector<Offset>>  offsets_at(std::vector<PartitionIndex> partitions, Timestamp time) override;
    Answer<std::vector<Fetched>> fetch(FetchRequest request) override;
    void                         stop() override;

private:
    Answer<std::vector<Offset>>  list(std::vector<PartitionIndex> partitions, std::int64_t timestamp);
    Answer<std::vector<Fetched>> with_starts(std::vector<Fetched> fetched, std::vector<std::size_t> outside);

    client::Admin&    admin_;
    std::string       topic_;
    client::Isolation isolation_;
    client::Lane      lane_;
};

} // namespace riacho::browse
