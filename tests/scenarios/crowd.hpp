#pragma once

#include "journal.hpp"
#include "requests.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// A crowd of clients that lives through one life of a broker after another, all of it drawn from one seed:
/// how the broker is set up, who asks what, what breaks, when the power fails. What the clients see is
/// journalled and judged by tests/history; what needs no history to be wrong throws Broken.
namespace riacho::scenarios {

struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What a run met: each is required of a crowd of seeds.
struct Met {
    std::map<std::string_view, std::uint64_t> counts;
    std::uint64_t&                            operator[](std::string_view what) { return counts[what]; }
    void                                      add(const Met& other) {
        for (const auto& [what, count] : other.counts) counts[what] += count;
    }
};

/// What a seed decides before the first life.
struct CrowdPlan {
    explicit CrowdPlan(std::uint64_t seed);

    std::size_t           shards = 1;
    int                   lives = 2;
    broker::BrokerOptions broker;
    Configs               topic;
    enum class Ends { any, kills } ends = Ends::any;
    /// durability=os and power cuts: then nothing that was acknowledged is promised, but what is there is
    /// sound.
    enum class Promise { all, none } promise = Promise::all;
    enum class Disk { good, breaks } disk = Disk::good; ///< EIO, failed syncs
};

using LinkPtr = std::shared_ptr<client::Link>;

class Crowd {
public:
    Crowd(std::uint64_t seed, Journal& journal);
    ~Crowd();

    /// All lives, and the last look. Throws Broken.
    void       run();
    const Met& met() const { return met_; }

    enum class Asked { no, yes, answered };
    struct Topic;
    struct Place {
        Topic*       topic;
        std::int32_t index;
        std::int64_t log_start = 0;       // acknowledged
        std::int64_t log_start_asked = 0; // perhaps
        bool         may_be_offline = false;
        bool         is_offline = false; // in the end
        /// Acknowledged batches that a log start can be moved into: base offset and count.
        std::vector<std::pair<std::int64_t, std::int64_t>> batches = {};
    };
    /// One life of a topic's name.
    struct Topic {
        std::string         name;
        std::string         told_as; // in the journal
        std::int32_t        partitions;
        std::optional<Uuid> id; // once it is known
        Asked               creation = Asked::no;
        Asked               deletion = Asked::no;
        std::deque<Place>   places;
    };
    struct Batch {
        std::uint64_t            number;
        std::vector<std::string> keys;
        Values                   values;
        std::int32_t             sequence = 0;
        std::uint64_t            round = 0; // in which it was sent last
    };
    struct Producer {
        std::string       name;
        Place*            to;
        bool              is_idempotent = true;
        Time              pace{0};
        std::size_t       bytes_max = 1'000;
        std::size_t       window = 1;
        std::int64_t      id = -1;
        std::int32_t      next_sequence = 0;
        std::uint64_t     numbers = 0;
        std::uint64_t     rounds = 0;
        int               names = 0;
        std::deque<Batch> open;    // sent, not answered
        std::deque<Batch> recent;  // answered
        std::string       refusal; // the last one
    };
    struct Reader {
        std::string  name;
        Place*       from;
        std::int64_t position = 0;
        bool         has_begun = false;
    };
    /// Of a group.
    struct Member {
        struct Part {
            Place*                      place;
            std::optional<std::int64_t> position;
            std::int64_t                committed = -1;
        };
        std::string       name;
        std::string       id = {};
        std::int32_t      generation = -1;
        std::vector<Part> share = {};
    };

    // ---- for the actors, on the clients' shard
    Cluster&         cluster() { return cluster_; }
    io::Shard&       shard() { return cluster_.waiter().clients(); }
    const CrowdPlan& plan() const { return plan_; }
    Random&          random() { return random_; }
    bool             one_in(std::uint64_t n) { return random_.between(1, n) == 1; }
    Journal&         journal() { return journal_; }
    Met&             count() { return met_; }
    bool             keeps_promises() const { return plan_.promise == CrowdPlan::Promise::all; }
    bool             is_over();
    bool             is_draining() const { return draining_; }
    /// A connection, or nothing when the life is over.
    Task<LinkPtr> link();
    /// Starts work that is the life's.
    void   spawn(Task<> work);
    void   spawn_now(Task<> work);
    Task<> pause(Time longest);
    Time   soon(Time span) { return shard().now() + span; }
    /// Of every topic that is there and stays.
    std::vector<Place*> lasting_places();
    Place&              any_place();
    Topic&              next_life_of(const std::string& name);
    void                note_producer_id(std::int64_t id);
    /// How the journal calls the topic with this id, if it is known.
    const std::string* find_told(const Uuid& id) const;
    /// The key of a value that is whole; the value itself where it is not as it was sent.
    static std::string key_of(const std::string& value);
    static std::string value_of(const std::string& key, std::size_t bytes);

private:
    struct Life;

    void          one_life(int number);
    void          last_life();
    void          run_life(Time span);
    void          end_life(LifeEnd how);
    static Task<> guard(Crowd& crowd, Task<> work);
    void          judge();
    void          judge_place(const Client& client, Place& place);
    void          judge_reads(const Client& client, Place& place, const std::vector<Got>& all);
    void          judge_indexes();
    void          look_at_files();
    void          look_at_store();

    CrowdPlan              plan_;
    SeededRandom           random_;
    Journal&               journal_;
    Met                    met_;
    Cluster                cluster_;
    std::deque<Topic>      topics_;
    std::deque<Producer>   producers_;
    std::deque<Reader>     readers_;
    std::deque<Member>     members_;
    std::set<std::int64_t> producer_ids_;
    std::string            broken_;
    bool                   draining_ = false;
    std::uint64_t          checkpoints_ = 0;
    std::unique_ptr<Life>  life_;

    friend Task<> set_up(Crowd& crowd);
    friend Task<> change_topics(Crowd& crowd);
};

// ---- actors
Task<> set_up(Crowd& crowd); ///< finds or makes the topics, then starts the others
Task<> produce(Crowd& crowd, Crowd::Producer& producer);
Task<> read(Crowd& crowd, Crowd::Reader& reader);
Task<> consume(Crowd& crowd, Crowd::Member& member);
Task<> change_topics(Crowd& crowd);
Task<> disturb(Crowd& crowd); ///< checkpoints, log starts, faults of the disk and of the network

} // namespace riacho::scenarios
