#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "broker/handlers/leader_epoch.hpp"
#include "io/run_on.hpp"

#include <algorithm>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using FetchPartition = kafka::FetchRequest::Topic::Partition;
using FetchAnswer = kafka::FetchResponse::Topic::Partition;

/// One partition of a fetch, with its topic as it was when the request came.
struct FetchTarget {
    std::shared_ptr<const Topic> topic; ///< null: no such topic
    FetchPartition               asked;
};

/// What is left of the answer's size.
struct FetchRoom {
    std::size_t bytes;
    std::size_t enough;          ///< what is missing to min_bytes
    bool        is_first = true; ///< nothing yet: the next batch goes out however large it is (KIP-74)
};

/// Up to here pieces are joined by copying even where nobody waits for so much.
constexpr std::size_t joined_bytes = 256 << 10;

struct Fetched {
    FetchAnswer answer;
    bool        ends_wait = false; ///< an error, or news that does not wait for bytes
};

FetchAnswer refused_fetch(std::int32_t index, ErrorCode error) {
    FetchAnswer answer;
    answer.partition_index = index;
    answer.error_code = error;
    answer.high_watermark = -1;
    answer.last_stable_offset = -1;
    answer.log_start_offset = -1;
    answer.records = Bytes{};
    return answer;
}

FetchAnswer positions(Partition& partition, std::int32_t index) {
    FetchAnswer answer;
    answer.partition_index = index;
    answer.high_watermark = partition.log().high_watermark().value;
    answer.last_stable_offset = partition.last_stable_offset().value;
    answer.log_start_offset = partition.log().log_start().value;
    answer.records = Bytes{};
    return answer;
}

/// KIP-320: whether the reader's history left ours, and where.
std::optional<FetchAnswer::DivergingEpoch> divergence(Partition& partition, const FetchPartition& asked) {
    if (asked.last_fetched_epoch < 0) return std::nullopt;
    storage::EpochEnd end = partition.log().epoch_end(LeaderEpoch{asked.last_fetched_epoch});
    bool              agrees = static_cast<std::int32_t>(end.epoch) == asked.last_fetched_epoch &&
                  end.end.value >= asked.fetch_offset;
    if (agrees) return std::nullopt;
    return FetchAnswer::DivergingEpoch{.epoch = static_cast<std::int32_t>(end.epoch),
                                       .end_offset = end.end.value};
}

/// What one read gives lies in one piece: one chunk of the tail, or one segment. A large one goes out as it
/// lies, although more would fit: the client asks again. Small ones are joined, until there is as much as it
/// waits for.
Task<Outcome<Bytes, storage::ReadError>> read_pieces(storage::Log& log, Offset from, Offset below,
                                                     FetchRoom room) {
    CO_TRY(auto first, co_await log.read(from, below, room.bytes));
    std::size_t enough = std::min(room.bytes, std::max(room.enough, joined_bytes));
    std::size_t size = first.batches.size();
    Offset      next = first.next;
    if (size == 0 || size >= enough || next >= below) co_return std::move(first.batches);
    std::vector<Bytes> pieces{std::move(first.batches)};
    while (size < enough && next < below) {
        auto more = co_await log.read(next, below, enough - size);
        if (!more || more->batches.empty() || more->batches.size() > room.bytes - size) break;
        size += more->batches.size();
        next = more->next;
        pieces.push_back(std::move(more->batches));
    }
    if (pieces.size() == 1) co_return std::move(pieces.front());
    auto joined = std::make_shared<Buffer>(size);
    auto to = joined->span().begin();
    for (const Bytes& piece : pieces) to = std::ranges::copy(piece.view(), to).out;
    co_return Bytes(std::move(joined));
}

/// On the partition's shard. Leaves `waker` with the partition where it is given.
Task<Fetched> read(Broker& broker, FetchTarget target, FetchRoom room, std::shared_ptr<Waker> waker) {
    const FetchPartition& asked = target.asked;
    Local&                local = broker.local_of(target.topic->partition(asked.partition));
    auto                  partition = co_await local.partitions.use(target.topic, asked.partition);
    if (!partition) co_return Fetched{refused_fetch(asked.partition, partition.error().code), true};
    if (waker) (*partition)->add(std::move(waker));
    if (ErrorCode error = check_leader_epoch(broker, asked.current_leader_epoch); error != ErrorCode::none)
        co_return Fetched{refused_fetch(asked.partition, error), true};
    if (auto diverging = divergence(**partition, asked)) {
        FetchAnswer answer = positions(**partition, asked.partition);
        answer.diverging_epoch = *diverging;
        co_return Fetched{std::move(answer), true};
    }
    room.bytes = std::min(room.bytes, static_cast<std::size_t>(std::max(asked.partition_max_bytes, 0)));
    if (room.is_first) room.bytes = std::max<std::size_t>(room.bytes, 1);
    Offset below = (*partition)->last_stable_offset();
    auto   result = co_await read_pieces((*partition)->log(), Offset{asked.fetch_offset}, below, room);
    if (!result) {
        bool is_range = result.error().code == storage::ReadError::offset_out_of_range;
        auto answer = positions(**partition, asked.partition);
        answer.error_code = is_range ? ErrorCode::offset_out_of_range : ErrorCode::kafka_storage_error;
        co_return Fetched{std::move(answer), true};
    }
    FetchAnswer answer = positions(**partition, asked.partition);
    if (room.is_first || result->size() <= room.bytes) answer.records = std::move(*result);
    co_return Fetched{std::move(answer), false};
}

/// Everything that the request asks for, once.
struct Round {
    std::vector<FetchAnswer> answers; ///< in the order of the targets
    std::size_t              bytes = 0;
    Charge                   memory; ///< for them
    bool                     ends_wait = false;
};

Task<Round> read_all(Call& call, const std::vector<FetchTarget>& targets, FetchRoom room,
                     std::shared_ptr<Waker> waker) {
    Round round;
    // With no memory left for answers, each fetch still gets one batch.
    round.memory = call.responses.charge_up_to(room.bytes);
    bool is_cut_short = round.memory.bytes() < room.bytes;
    room.bytes = round.memory.bytes();
    for (const FetchTarget& target : targets) {
        Fetched fetched;
        if (!target.topic || !target.topic->has(target.asked.partition)) {
            bool is_by_id = call.version >= 13 && !target.topic;
            fetched = {refused_fetch(target.asked.partition, is_by_id
                                                                 ? ErrorCode::unknown_topic_id
                                                                 : ErrorCode::unknown_topic_or_partition),
                       true};
        } else {
            io::Shard& owner = call.broker.local_of(target.topic->partition(target.asked.partition)).shard;
            auto       work = read(call.broker, target, room, waker);
            if (&owner == &call.here.shard)
                fetched = co_await std::move(work);
            else
                fetched = co_await io::run_on(owner, call.here.shard, std::move(work));
        }
        std::size_t size = fetched.answer.records->size();
        round.bytes += size;
        round.ends_wait |= fetched.ends_wait;
        room.bytes -= std::min(room.bytes, size);
        room.enough -= std::min(room.enough, size);
        if (size > 0) room.is_first = false;
        round.answers.push_back(std::move(fetched.answer));
    }
    round.memory.shrink_to(round.bytes);
    if (is_cut_short && round.bytes > 0) round.ends_wait = true;
    co_return round;
}

/// On the partition's shard.
Task<> forget(Broker& broker, FetchTarget target, std::shared_ptr<Waker> waker) {
    Local& local = broker.local_of(target.topic->partition(target.asked.partition));
    auto   partition = co_await local.partitions.use(target.topic, target.asked.partition);
    if (partition) (*partition)->remove(*waker);
}

Task<> forget_all(Call& call, const std::vector<FetchTarget>& targets, std::shared_ptr<Waker> waker) {
    for (const FetchTarget& target : targets) {
        if (!target.topic || !target.topic->has(target.asked.partition)) continue;
        io::Shard& owner = call.broker.local_of(target.topic->partition(target.asked.partition)).shard;
        if (&owner == &call.here.shard)
            co_await forget(call.broker, target, waker);
        else
            co_await io::run_on(owner, call.here.shard, forget(call.broker, target, waker));
    }
}

std::vector<FetchTarget> targets_of(Call& call, const kafka::FetchRequest& request) {
    std::vector<FetchTarget> targets;
    for (const auto& topic : request.topics) {
        auto found =
            call.version >= 13 ? call.here.image.find(topic.topic_id) : call.here.image.find(topic.topic);
        for (const auto& partition : topic.partitions) targets.push_back({found, partition});
    }
    return targets;
}

/// Reads until there is enough, something is to be told, or the time is over.
Task<Round> read_until_enough(Call& call, std::vector<FetchTarget> targets,
                              const kafka::FetchRequest& request) {
    Time      deadline = call.here.shard.now() + std::chrono::milliseconds(std::max(request.max_wait_ms, 0));
    FetchRoom room{
        static_cast<std::size_t>(std::clamp(request.max_bytes, 0, call.broker.options().fetch_max_bytes)),
        static_cast<std::size_t>(std::max(request.min_bytes, 0))};
    auto is_enough = [&](const Round& round) {
        return round.ends_wait || targets.empty() || call.broker.is_stopping() || call.session.is_over ||
               round.bytes >= room.enough || call.here.shard.now() >= deadline;
    };
    Round round = co_await read_all(call, targets, room, nullptr);
    while (!is_enough(round)) {
        auto waker = std::make_shared<Waker>(call.here.shard);
        round = {};                                            // its memory first
        round = co_await read_all(call, targets, room, waker); // sees what came since the last look
        if (!is_enough(round)) {
            call.session.waiting = waker;
            co_await waker->event().wait_until(deadline);
            call.session.waiting.reset();
        }
        co_await forget_all(call, targets, waker);
        if (waker->event().is_set() || call.here.shard.now() >= deadline) {
            round = {};
            round = co_await read_all(call, targets, room, nullptr);
        }
    }
    co_return round;
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
    Round round = co_await read_until_enough(call, targets_of(call, request), request);
    auto  next = round.answers.begin();
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
