// What happens to a broker besides its clients' requests: checkpoints, log starts that move, and whatever
// breaks.
#include "broker/local.hpp"
#include "crowd.hpp"
#include "storage/store/file_store.hpp"

#include <algorithm>
#include <cerrno>

namespace riacho::scenarios {
namespace {

constexpr std::uint64_t room_enough = std::uint64_t{1} << 40;

Task<> checkpoint(Crowd& crowd) {
    io::Shard& home = crowd.cluster().world().shard();
    co_await home.enter();
    co_await crowd.cluster().broker().store().checkpoint();
    co_await crowd.shard().enter();
}

/// As DeleteRecords does: often into the middle of a batch.
Task<> move_log_start(Crowd& crowd, Crowd::Place& place) {
    if (place.batches.size() < 4 || !place.topic->id) co_return;
    auto [base, count] = place.batches[crowd.random().between(0, place.batches.size() / 2)];
    std::int64_t to =
        base + static_cast<std::int64_t>(crowd.random().between(0, static_cast<std::uint64_t>(count)));
    if (to <= place.log_start_asked) co_return;
    place.log_start_asked = to;
    TopicPartition partition{*place.topic->id, PartitionIndex{place.index}};
    broker::Local& local = crowd.cluster().broker().local_of(partition);
    co_await local.shard.enter();
    bool has_moved = false;
    if (auto topic = local.image.find(place.topic->name); topic && topic->id == place.topic->id) {
        auto use = co_await local.partitions.use(topic, place.index);
        if (use && to <= (*use)->log().high_watermark().value)
            has_moved = (co_await (*use)->log().move_log_start({to})).has_value();
    }
    co_await crowd.shard().enter();
    if (!has_moved) co_return;
    place.log_start = std::max(place.log_start, to);
    if (to > base && to < base + count) ++crowd.count()["log starts inside a batch"];
}

/// The segments of one partition, or the whole disk, find no room for a while.
Task<> fill_disk(Crowd& crowd, io::SimulatedDisk& disk) {
    if (crowd.one_in(3)) {
        disk.set_capacity(disk.used_bytes() + crowd.random().between(0, 60'000));
        co_await crowd.pause(300ms);
        disk.set_capacity(room_enough);
    } else {
        const Crowd::Place& place = crowd.any_place();
        std::string         path = fmt::format("/{}-{}/", place.topic->name, place.index);
        disk.fail_next(io::DiskOperation::write, path, ENOSPC, crowd.random().between(1, 6));
    }
}

Task<> slow_disk(Crowd& crowd, io::SimulatedDisk& disk) {
    io::SimulatedDiskOptions slow;
    slow.slow_sync_one_in = crowd.random().between(1, 4);
    slow.slow_sync_max = 30ms;
    disk.set_options(slow);
    ++crowd.count()["slow syncs"];
    co_await crowd.pause(100ms);
    disk.set_options({});
}

void break_disk(Crowd& crowd, io::SimulatedDisk& disk) {
    auto&       place = crowd.any_place();
    std::string path = fmt::format("/{}-{}/", place.topic->name, place.index);
    switch (crowd.random().between(0, 5)) {
    case 0:
        disk.fail_next(io::DiskOperation::sync, "/wal/", EIO);
        break;
    case 1:
        disk.fail_next(io::DiskOperation::write, "/wal/", EIO);
        break;
    case 2:
        place.may_be_offline = true;
        disk.fail_next(io::DiskOperation::write, path, EIO);
        break;
    case 3:
        place.may_be_offline = true;
        disk.fail_next(io::DiskOperation::sync, path, EIO);
        break;
    default:
        place.may_be_offline = true; // where it is read to be opened
        disk.fail_next(io::DiskOperation::read, path, EIO);
    }
}

Task<> break_network(Crowd& crowd, io::MemoryNetwork& network) {
    auto        clients = network.clients();
    std::string client = clients.empty() ? "" : clients[crowd.random().between(0, clients.size() - 1)];
    switch (crowd.random().between(0, 4)) {
    case 0:
        network.hold();
        co_await crowd.pause(40ms);
        network.release();
        ++crowd.count()["held connections"];
        co_return;
    case 1:
        network.cut_after(crowd.random().between(1, 20'000));
        break;
    case 2:
        network.half_close(client);
        ++crowd.count()["half closed connections"];
        co_return;
    default:
        network.cut(client);
    }
    ++crowd.count()["broken connections"];
}

} // namespace

Task<> disturb(Crowd& crowd) {
    io::SimulatedDisk&  disk = crowd.cluster().world().disk();
    io::MemoryNetwork&  network = crowd.cluster().world().network();
    auto&               store = dynamic_cast<storage::FileStore&>(crowd.cluster().broker().store());
    storage::FileWal&   wal = store.file_wal();
    const std::uint64_t events = crowd.plan().disk == CrowdPlan::Disk::breaks ? 12 : 11;
    // One file's worth is kept for what makes room; of the rest, a twentieth is less than the next batch.
    const auto&  options = crowd.plan().broker.store;
    const double full =
        0.95 - static_cast<double>(options.wal_file_bytes) / static_cast<double>(options.wal_bytes_max);
    while (!crowd.is_over()) {
        co_await crowd.pause(30ms);
        if (wal.fullness() >= full) ++crowd.count()["full ring"];
        switch (crowd.random().between(0, events)) {
        case 0:
        case 1:
        case 2:
        case 3:
            crowd.spawn(checkpoint(crowd));
            break;
        case 4:
        case 5:
            crowd.spawn(move_log_start(crowd, crowd.any_place()));
            break;
        case 6:
        case 7:
            co_await fill_disk(crowd, disk);
            break;
        case 8:
            co_await slow_disk(crowd, disk);
            break;
        case 9:
        case 10:
            co_await break_network(crowd, network);
            break;
        case 12:
            break_disk(crowd, disk);
            break;
        default:
            break;
        }
    }
}

} // namespace riacho::scenarios
