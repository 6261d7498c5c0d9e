#pragma once

#include "history.hpp"

#include <deque>
#include <optional>
#include <string>

namespace riacho::scenarios {

/// Small files and rounds, so that a short run meets what a long one does.
broker::BrokerOptions crowded_broker();

/// A run that contains all that recovery must stand: segments that roll, checkpoints under load, files of the
/// log that are used again, batches that go to their segment first, a topic deleted and made again, a
/// duplicate that comes while its original is under way, commits, a group.
class Workload {
public:
    Workload(Cluster& cluster, History& history) : cluster_(cluster), history_(history) {}

    /// What the run met; a test requires it.
    struct Met {
        std::size_t segment_rolls = 0;
        std::size_t checkpoints = 0;
        std::size_t recycled_files = 0;
        std::size_t external_batches = 0;
        std::size_t topics_made_again = 0;
        std::size_t duplicates_in_flight = 0;
    };

    /// Throws Crashed where the disk stops. Whatever was answered until then is noted.
    void       run();
    const Met& met() const { return met_; }

private:
    using Stream = History::Stream;
    using Producing = Pending<Client::Answer<kafka::ProduceRequest>>;
    struct Sending {
        Stream*     stream;
        std::size_t index;
        Producing   answer;
    };

    void    script();
    void    first_records();
    void    checkpoint_under_load();
    void    external_batches();
    void    topic_made_again();
    void    duplicate_in_flight();
    void    turn_the_ring(int frames);
    void    create(const std::string& name, std::int32_t partitions);
    void    remove(const std::string& name);
    Stream& stream(const std::string& topic, std::int32_t partition);
    void    send(Stream& to, Values values);
    void    settle();
    void    note(Sending& sending, const Client::Answer<kafka::ProduceRequest>& answer);
    void    commit(const std::string& topic, std::int32_t partition, std::int64_t offset);
    void    look_at_files();

    Cluster&              cluster_;
    History&              history_;
    std::optional<Client> client_;
    std::optional<Client> other_;
    std::deque<Sending>   under_way_;
    Met                   met_;
    std::string           last_recycled_;
};

} // namespace riacho::scenarios
