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
        value.append(static_cast<std::size_t>(bytes), static_cast<char>('a' + history.values % 26));
        builder.add(
            {.timestamp = {1000 + static_cast<std::int64_t>(history.values)}, .value = as_bytes(value)});
    }
    return builder.build();
}

/// Segments that roll, batches that go to them first, producers with a state, a log start inside of a batch.
Task<> write_some(Store& store, History& history, TopicPartition partition, std::int32_t from,
                  std::int32_t to) {
    for (std::int32_t i = from; i < to; ++i)
        for (std::int64_t number = 0; number < producers; ++number)
            co_await put_batch(store, history, partition,
                               numbered_batch(history, number, 2 * i, i % 3 == 2 ? 1'500 : 200));
}

struct Making {
    io::SimulatedWorld&    simulated;
    io::World              world;
    DataFolder&            made;
    History                history{};
    std::unique_ptr<Store> store{};
};

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
            making.history.partitions[id].topic = name;
        }
    }
    for (std::int32_t part = 0; part < 3; ++part) {
        for (const Partition& partition : making.made.partitions)
            co_await write_some(*making.store, making.history, partition.id, 3 * part, 3 * part + 3);
        co_await making.world.shards[0]->enter_if_away();
        if (part < 2) co_await making.store->checkpoint();
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
    for (const auto& [partition, history] : making.history.partitions)
        for (const Attempt& attempt : history.attempts)
            making.made.written.emplace_back(attempt.batch.view().begin(), attempt.batch.view().end());
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

/// A partition lost a segment, and with it its service; the segment was found again, and the next start is
/// told to merge what was set aside.
DataFolder set_aside(const DataFolder& killed) {
    DataFolder made = killed;
    made.name = "set aside";
    auto lost = std::ranges::find_if(made.files, [](const auto& file) {
        return file.first.contains("/orders-1/") && file.first.ends_with(".log");
    });
    require(lost != made.files.end(), "there is a segment to lose");
    auto found_again = *lost;
    made.files.erase(lost);
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
    made.files.insert(found_again);
    made.options.stranded = StoreOptions::Stranded::merge;
    return made;
}

void work_hard(Making& making) {
    making.simulated.run(fill_it(making));
    making.simulated.run(read_it(making));
}

} // namespace

LogOptions log_options_of(std::string_view) {
    LogOptions options = small_log({});
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
