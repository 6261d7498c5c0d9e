#include "broker/handlers/fetch_read.hpp"
#include "broker/handlers/handlers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;
using kafka::ErrorCode;

/// Then the answer is empty, and the client asks again: longer than it takes to close those who hold the
/// memory and do nothing with it.
constexpr Time fetch_memory_wait_max = 10s;
/// A slice that is a smaller part of what it keeps alive is copied.
constexpr std::size_t kept_part_min = 4;

/// Everything that the request asks for, once.
struct Round {
    std::vector<FetchAnswer> answers; ///< in the order of the targets
    std::size_t              bytes = 0;
    FetchMemory::Held        memory; ///< for them
    bool                     ends_wait = false;
    std::size_t              needed = 0; ///< of memory, before there can be a first batch

    bool lacks_memory() const { return needed > 0 && bytes == 0 && !ends_wait; }
};

/// What a fetch may have, by itself and by its client.
struct FetchLimits {
    std::size_t bytes;
    std::size_t enough;
    std::size_t memory; ///< asked for
};

FetchLimits limits_of(Call& call, const kafka::FetchRequest& request) {
    auto        bytes_of = [](std::int32_t size) { return static_cast<std::size_t>(std::max(size, 0)); };
    std::size_t bytes =
        std::min(bytes_of(request.max_bytes), bytes_of(call.broker.options().fetch_max_bytes));
    std::size_t enough = bytes_of(request.min_bytes);
    std::size_t wanted = 0;
    for (const auto& topic : request.topics)
        for (const auto& partition : topic.partitions) wanted += bytes_of(partition.partition_max_bytes);
    // Pieces that are joined to min_bytes are there twice.
    std::size_t most = std::max(call.broker.fetch_memory().share_bytes(), 2 * enough);
    wanted = std::min({wanted, bytes, most});
    return {bytes, enough, std::max(wanted, FetchMemory::small_bytes)};
}

/// What the records keep in memory; they are copied where that is much more than they are, or than there is.
std::size_t hold(Bytes& records, std::size_t memory) {
    std::size_t held = records.held_bytes();
    if (records.empty() || held == records.size()) return records.size();
    if (held <= memory && held / kept_part_min <= records.size()) return held;
    records = Bytes::copy_of(records.view());
    return records.size();
}

using Targets = std::vector<FetchTarget>;

/// With `memory`, or with what there is where that is none.
Task<Round> read_all(Call& call, const Targets& targets, FetchLimits limits, std::shared_ptr<Waker> waker,
                     FetchMemory::Held memory = {}) {
    Round round;
    round.memory = std::move(memory);
    if (round.memory.bytes.bytes() == 0) round.memory.bytes = call.broker.fetch_memory().take(limits.memory);
    FetchRoom   room{limits.bytes, limits.enough, round.memory.bytes.bytes()};
    std::size_t given = room.memory;
    std::size_t held = 0;
    for (const FetchTarget& target : targets) {
        Fetched     fetched = co_await read_partition(call, target, room, waker);
        std::size_t size = fetched.answer.records->size();
        std::size_t kept = hold(*fetched.answer.records, room.memory);
        held += kept;
        room.memory -= std::min(room.memory, kept);
        room.bytes -= std::min(room.bytes, size);
        room.enough -= std::min(room.enough, size);
        if (room.is_first) round.needed = std::max(round.needed, fetched.needed);
        if (size > 0) room.is_first = false;
        round.bytes += size;
        round.ends_wait |= fetched.ends_wait;
        round.answers.push_back(std::move(fetched.answer));
    }
    round.memory.bytes.shrink_to(held);
    bool is_cut_short = given < limits.memory && round.bytes > given / 2;
    round.ends_wait |= is_cut_short;
    co_return round;
}

Task<> forget_all(Call& call, const Targets& targets, std::shared_ptr<Waker> waker) {
    for (const FetchTarget& target : targets) co_await forget_waker(call, target, waker);
}

Targets targets_of(Call& call, const kafka::FetchRequest& request) {
    Targets targets;
    for (const auto& topic : request.topics) {
        auto found =
            call.version >= 13 ? call.here.image.find(topic.topic_id) : call.here.image.find(topic.topic);
        for (const auto& partition : topic.partitions) targets.push_back({found, partition});
    }
    return targets;
}

/// Reads again once there is memory for the first batch; gives `round` as it is where there is none for long.
Task<Round> read_with_memory(Call& call, const Targets& targets, FetchLimits limits, Round round) {
    Time deadline = call.here.shard.now() + fetch_memory_wait_max;
    while (round.lacks_memory() && !call.session.is_over && !call.broker.is_stopping()) {
        std::size_t needed = round.needed;
        round.memory = {};
        auto memory = co_await call.broker.fetch_memory().wait_for(call.here.memory, needed,
                                                                   {call.session.is_over, deadline});
        if (!memory) break;
        round = {};
        round = co_await read_all(call, targets, limits, nullptr, *std::move(memory));
        round.ends_wait |= round.bytes > 0;
    }
    co_return round;
}

/// Reads until there is enough, something is to be told, or the time is over. Who waits holds no records.
Task<Round> read_until_enough(Call& call, Targets targets, const kafka::FetchRequest& request) {
    Time deadline = call.here.shard.now() + std::chrono::milliseconds(std::max(request.max_wait_ms, 0));
    const FetchLimits limits = limits_of(call, request);
    auto              is_enough = [&](const Round& round) {
        return round.ends_wait || targets.empty() || call.broker.is_stopping() || call.session.is_over ||
               round.bytes >= limits.enough || call.here.shard.now() >= deadline;
    };
    Round round = co_await read_all(call, targets, limits, nullptr);
    for (;;) {
        if (round.lacks_memory())
            co_return co_await read_with_memory(call, targets, limits, std::move(round));
        if (is_enough(round)) co_return round;
        auto waker = std::make_shared<Waker>(call.here.shard);
        round = {};                                              // its memory first
        round = co_await read_all(call, targets, limits, waker); // sees what came since the last look
        bool must_wait = !round.lacks_memory() && !is_enough(round);
        if (must_wait) {
            round = {};
            call.session.waiting = waker;
            Time began = call.here.shard.now();
            co_await waker->event().wait_until(deadline);
            call.waited += call.here.shard.now() - began;
            call.session.waiting.reset();
        }
        co_await forget_all(call, targets, waker);
        if (must_wait) round = co_await read_all(call, targets, limits, nullptr);
    }
}

void count(Local& here, const FetchTarget& target, const FetchAnswer& answer) {
    if (!target.exists()) return;
    bool has_failed = answer.error_code != ErrorCode::none;
    here.traffic.add(target.topic->id,
                     {.bytes_out = answer.records ? answer.records->size() : 0,
                      .fetch_requests = 1,
                      .failed_fetch_requests = has_failed ? std::uint64_t{1} : std::uint64_t{0}});
}

} // namespace

// Fetch, v4-17: record batches from an offset on, waiting for them up to max_wait_ms.
//   v5 log start   v7 sessions (KIP-227; declined: the client sends whole requests)   v9 leader epoch
//   (KIP-320) v10 zstd   v11 rack (KIP-392)   v12 flexible, diverging epoch   v13 topic ids (KIP-516)   v15
//   replica state
Task<kafka::FetchResponse> fetch(Call& call, kafka::FetchRequest request) {
    kafka::FetchResponse response;
    if (request.session_id != 0) {
        response.error_code = ErrorCode::fetch_session_id_not_found;
        co_return response;
    }
    Targets targets = targets_of(call, request);
    Round   round = co_await read_until_enough(call, targets, request);
    for (std::size_t i = 0; i < targets.size(); ++i) count(call.here, targets[i], round.answers[i]);
    call.records = std::move(round.memory);
    auto next = round.answers.begin();
    for (auto& topic : request.topics) {
        auto& answer = response.responses.emplace_back();
        answer.topic = std::move(topic.topic);
        answer.topic_id = topic.topic_id;
        for (std::size_t i = 0; i < topic.partitions.size(); ++i)
            answer.partitions.push_back(std::move(*next++));
    }
    co_return response;
}

} // namespace riacho::broker
