#include "data_folder.hpp"

#include "storage/store/store_testing.hpp"

#include <algorithm>
#include <set>

namespace riacho::fuzz {
namespace {

using namespace storage;
using namespace testing_store;

/// Time is of no interest here, and costs some.
constexpr io::SimulatedDiskOptions at_once{.pause_max = Time(0),
                                           .sync_min = Time(0),
                                           .sync_max = Time(0),
                                           .slow_sync_one_in = 0,
                                           .slow_sync_max = Time(0)};
constexpr std::int64_t             producers = 2;

Bytes numbered_batch(History& history, std::int64_t number, std::int32_t sequence, std::int64_t bytes) {
    kafka::BatchBuilder builder({.compression = static_cast<Compression>(number % 5),
                                 .producer_id = ProducerId{1000 + number},
                                 .producer_epoch = 0,
                                 .base_sequence = sequence});
    for (int record = 0; record < 2; ++record) {
        std::string value = fmt::format("{:08}", ++history.values);
        std::string key = fmt::format("key {}", history.values % 5);
        value.append(static_cast<std::size_t>(bytes), static_cast<char>('a' + history.values % 26));
        builder.add({.timestamp = {1000 + static_cast<std::int64_t>(history.values)},
                     .key = as_bytes(key),
                     .value = as_bytes(value)});
    }
    return builder.build();
}

struct Making {
    io::SimulatedWorld&    simulated;
    io::World              world;
    DataFolder&            made;
    History                history{};
    std::unique_ptr<Store> store{};
};

Task<> put(Making& making, Partition to, Bytes batch) {
    co_await making.store->shard_of(to.id).enter_if_away();
    auto log = co_await making.store->open_log(to.id, to.topic, log_options_of(to.topic));
    require(log.has_value(), "a new partition opens");
    LeaderEpoch epoch{static_cast<std::int32_t>(making.store->starts())};
    auto        appended = co_await (*log)->append(batch, epoch, making.world.shards[0]->now() + 10s);
    require(appended.has_value(), "a healthy store takes a batch");
    making.made.written.emplace_back(batch.view().begin(), batch.view().end());
}

/// Segments that roll, batches that go to them first, producers with a state.
Task<> write_some(Making& making, Partition to, std::int32_t from, std::int32_t end) {
    for (std::int32_t i = from; i < end; ++i)
        for (std::int64_t number = 0; number < producers; ++number)
            co_await put(making, to, numbered_batch(making.history, number, 2 * i, i % 3 == 2 ? 1'500 : 200));
}

Task<> open_it(Making& making) {
    auto opened =
        co_await open_store(making.world, std::string(data_folder), making.made.options, log_options_of);
    require(opened.has_value(), "a folder opens: new, or with one partition damaged");
    making.store = *std::move(opened);
}

Task<> fill_it(Making& making) {
    std::uint8_t number = 0;
    for (std::string name : {"orders", "audit"}) {
        co_await making.world.shards[0]->enter_if_away();
        co_await make_topic(*making.store, making.history, name, ++number);
        for (std::int32_t index = 0; index < 2 - number / 2; ++index) {
            TopicPartition id{topic_id(number), PartitionIndex{index}};
            making.made.partitions.push_back({name, id});
            making.history.partitions[id].topic = name; // for the move of its log start
        }
    }
    for (std::int32_t part = 0; part < 3; ++part) {
        for (const Partition& partition : making.made.partitions)
            co_await write_some(making, partition, 4 * part, 4 * part + 4);
        co_await making.world.shards[0]->enter_if_away();
        if (part < 2) co_await making.store->checkpoint();
        if (part == 1) co_await making.store->clean();
    }
    co_await move_start(*making.store, making.history, making.made.partitions[0].id, {7});
    co_await making.world.shards[0]->enter_if_away();
}

Task<> read_it(Making& making) {
    for (Partition partition : making.made.partitions) {
        auto read = co_await read_back(*making.store, partition.id, partition.topic);
        require(read.has_value(), "what was written is read");
        Served& served = making.made.readings[partition.id];
        served.log_start = read->log_start;
        for (const auto& [base, bytes] : read->batches)
            served.batches[base] = Content(bytes.view().begin(), bytes.view().end());
    }
    for (const auto& [partition, served] : making.made.readings) // compaction has written some anew
        for (const auto& [base, batch] : served.batches) making.made.written.push_back(batch);
    co_await making.world.shards[0]->enter_if_away();
}

enum class End { kill, clean_stop };

Files files_of(io::SimulatedWorld& simulated) {
    Files files;
    for (const std::string& path : simulated.disk().files())
        if (!path.ends_with(".lock")) files[path] = *simulated.disk().content(path);
    return files;
}

DataFolder make(std::string_view name, Durability durability, End end, void (*work)(Making&)) {
    DataFolder made{
        .name = name, .options = small_store(), .files = {}, .partitions = {}, .readings = {}, .written = {}};
    io::SimulatedWorld simulated(1, {.shards = 2});
    made.options.durability = durability;
    made.options.cleaner.backoff_ms = std::chrono::hours(24); // when told to, and not by itself
    Making making{simulated, simulated.world(), made};
    simulated.run(open_it(making));
    work(making);
    if (end == End::clean_stop) simulated.run(making.store->stop(simulated.shard().now() + 10s));
    simulated.power_off();
    making.store.reset();
    simulated.restart(io::LifeEnd::kill);
    made.files = files_of(simulated);
    simulated.power_off();
    return made;
}

/// A partition lost its segments, and with them its service; they were found again, and the next start is
/// told to merge what was set aside.
DataFolder set_aside(const DataFolder& killed) {
    DataFolder made = killed;
    made.name = "set aside";
    Files found_again;
    for (const auto& [path, content] : killed.files)
        if (path.contains("/orders-1/") && path.ends_with(".log")) found_again[path] = content;
    for (const auto& [path, content] : found_again) made.files.erase(path);
    auto   simulated = world_with(made.files);
    Making making{*simulated, simulated->world(), made};
    simulated->run(open_it(making));
    simulated->power_off();
    making.store.reset();
    simulated->restart(io::LifeEnd::kill);
    made.files = files_of(*simulated);
    require(
        std::ranges::any_of(made.files, [](const auto& file) { return file.first.contains("/stranded/"); }),
        "something is set aside");
    simulated->power_off();
    made.files.merge(found_again);
    made.options.stranded = StoreOptions::Stranded::merge;
    return made;
}

void work_hard(Making& making) {
    making.simulated.run(fill_it(making));
    making.simulated.run(read_it(making));
}

} // namespace

LogOptions log_options_of(std::string_view topic) {
    LogOptions options = small_log({});
    options.is_compacted = topic == "audit";
    options.is_deleted = topic != "audit";
    options.min_cleanable_dirty_ratio = 0;
    options.segment_bytes = 6'000;
    options.wal_external_bytes = 2'000;
    return options;
}

std::unique_ptr<io::SimulatedWorld> world_with(const Files& files) {
    auto world = std::make_unique<io::SimulatedWorld>(1, io::SimulatedOptions{.shards = 2, .disk = at_once});
    std::set<std::string> folders{std::string(data_folder)};
    for (const auto& [path, content] : files)
        for (std::size_t end = path.rfind('/'); end > data_folder.size(); end = path.rfind('/', end - 1))
            folders.insert(path.substr(0, end));
    for (const std::string& folder : folders) world->disk().put_folder(folder);
    for (const auto& [path, content] : files) world->disk().put_file(path, content);
    return world;
}

const std::vector<DataFolder>& data_folders() {
    static const std::vector<DataFolder> made = [] {
        std::vector<DataFolder> folders;
        folders.push_back(make("killed", Durability::synced, End::kill, work_hard));
        folders.push_back(make("stopped", Durability::synced, End::clean_stop, work_hard));
        folders.push_back(make("killed, durability=os", Durability::os, End::kill, work_hard));
        folders.push_back(make("new", Durability::synced, End::kill, [](Making&) {}));
        folders.push_back(set_aside(folders.front()));
        return folders;
    }();
    return made;
}

} // namespace riacho::fuzz
