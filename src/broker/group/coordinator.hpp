#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "broker/group/group.hpp"
#include "broker/group/group_partition.hpp"
#include "broker/group/group_records.hpp"
#include "broker/group/offsets.hpp"
#include "broker/group/offsets_log.hpp"
#include "broker/group/options.hpp"
#include "broker/metadata/image.hpp"
#include "broker/partition/waker.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "kafka/messages/heartbeat.hpp"
#include "kafka/messages/offset_commit.hpp"
#include "kafka/messages/offset_delete.hpp"
#include "kafka/messages/offset_fetch.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace riacho::broker {

/// Who sends a group request.
struct GroupClient {
    std::string    id;
    std::string    host;
    kafka::Version version = 0; ///< of the request
    /// Of the coordinator's shard: setting it ends the wait for the group's answer. Null: nobody does.
    std::shared_ptr<Waker> waker = {};
};

/// Coordinates the groups whose partition of __consumer_offsets belongs to one shard: carries requests and
/// time to the groups, their answers to who waits, and their records to the log. Every call is made on the
/// shard. What a record says is shown to clients once the record is durable; the answer to a join is not in
/// any record, as in Kafka.
class GroupCoordinator {
public:
    /// What is referred to outlives the coordinator.
    struct Place {
        io::Shard&          shard;
        Clock&              clock;
        Random&             random;
        const Image&        image; ///< of the shard
        OffsetsLog&         log;
        const GroupOptions& options;
        MemoryBudget&       memory; ///< for what members say of themselves
    };
    explicit GroupCoordinator(Place place);

    /// Starts timers. Before any request.
    void start();
    /// Answers everybody who waits with NOT_COORDINATOR, and refuses whoever comes with
    /// COORDINATOR_NOT_AVAILABLE; ends when the coordinator's own work has.
    Task<> stop();

    // -- loading: until __consumer_offsets exists, this shard coordinates no group
    /// The topic has `count` partitions.
    void set_partition_count(std::int32_t count) { partition_count_ = count; }
    /// From now on its groups answer COORDINATOR_LOAD_IN_PROGRESS.
    void own(PartitionIndex partition);
    /// Whole batches of the partition, in the order of the log. May be called often.
    void load(PartitionIndex partition, const Bytes& batches);
    /// Everything was loaded: sessions start, and requests are served.
    void loaded(PartitionIndex partition);
    /// It cannot be read: its groups answer COORDINATOR_NOT_AVAILABLE.
    void cannot_load(PartitionIndex partition);

    // -- requests
    Task<kafka::JoinGroupResponse> join(kafka::JoinGroupRequest request, GroupClient client);
    Task<kafka::SyncGroupResponse> sync(kafka::SyncGroupRequest request,
                                        std::shared_ptr<Waker>  waker = nullptr);
    Task<kafka::HeartbeatResponse> heartbeat(kafka::HeartbeatRequest request);
    /// v3+: `members` says who leaves.
    Task<kafka::LeaveGroupResponse>   leave(kafka::LeaveGroupRequest request);
    Task<kafka::OffsetCommitResponse> commit(kafka::OffsetCommitRequest request, kafka::Version version);
    /// v8+: of one group.
    Task<kafka::OffsetFetchResponse::Group>    fetch(kafka::OffsetFetchRequest::Group request);
    Task<kafka::DescribeGroupsResponse::Group> describe(std::string group_id);
    /// The shard's groups that `request` asks for.
    Task<kafka::ListGroupsResponse> list(kafka::ListGroupsRequest request);

    /// A group without members goes, with its offsets.
    Task<kafka::ErrorCode>            remove(std::string group_id);
    Task<kafka::OffsetDeleteResponse> delete_offsets(kafka::OffsetDeleteRequest request);

    /// The image has lost a topic of this name, or has another one: forgets what was committed to the old
    /// one.
    Task<> topic_deleted(std::string topic);
    /// Forgets offsets that are out of date and groups that have nothing left. Its timer does this too.
    Task<> enforce_retention();

private:
    struct Entry {
        Entry(std::string id, PartitionIndex index, const Place& place)
            : group(std::move(id), place.options, place.random), partition(index) {}
        Group          group;
        PartitionIndex partition;
        GroupOffsets   offsets;
        std::size_t    appends = 0;        ///< on their way to the disk: the entry stays
        Time           wake = Time::max(); ///< what stands for it in `wakes_`
    };
    template <class Response> struct Waiting;
    template <class Response> using Waiters = std::unordered_map<WaiterId, Waiting<Response>*>;
    /// A request that waits, in the frame of its coroutine.
    template <class Response> struct Waiting {
        Waiting(std::shared_ptr<Waker> given, Waiters<Response>& all, WaiterId number)
            : waiters(all), id(number), waker(std::move(given)), answered(waker->event()) {
            waiters.emplace(id, this);
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        ~Waiting() { waiters.erase(id); }
        void answer(Response with) {
            response = std::move(with);
            answered.set();
        }

        Waiters<Response>&      waiters;
        WaiterId                id;
        std::shared_ptr<Waker>  waker;
        io::Event&              answered;
        std::optional<Response> response;
    };
    enum class Loading { in_progress, done, impossible };

    kafka::ErrorCode                      check_owned(std::string_view group_id) const;
    Entry*                                find(std::string_view group_id);
    Entry&                                ensure(const std::string& group_id);
    void                                  drop_if_unused(std::string_view group_id);
    Task<Outcome<void, kafka::ErrorCode>> append(std::string group_id, Bytes batch);
    std::shared_ptr<Waker>                ensure_waker(std::shared_ptr<Waker> waker) {
        return waker ? std::move(waker) : std::make_shared<Waker>(place_.shard);
    }
    Moment moment() const { return {place_.shard.now(), place_.clock.wall()}; }
    /// Of the topic that has the name now; commits of an older one do not count.
    bool is_current(std::string_view topic, const CommittedOffset& committed) const;

    // coordinator_members.cpp
    void                   deliver(GroupEffects& effects);
    Task<kafka::ErrorCode> settle(std::string group_id, GroupEffects effects);
    Task<>                 settle_alone(std::string group_id, GroupEffects effects);
    Task<kafka::ErrorCode> store(std::string group_id, kafka::GroupMetadataValue value);
    void                   schedule(Entry& entry);
    Task<>                 run_timers();
    Task<>                 run_retention();

    // coordinator_offsets.cpp
    struct Commit;
    Commit           prepare(const kafka::OffsetCommitRequest& request) const;
    kafka::ErrorCode check_commit(const kafka::OffsetCommitRequest& request, kafka::Version version);

    // coordinator_retention.cpp
    Task<>                      forget_expired(std::string group_id);
    Task<kafka::ErrorCode>      forget(std::string group_id, std::vector<NamedPartition> partitions);
    Task<>                      remove_if_done(std::string group_id);
    std::vector<NamedPartition> expired(const Entry& entry, Timestamp now) const;

    // coordinator_deletion.cpp
    Task<kafka::ErrorCode> bury(std::string group_id);
    kafka::ErrorCode       check_deletion_of_offsets(std::string_view group_id);

    // coordinator_loading.cpp
    void replay(GroupRecord record);

    Place                                                      place_;
    std::int32_t                                               partition_count_ = 0;
    std::map<PartitionIndex, Loading>                          partitions_;
    std::map<std::string, std::unique_ptr<Entry>, std::less<>> groups_;
    std::set<std::pair<Time, std::string>>                     wakes_;    ///< when a group's `advance` is due
    io::Event                                                  appended_; ///< an append of a group ended
    io::Event                                                  woken_;
    Waiters<kafka::JoinGroupResponse>                          joins_;
    Waiters<kafka::SyncGroupResponse>                          syncs_;
    std::uint64_t                                              waiters_ = 0;
    bool                                                       is_stopping_ = false;
    io::Event                                                  stopping_;
    io::Group                                                  work_;
};

} // namespace riacho::broker
