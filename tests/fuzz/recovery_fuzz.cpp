// Recovery of a damaged data folder: the first byte chooses a folder that a broker left, the rest changes its
// files, their checksums made right again where the input says so. Then a store is opened on it. It opens, or
// it stops and says which file is wrong; it never crashes, hangs, or sets aside more than the folder could
// explain. What it then serves was written by somebody: see `judge`. And what has opened takes a batch,
// stops, opens again and serves the same.
#include "base/log.hpp"
#include "data_folder.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/batch_view.hpp"
#include "storage/store/layout.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/core.h>

namespace riacho::fuzz {
namespace {

using namespace std::chrono_literals;
using namespace storage;

constexpr std::size_t held_bytes_max = 256u << 20;
constexpr std::size_t crc_covers_from = 21; ///< of a batch: what lies before it is not proved by its CRC

struct Opened {
    std::unique_ptr<io::SimulatedWorld> simulated;
    io::World                           world;
    const DataFolder&                   folder;
    std::unique_ptr<Store>              store{};
    std::string                         refusal{};
    Readings                            readings{};
    /// What a partition could not give: an error, which is an answer too.
    std::map<TopicPartition, std::string> failures{};

    Opened(const Files& files, const DataFolder& of)
        : simulated(world_with(files)), world(simulated->world()), folder(of) {}
};

Task<> open_it(Opened& opened) {
    auto store =
        co_await open_store(opened.world, std::string(data_folder), opened.folder.options, log_options_of);
    if (store)
        opened.store = *std::move(store);
    else
        opened.refusal = store.error().detail;
}

/// Batches up to the end, or until one read fails.
Task<> read_partition(Opened& opened, Partition partition) {
    co_await opened.store->shard_of(partition.id).enter_if_away();
    auto log =
        co_await opened.store->open_log(partition.id, partition.topic, log_options_of(partition.topic));
    if (!log) {
        opened.failures[partition.id] = log.error().detail;
        co_return;
    }
    Served served{(*log)->log_start(), {}};
    require((*log)->log_start() <= (*log)->high_watermark(), "a log starts before its end", partition.topic);
    for (Offset at = served.log_start; at < (*log)->high_watermark();) {
        auto read = co_await (*log)->read(at, (*log)->high_watermark(), 20'000);
        if (!read) {
            opened.failures[partition.id] = read.error().detail;
            break;
        }
        require(read->next > at, "a read that gives something goes on", partition.topic);
        kafka::BatchCursor cursor(read->batches.view());
        while (auto batch = cursor.next())
            served.batches[batch->base_offset()] = Content(batch->view().begin(), batch->view().end());
        require(!cursor.error(), "whole batches are served", partition.topic);
        at = read->next;
    }
    opened.readings[partition.id] = std::move(served);
    (void)co_await (*log)->find_timestamp({1010});
    (void)co_await (*log)->find_max_timestamp();
    (void)(*log)->epoch_end(LeaderEpoch{1});
}

Task<> read_it(Opened& opened) {
    opened.readings.clear();
    opened.failures.clear();
    for (Partition partition : opened.folder.partitions)
        co_await read_partition(opened, std::move(partition));
    co_await opened.world.shards[0]->enter_if_away();
}

/// Refused or taken, both are answers.
Task<> append_everywhere(Opened& opened) {
    for (Partition partition : opened.folder.partitions) {
        co_await opened.store->shard_of(partition.id).enter_if_away();
        auto log =
            co_await opened.store->open_log(partition.id, partition.topic, log_options_of(partition.topic));
        if (!log) continue;
        kafka::BatchBuilder builder({});
        builder.add({.timestamp = {5000}, .value = as_bytes("afterwards")});
        LeaderEpoch epoch{static_cast<std::int32_t>(opened.store->starts())};
        (void)co_await (*log)->append(builder.build(), epoch, opened.world.shards[0]->now() + 10s);
    }
    co_await opened.world.shards[0]->enter_if_away();
    co_await opened.store->checkpoint();
}

bool is_same_inside(const Content& a, const Content& b) {
    return std::ranges::equal(std::span(a).subspan(crc_covers_from), std::span(b).subspan(crc_covers_from));
}

/// Where no checksum was forged, a batch that carries the right one is one that was written. A wrong one can
/// only come from a segment that was damaged where it had been synced; the log does not read that again.
void judge_batch(const Opened& opened, const Edits& edits, const Content& batch) {
    auto view = kafka::BatchView::first(batch);
    require(view.has_value(), "a batch is served whole");
    if (!view->crc_matches())
        return require(edits.has_changed_segments, "a record with a wrong CRC is served");
    bool found = std::ranges::any_of(opened.folder.written,
                                     [&](const Content& one) { return is_same_inside(one, batch); });
    require(found, "a record is served that nobody wrote");
}

void judge(const Opened& opened, const Edits& edits) {
    if (edits.only_redundant) {
        require(opened.failures.empty(), "indexes, epochs and Kafka's checkpoints are not needed",
                opened.failures.empty() ? "" : opened.failures.begin()->second);
        require(opened.readings == opened.folder.readings, "without them the same is served");
    }
    for (const auto& [partition, failure] : opened.failures) require(!failure.empty(), "a failure says why");
    if (edits.has_sealed) return;
    for (const auto& [partition, served] : opened.readings)
        for (const auto& [base, batch] : served.batches) judge_batch(opened, edits, batch);
}

void end_life(Opened& opened, io::LifeEnd end) {
    opened.simulated->power_off();
    opened.store.reset();
    opened.simulated->restart(end);
}

/// A batch for each partition, then a stop or a power cut, and another start.
void go_on(Opened& opened, Choices& choose) {
    Readings before = opened.readings;
    bool     had_failures = !opened.failures.empty();
    opened.simulated->run(append_everywhere(opened));
    if (choose.one_in(2)) opened.simulated->run(opened.store->stop(opened.world.shards[0]->now() + 10s));
    end_life(opened, choose.one_in(2) ? io::LifeEnd::kill : io::LifeEnd::power_cut);
    opened.simulated->run(open_it(opened));
    require(opened.store != nullptr, "what has opened opens again:", opened.refusal);
    opened.simulated->run(read_it(opened));
    if (had_failures) return;
    for (const auto& [partition, served] : before)
        for (const auto& [base, batch] : served.batches) {
            if (base < opened.readings[partition].log_start) continue;
            auto again = opened.readings[partition].batches.find(base);
            require(again != opened.readings[partition].batches.end() && again->second == batch,
                    "what was served once is served again");
        }
}

/// For whoever looks into a finding.
void tell(const DataFolder& folder, const Files& files) {
    if (!std::getenv("RIACHO_FUZZ_LOG")) return;
    fmt::print(stderr, "a folder: {}\n", folder.name);
    for (const auto& [path, content] : folder.files)
        if (!files.contains(path)) fmt::print(stderr, "  {} is gone\n", path);
    for (const auto& [path, content] : files) {
        auto before = folder.files.find(path);
        if (before == folder.files.end()) {
            fmt::print(stderr, "  {} is new, {} bytes\n", path, content.size());
            continue;
        }
        auto differ = std::ranges::mismatch(content, before->second);
        if (content != before->second)
            fmt::print(stderr, "  {} differs from byte {} on, {} bytes instead of {}\n", path,
                       differ.in1 - content.begin(), content.size(), before->second.size());
    }
}

void fuzz_one(ByteView input) {
    Choices           choose(input);
    const auto&       folders = data_folders();
    const DataFolder& folder = folders[choose.below(folders.size())];
    Files             files = folder.files;
    Edits             edits = edit(files, choose);
    MemoryLimit       limit(held_bytes_max);
    tell(folder, files);
    Opened opened(files, folder);
    opened.simulated->run(open_it(opened));
    if (opened.store) {
        opened.simulated->run(read_it(opened));
        judge(opened, edits);
        if (choose.one_in(3)) go_on(opened, choose);
    } else {
        require(!edits.only_redundant,
                "indexes, epochs and Kafka's checkpoints are not needed:", opened.refusal);
        bool says_where =
            opened.refusal.contains(data_folder) || opened.refusal.contains("__cluster_metadata");
        require(says_where, "a refusal names a file:", opened.refusal);
    }
    end_life(opened, io::LifeEnd::power_cut);
    opened.simulated->power_off();
}

} // namespace
} // namespace riacho::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    if (!std::getenv("RIACHO_FUZZ_LOG")) riacho::log::set_sink([](std::string_view) {});
    riacho::fuzz::data_folders();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4) return -1;
    riacho::fuzz::fuzz_one(riacho::fuzz::view_of(data, size));
    return 0;
}
