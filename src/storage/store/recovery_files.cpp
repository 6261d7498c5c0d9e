// What recovery does to the files of the log, and how a new folder begins.
#include "codec/uuid.hpp"
#include "storage/store/folders.hpp"
#include "storage/store/kafka_files.hpp"
#include "storage/store/recovery.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

Uuid random_uuid(Random& random) {
    Uuid id;
    for (std::size_t i = 0; i < 2; ++i) {
        std::uint64_t bits = random.bits();
        std::memcpy(id.bytes.data() + 8 * i, &bits, sizeof bits);
    }
    id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40}; // version 4
    id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    return id;
}

} // namespace

Task<> Recovery::adopt_chain() {
    std::vector<std::unique_ptr<WalFile>> files;
    for (const ChainFile& found : chain_) {
        auto file = std::make_unique<WalFile>();
        file->header = found.header;
        file->path = found.path;
        file->file = co_await disk().open(found.path, io::OpenMode::write);
        file->filled = found.bytes / wal_block * wal_block;
        file->first = found.first;
        file->last = found.last;
        files.push_back(std::move(file));
    }
    store_->file_wal().ring().adopt(std::move(files), chain_.back().end, {last_frame_.value + 1});
}

/// Before the first new frame nothing that was dropped can validate: the rest of the last file is zeroed, and
/// files outside the chain lose their header, and with it the salt.
Task<> Recovery::scrub() {
    const ChainFile& last = chain_.back();
    {
        auto file = co_await disk().open(last.path, io::OpenMode::write);
        co_await fill_with_zeros(*file, last.end, last.bytes);
    }
    for (const std::string& name : co_await disk().list(place_.layout.wal())) {
        auto in_chain = [&](const ChainFile& file) { return file.path.ends_with("/" + name); };
        if (std::ranges::none_of(chain_, in_chain)) co_await scrub_file(name);
    }
    co_await disk().sync_folder(place_.layout.wal());
}

Task<> Recovery::scrub_file(std::string name) {
    std::string path = fmt::format("{}/{}", place_.layout.wal(), name);
    if (name.ends_with(wal_filling_suffix)) co_return co_await disk().remove(path);
    auto number = wal_file_number(name);
    if (!number) co_return;
    auto kept = std::make_unique<WalFile>();
    kept->header.number = *number;
    kept->path = path;
    kept->file = co_await disk().open(path, io::OpenMode::write);
    kept->filled = co_await kept->file->size();
    co_await fill_with_zeros(*kept->file, 0, std::min<std::uint64_t>(wal_block, kept->filled));
    if (!store_->file_wal().ring().adopt_free(std::move(kept))) co_await disk().remove(path);
}

/// A new folder: its first file, then the checkpoint that names it, then nothing but the name of the cluster
/// is left to make.
Task<Recovery::Done> Recovery::create() {
    if (auto done = co_await refuse_old_frames(); !done) co_return std::unexpected(done.error());
    co_await remove_wal_files();
    auto properties = co_await read_meta_properties(disk(), place_.layout);
    if (!properties) {
        properties = MetaProperties{uuid_text(random_uuid(place_.world.random)),
                                    uuid_text(random_uuid(place_.world.random))};
        co_await write_meta_properties(disk(), place_.layout, *properties);
    }
    store_->set_cluster_id(properties->cluster_id);
    Ring& ring = store_->file_wal().ring();
    co_await ring.begin(1, {1});
    checkpoint_.mode = found_mode_ = place_.options.durability;
    checkpoint_.chain = ring.start_for({1});
    checkpoint_.next_file_number = ring.next_file_number();
    checkpoint_.low_water = {1};
    topics_.live.emplace(cluster_metadata_id, cluster_metadata_topic);
    co_return co_await finish();
}

/// Without a checkpoint there can be no frame: one is written when the folder is created.
Task<Recovery::Done> Recovery::refuse_old_frames() {
    for (const std::string& name : co_await disk().list(place_.layout.wal())) {
        if (!wal_file_number(name)) continue;
        std::string path = fmt::format("{}/{}", place_.layout.wal(), name);
        auto        content = co_await disk().open(path, io::OpenMode::read);
        Bytes       blocks(std::make_shared<Buffer>(2 * wal_block));
        std::size_t size = co_await content->read(0, blocks.writable());
        auto        header = decode_wal_file_header(blocks.view().first(std::min(size, wal_block)));
        auto claim = size == blocks.size() ? frame_claim(blocks.view().subspan(wal_block)) : std::nullopt;
        if (!header || !claim) continue;
        Bytes frame(std::make_shared<Buffer>(claim->size()));
        size = co_await content->read(wal_block, frame.writable());
        if (size == frame.size() && frame_validates(frame.view(), header->salt))
            co_return fail(StoreError::damaged, fmt::format("{} holds frames, and {} is missing", path,
                                                            place_.layout.checkpoint()));
    }
    for (const std::string& name : co_await disk().list(place_.layout.log()))
        if (is_partition_folder(name))
            co_return fail(StoreError::damaged,
                           fmt::format("{}/{} is there, and {} is missing", place_.layout.log(), name,
                                       place_.layout.checkpoint()));
    co_return Done{};
}

Task<> Recovery::remove_wal_files() {
    auto names = co_await disk().list(place_.layout.wal());
    if (names.empty()) co_return;
    for (const std::string& name : names)
        if (wal_file_number(name) || name.ends_with(wal_filling_suffix))
            co_await disk().remove(fmt::format("{}/{}", place_.layout.wal(), name));
    co_await disk().sync_folder(place_.layout.wal());
}

} // namespace riacho::storage
