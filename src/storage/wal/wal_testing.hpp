#pragma once

#include "io/testing.hpp"
#include "storage/wal/file_wal.hpp"
#include "storage/wal/scan.hpp"

#include <memory>
#include <string>
#include <vector>

/// For tests of the write-ahead log alone.
namespace riacho::storage::testing_wal {

inline constexpr std::uint64_t small_file_bytes = 64u << 10;

/// A new log in "<folder>/wal" of a simulated world, and what a reader finds there.
struct WalRun {
    io::World                world;
    std::string              folder;
    std::unique_ptr<FileWal> wal;
    ChainStart               start;

    explicit WalRun(io::World in, std::string data_folder)
        : world(std::move(in)), folder(data_folder + "/wal") {}

    Task<> begin(FileWalOptions options) {
        options.ring.folder = folder;
        co_await world.disk.make_folder(folder);
        co_await world.disk.sync_folder(folder.substr(0, folder.rfind('/')));
        wal = std::make_unique<FileWal>(world, options);
        co_await wal->ring().begin(1, {1});
        co_await wal->start(*world.shards[0], {});
        start = co_await wal->start_for(*world.shards[0], {1});
    }
};

inline Entry entry_of(std::int32_t partition, std::int64_t offset, std::int64_t bytes) {
    Entry entry;
    entry.partition.index = PartitionIndex{partition};
    entry.base_offset = {offset};
    entry.bytes =
        Bytes::copy_of(std::string(static_cast<std::size_t>(bytes), static_cast<char>('a' + offset % 26)));
    return entry;
}

/// Every entry from `start` on, `next` apart.
inline Task<Outcome<std::vector<Entry>, ScanError>> read_chain(io::Disk& disk, std::string folder,
                                                               ChainStart start, FrameNumber known) {
    ChainReader        reader(disk, folder, start);
    std::vector<Entry> entries;
    for (;;) {
        auto frame = co_await reader.next();
        if (!frame) co_return std::unexpected(frame.error());
        if (!*frame) break;
        for (Entry& entry : (*frame)->entries)
            if (entry.kind != EntryKind::next) entries.push_back(std::move(entry));
    }
    auto verified = co_await reader.verify_end(known);
    if (!verified) co_return std::unexpected(verified.error());
    co_return entries;
}

} // namespace riacho::storage::testing_wal
