#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "client/link/admin.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::console {

struct PartitionPicture {
    std::int32_t                index = 0;
    std::int32_t                leader = -1;
    std::int32_t                leader_epoch = -1;
    std::vector<std::int32_t>   replicas;
    std::vector<std::int32_t>   in_sync;
    std::vector<std::int32_t>   offline;
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> end;
    std::optional<std::int64_t> leader_bytes;
    std::int64_t                all_bytes = 0; ///< of all replicas that were told of
};

struct TopicPicture {
    std::string                   name;
    Uuid                          id;
    bool                          is_internal = false;
    std::vector<PartitionPicture> partitions;             ///< by index
    std::optional<std::int32_t>   min_isr = std::nullopt; ///< asked where a partition has too few in sync

    std::size_t under_replicated() const;
    std::size_t without_leader() const;
    /// That have a leader and fewer replicas in sync than a producer may ask for.
    std::size_t under_min_isr() const;
    /// From starts to ends; nothing where one is not known.
    std::optional<std::int64_t> messages() const;
    /// The sum of the ends, which only grows.
    std::optional<std::int64_t> ends() const;
    std::optional<std::int64_t> bytes() const;
};

struct MemberPicture {
    struct Assigned {
        std::string               topic;
        std::vector<std::int32_t> partitions;
    };
    std::string                id;
    std::optional<std::string> instance_id;
    std::string                client_id;
    std::string                host;
    std::vector<Assigned>      assigned; ///< empty where only the protocol type's clients can read it
};

struct GroupPicture {
    std::string                      id;
    std::int32_t                     coordinator = -1;
    std::string                      type = "classic"; ///< in lower case: classic, consumer, share, streams
    std::string                      state;            ///< Kafka's name of it
    std::string                      protocol_type;    ///< of a classic group
    std::string                      assignor;
    std::vector<MemberPicture>       members;
    std::vector<client::GroupOffset> offsets; ///< only those that were committed

    bool is_at_work() const { return !members.empty(); }
    bool is_rebalancing() const;
};

struct BrokerPicture {
    std::int32_t               id = -1;
    std::string                host;
    std::int32_t               port = 0;
    std::optional<std::string> rack;
};

/// A cluster as it was at one moment, as far as it told.
struct Picture {
    Time                                             taken{0};
    std::string                                      cluster_id;
    std::string                                      kind; ///< kind.hpp; what metrics tell is better
    std::int32_t                                     controller = -1;
    std::vector<BrokerPicture>                       brokers; ///< by id
    std::map<std::string, TopicPicture, std::less<>> topics;
    std::map<std::string, GroupPicture, std::less<>> groups;
    bool                                             are_groups_known = false;
    std::vector<client::OfBroker<kafka::DescribeLogDirsResponse>> log_folders;

    const PartitionPicture* find(std::string_view topic, std::int32_t partition) const;
    /// How far an offset is behind the end; from the start where it lies before that.
    std::optional<std::int64_t> lag_of(const client::GroupOffset& committed) const;
    /// How far a group is behind, in one topic or (empty) in all; nothing where it has committed nothing
    /// there.
    std::optional<std::int64_t> lag_of(const GroupPicture& group, std::string_view topic = {}) const;
};

/// Asks the cluster for all of it. Fails where not even its metadata is told; what else is not told is
/// missing. `before`, which may be null, is the last one: what does not change is taken from it.
Task<client::Reply<Picture>> take_picture(client::Admin& admin, std::shared_ptr<const Picture> before);

} // namespace riacho::console
