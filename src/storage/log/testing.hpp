#pragma once

#include "io/event.hpp"
#include "io/group.hpp"
#include "io/testing.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "storage/log/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// What the tests of this folder share. For tests only.
namespace riacho::storage {

/// A write-ahead log in memory: a frame every `delay`, or when `sync` is called. What is durable outlives the
/// partition's log, as the ring does a crash.
class FakeWal final : public Wal {
public:
    enum class Mode { automatic, manual };

    explicit FakeWal(io::Shard& shard)
        : shard_(shard), round_(std::make_shared<Round>(shard)), work_(std::make_unique<io::Group>(shard)) {}

    Task<Outcome<void, WalError>> reserve(io::Shard& home, std::size_t bytes, Time deadline) override {
        while (reserved_ + bytes > room_) {
            if (home.now() >= deadline) co_return fail(WalError::full);
            co_await home.sleep_for(std::chrono::milliseconds(1));
        }
        reserved_ += bytes;
        co_return {};
    }
    void give_back(std::size_t bytes) override { reserved_ -= bytes; }

    Task<Outcome<FrameNumber, WalError>> append(io::Shard&, Entry entry) override {
        if (has_failed_) co_return fail(WalError::failed);
        reserved_ -= std::min(reserved_, entry.bytes.size());
        std::shared_ptr<Round> round = round_;
        entry.bytes = Bytes::copy_of(entry.bytes.view());
        round->entries.push_back(std::move(entry));
        if (mode == Mode::automatic && round->entries.size() == 1) work_->spawn(sync_later());
        co_await round->done.wait();
        if (round->has_failed) co_return fail(WalError::failed);
        co_return round->frame;
    }
    bool        has_failed() const override { return has_failed_; }
    FrameNumber last_durable() const override { return last_; }
    std::size_t entry_bytes_max() const override { return entry_bytes; }

    /// The forming round is durable, as one frame.
    void sync() {
        auto round = std::exchange(round_, std::make_shared<Round>(shard_));
        if (round->entries.empty()) return;
        round->frame = last_ = {last_.value + 1};
        for (Entry& entry : round->entries) durable.push_back({entry, round->frame});
        round->done.set();
    }
    /// Frames below `from` are written over.
    void recycle(FrameNumber from) {
        std::erase_if(durable, [from](const ReplayedEntry& entry) { return entry.frame < from; });
    }
    void fail_now() {
        has_failed_ = true;
        auto round = std::exchange(round_, std::make_shared<Round>(shard_));
        round->has_failed = true;
        round->done.set();
    }
    /// The process died: what was forming is gone.
    void forget_round() {
        work_ = std::make_unique<io::Group>(shard_);
        round_ = std::make_shared<Round>(shard_);
        reserved_ = 0;
    }
    void        set_room(std::size_t bytes) { room_ = bytes; }
    std::size_t reserved() const { return reserved_; }
    std::size_t forming() const { return round_->entries.size(); }

    Mode                       mode = Mode::automatic;
    Time                       delay = std::chrono::microseconds(300);
    std::size_t                entry_bytes = 4 << 20;
    std::vector<ReplayedEntry> durable;

private:
    struct Round {
        explicit Round(io::Shard& shard) : done(shard) {}
        std::vector<Entry> entries;
        io::Event          done;
        FrameNumber        frame;
        bool               has_failed = false;
    };
    Task<> sync_later() {
        co_await shard_.sleep_for(delay);
        if (mode == Mode::automatic) sync();
    }

    io::Shard&                 shard_;
    std::shared_ptr<Round>     round_;
    FrameNumber                last_;
    std::size_t                room_ = std::size_t{1} << 40;
    std::size_t                reserved_ = 0;
    bool                       has_failed_ = false;
    std::unique_ptr<io::Group> work_;
};

inline constexpr TopicPartition test_partition{Uuid{{std::byte{7}, std::byte{9}}}, PartitionIndex{0}};

/// One partition in a world, through as many lives as a test wants.
template <class W> class LogWorldOver {
public:
    explicit LogWorldOver(std::uint64_t seed = 1)
        : world(seed), io_world_(world.world()), wal(world.shard()) {}
    ~LogWorldOver() {
        if constexpr (!is_simulated) stop();
    }

    static constexpr bool is_simulated = std::is_same_v<W, io::SimulatedWorld>;

    Log& open() { return open(recovered_point()); }
    Log& open(Recovered recovered) {
        auto opened = try_open(std::move(recovered));
        check(opened.has_value(), opened ? "" : opened.error().detail);
        log = *std::move(opened);
        return *log;
    }
    Outcome<std::unique_ptr<Log>, LogDamage> try_open(Recovered recovered) {
        return world.run(open_log(place(), std::move(recovered), wal.durable));
    }
    Log::Place place() {
        return {.shard = world.shard(),
                .world = io_world_,
                .wal = wal,
                .tails = tails,
                .folder = folder(),
                .partition = partition,
                .options = options};
    }
    std::string folder() const { return world.folder() + "/topic-0"; }
    std::string file(std::int64_t base, std::string_view suffix) const {
        return segment_path(folder(), Offset{base}, suffix);
    }
    /// A file's bytes, or nothing.
    std::optional<Bytes> content(const std::string& path) {
        return world.run(io::read_file(io_world_.disk, path));
    }

    /// As recovery finds it: the last checkpoint's, or the last external batch's.
    Recovered recovered_point() const {
        Recovered recovered;
        if (last) {
            recovered.point = last->point;
            recovered.log_start = last->log_start;
            recovered.producer_state = last->producer_state;
        }
        for (const ReplayedEntry& replayed : wal.durable) {
            if (replayed.entry.kind != EntryKind::external_batch) continue;
            if (recovered.point && replayed.entry.base_offset < recovered.point->offset) continue;
            auto at = decode_external_batch(replayed.entry.bytes.view());
            auto end = external_ends.at(replayed.entry.base_offset);
            recovered.point = RecoveryPoint{at->segment_base, at->position + at->length, end};
        }
        return recovered;
    }

    Outcome<Appended, AppendError> append(Bytes batch, LeaderEpoch epoch = LeaderEpoch{0}) {
        return world.run(append_noted(std::move(batch), epoch));
    }
    /// The same, for a test that is a task; notes where external batches end.
    Task<Outcome<Appended, AppendError>> append_noted(Bytes batch, LeaderEpoch epoch = LeaderEpoch{0}) {
        std::int64_t records = kafka::BatchView::first(batch.view())->records_count();
        external_ends[log->end()] = {log->end().value + records};
        co_return co_await log->append(std::move(batch), epoch, deadline());
    }
    ReadResult read(std::int64_t from, std::size_t bytes_max = 1 << 20) {
        auto result = world.run(log->read(Offset{from}, log->high_watermark(), bytes_max));
        check(result.has_value(), "the test reads what is there");
        return *std::move(result);
    }
    /// The offsets of all batches from the log start on, as readers see them.
    std::vector<std::int64_t> all_bases() {
        std::vector<std::int64_t> bases;
        for (Offset at = log->log_start(); at < log->high_watermark();) {
            ReadResult         result = read(at.value);
            kafka::BatchCursor cursor(result.batches.view());
            while (auto batch = cursor.next()) {
                check(batch->crc_matches(), "what is read is what was written");
                bases.push_back(batch->base_offset().value);
            }
            check(result.next > at, "a read below the high watermark moves on");
            at = result.next;
        }
        return bases;
    }
    LogCheckpoint checkpoint() {
        world.run(checkpoint_and_recycle());
        return *last;
    }
    /// What the checkpointer does: the point is durable, then older frames may be written over.
    Task<> checkpoint_and_recycle() {
        FrameNumber   durable = wal.last_durable();
        LogCheckpoint taken = co_await log->checkpoint();
        last = taken;
        if (recycles) wal.recycle(taken.needs_from.value_or(FrameNumber{durable.value + 1}));
        co_await log->release({taken.point, taken.log_start, oldest_frame()});
    }
    /// Recovery would read from here on.
    FrameNumber oldest_frame() const {
        return wal.durable.empty() ? FrameNumber{wal.last_durable().value + 1} : wal.durable.front().frame;
    }
    Time deadline() { return world.shard().now() + std::chrono::seconds(5); }
    void stop() {
        if (log) world.run(log->stop());
        log.reset();
    }
    /// The next life: after a power cut where the world is simulated.
    void restart(io::LifeEnd end = io::LifeEnd::power_cut) {
        if constexpr (is_simulated) {
            world.power_off();
            log.reset();
            wal.forget_round();
            world.restart(end);
        } else {
            static_cast<void>(end);
            stop();
            wal.forget_round();
        }
    }

    W                            world;
    io::World                    io_world_;
    MemoryBudget                 tails{"tails", 256 << 20};
    FakeWal                      wal;
    LogOptions                   options;
    TopicPartition               partition = test_partition;
    bool                         recycles = true;
    std::optional<LogCheckpoint> last;
    std::map<Offset, Offset>     external_ends;
    std::unique_ptr<Log>         log;
};

using LogWorld = LogWorldOver<io::SimulatedWorld>;

/// Over the simulated disk and the real one.
template <class W> class LogOverEveryDisk : public testing::Test {
protected:
    LogWorldOver<W> world;
};
using EveryWorld = testing::Types<io::SimulatedWorld, io::RealTestWorld>;

struct TestBatch {
    int                    records = 1;
    std::size_t            value_bytes = 100;
    std::int64_t           timestamp = 1'000;
    std::int64_t           timestamp_step = 0;
    std::int64_t           producer = -1;
    std::int16_t           epoch = 0;
    std::int32_t           sequence = 0;
    Compression            compression = Compression::none;
    kafka::BatchAttributes attributes = {};
};

inline Bytes test_batch(const TestBatch& batch = {}) {
    bool                has_producer = batch.producer >= 0;
    kafka::BatchBuilder builder({.compression = batch.compression,
                                 .attributes = batch.attributes,
                                 .producer_id = ProducerId{batch.producer},
                                 .producer_epoch = has_producer ? batch.epoch : std::int16_t{-1},
                                 .base_sequence = has_producer ? batch.sequence : -1});
    std::string         value(batch.value_bytes, 'v');
    for (int i = 0; i < batch.records; ++i)
        builder.add({.timestamp = {batch.timestamp + i * batch.timestamp_step}, .value = as_bytes(value)});
    return builder.build();
}

} // namespace riacho::storage
