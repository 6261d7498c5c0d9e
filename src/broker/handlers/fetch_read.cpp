#include "broker/handlers/fetch_read.hpp"

#include "broker/handlers/leader_epoch.hpp"
#include "io/run_on.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using FetchPartition = kafka::FetchRequest::Topic::Partition;

/// Up to here pieces are joined by copying even where nobody waits for so much.
constexpr std::size_t joined_bytes = 256 << 10;

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

/// What is read at most, of which the first batch may be larger.
storage::ReadRoom read_room(FetchRoom room) {
    std::size_t bytes = std::min(room.bytes, room.memory);
    if (!room.is_first) return {bytes, bytes};
    return {std::max<std::size_t>(bytes, 1), room.memory};
}

Bytes joined(std::vector<Bytes> pieces, std::size_t size) {
    if (pieces.size() == 1) return std::move(pieces.front());
    auto whole = std::make_shared<Buffer>(size);
    auto to = whole->span().begin();
    for (const Bytes& piece : pieces) to = std::ranges::copy(piece.view(), to).out;
    return Bytes(std::move(whole));
}

/// What one read gives lies in one piece: one chunk of the tail, or one segment. A large one goes out as it
/// lies, although more would fit: the client asks again. Small ones are joined, until there is as much as it
/// waits for.
Task<Outcome<storage::ReadResult, storage::ReadError>> read_pieces(storage::Log& log, Offset from,
                                                                   Offset below, FetchRoom room) {
    CO_TRY(auto first, co_await log.read(from, below, read_room(room)));
    std::size_t most = std::min(room.bytes, room.memory);
    std::size_t enough = std::min(most, std::max(std::min(room.enough, room.memory / 2), joined_bytes));
    std::size_t size = first.batches.size();
    if (size == 0 || size >= enough || first.next >= below) co_return first;
    std::vector<Bytes> pieces{std::move(first.batches)};
    while (size < enough && first.next < below) {
        auto more = co_await log.read(first.next, below, {enough - size, most - size});
        if (!more || more->batches.empty()) break;
        size += more->batches.size();
        first.next = more->next;
        pieces.push_back(std::move(more->batches));
    }
    first.batches = joined(std::move(pieces), size);
    co_return first;
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
    Offset below = (*partition)->last_stable_offset();
    auto   result = co_await read_pieces((*partition)->log(), Offset{asked.fetch_offset}, below, room);
    if (!result) {
        bool is_range = result.error().code == storage::ReadError::offset_out_of_range;
        auto answer = positions(**partition, asked.partition);
        answer.error_code = is_range ? ErrorCode::offset_out_of_range : ErrorCode::kafka_storage_error;
        co_return Fetched{std::move(answer), true};
    }
    FetchAnswer answer = positions(**partition, asked.partition);
    answer.records = std::move(result->batches);
    co_return Fetched{std::move(answer), false, result->needed};
}

/// On the partition's shard.
Task<> forget(Broker& broker, FetchTarget target, std::shared_ptr<Waker> waker) {
    Local& local = broker.local_of(target.topic->partition(target.asked.partition));
    auto   partition = co_await local.partitions.use(target.topic, target.asked.partition);
    if (partition) (*partition)->remove(*waker);
}

io::Shard& owner_of(Call& call, const FetchTarget& target) {
    return call.broker.local_of(target.topic->partition(target.asked.partition)).shard;
}

} // namespace

Task<Fetched> read_partition(Call& call, FetchTarget target, FetchRoom room, std::shared_ptr<Waker> waker) {
    if (!target.exists()) {
        bool is_by_id = call.version >= 13 && !target.topic;
        auto error = is_by_id ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition;
        co_return Fetched{refused_fetch(target.asked.partition, error), true};
    }
    io::Shard& owner = owner_of(call, target);
    auto       work = read(call.broker, std::move(target), room, std::move(waker));
    co_return co_await io::run_on(owner, call.here.shard, std::move(work));
}

Task<> forget_waker(Call& call, FetchTarget target, std::shared_ptr<Waker> waker) {
    if (!target.exists()) co_return;
    io::Shard& owner = owner_of(call, target);
    auto       work = forget(call.broker, std::move(target), std::move(waker));
    co_await io::run_on(owner, call.here.shard, std::move(work));
}

} // namespace riacho::broker
