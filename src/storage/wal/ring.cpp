#include "storage/wal/ring.hpp"

#include "io/run_on.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {
namespace {

constexpr std::uint64_t first_file_bytes = 1u << 20;
constexpr std::size_t   spares_wanted = 2;
constexpr std::size_t   fill_key = 0x77616c; // any thread of the pool, the same each time

} // namespace

Ring::Ring(io::World& world, RingOptions options)
    : world_(world), options_(std::move(options)), changed_(world.flusher) {
    options_.file_bytes = std::max(whole_blocks(options_.file_bytes), ring_file_bytes_min);
    options_.files_max = std::max(options_.files_max, ring_files_min);
    std::uint64_t payload = options_.file_bytes - 2 * wal_block; // without the header and the last block
    largest_frame_ = std::min<std::uint64_t>(payload / 4, options_.round_bytes_max) / wal_block * wal_block;
    largest_frame_ = std::max<std::uint64_t>(largest_frame_, wal_block);
}

Task<> Ring::begin(std::uint64_t file_number, FrameNumber next_frame) {
    WalFileHeader header{file_number, {world_.random.bits()}, options_.mode};
    auto          bytes = std::min<std::uint64_t>(first_file_bytes, options_.file_bytes);
    auto          file = co_await make_wal_file(world_.disk, options_.folder, header, bytes);
    file->first = next_frame;
    chain_.push_back(std::move(file));
    position_ = wal_block;
    next_frame_ = next_frame;
    next_file_number_ = file_number + 1;
    account();
}

void Ring::adopt(std::vector<std::unique_ptr<WalFile>> chain, std::uint64_t position,
                 FrameNumber next_frame) {
    check(!chain.empty(), "a chain has at least one file");
    for (auto& file : chain) {
        next_file_number_ = std::max(next_file_number_, file->header.number + 1);
        chain_.push_back(std::move(file));
    }
    position_ = position;
    next_frame_ = next_frame;
    account();
}

bool Ring::adopt_free(std::unique_ptr<WalFile> file) {
    next_file_number_ = std::max(next_file_number_, file->header.number + 1);
    if (file->filled != options_.file_bytes || files() >= options_.files_max) return false;
    free_.push_back(std::move(file));
    account();
    return true;
}

// ---- room

/// What a file of `size` bytes surely takes from `position` on: see the class.
std::int64_t Ring::promised(std::uint64_t size, std::uint64_t position) const {
    std::uint64_t lost = position + largest_frame_; // the last block, and largest_frame_ - wal_block
    return size > lost ? static_cast<std::int64_t>(size - lost) : 0;
}

/// The chain's first file is short and grows.
std::uint64_t Ring::capacity(const WalFile& file) const { return std::max(file.filled, options_.file_bytes); }

std::int64_t Ring::spare_room() const {
    std::int64_t room = 0;
    for (const auto& file : spares_) room += promised(file->filled, wal_block);
    for (const auto& file : free_) room += promised(file->filled, wal_block);
    if (relabelled_) room += promised(relabelled_->filled, wal_block);
    return room;
}

void Ring::account() {
    std::int64_t now = spare_room() + promised(capacity(*chain_.back()), position_);
    room_.add(now - std::exchange(promised_, now));
    std::uint64_t more = options_.files_max > files() ? options_.files_max - files() : 0;
    std::int64_t  whole = promised(options_.file_bytes, wal_block);
    room_.set_floor(more > 0 ? 0 : whole);
    if (wants_spare()) changed_.set();
}

double Ring::fullness() const {
    auto          whole = static_cast<double>(promised(options_.file_bytes, wal_block));
    std::uint64_t more = options_.files_max > files() ? options_.files_max - files() : 0;
    double free = static_cast<double>(room_.free_bytes()) + static_cast<double>(more + preparing_) * whole;
    return 1 - free / (static_cast<double>(options_.files_max) * whole);
}

// ---- writing

bool Ring::takes(std::uint64_t bytes) const {
    const WalFile& file = *chain_.back();
    std::uint64_t  end = position_ + bytes + wal_block;
    if (end <= file.filled) return true;
    if (end > capacity(file)) return false;
    // Appending is slower than overwriting, but what was promised of the rest may not be lost.
    bool may_leave = has_spare() && room_.free_bytes() >= promised(capacity(file), position_);
    return !may_leave;
}

std::uint64_t Ring::frame_room(std::uint64_t least) const {
    const WalFile& file = *chain_.back();
    std::uint64_t  end = position_ + least + wal_block <= file.filled ? file.filled : capacity(file);
    return end - wal_block - position_;
}

void Ring::wrote(FrameNumber frame, std::uint64_t bytes) {
    WalFile& file = *chain_.back();
    position_ += bytes;
    file.last = frame;
    file.filled = std::max(file.filled, position_);
    next_frame_ = {frame.value + 1};
    account();
}

void Ring::enter_spare() {
    check(has_spare(), "a file joins the chain after it was prepared");
    chain_.push_back(std::move(spares_.front()));
    spares_.pop_front();
    chain_.back()->first = next_frame_;
    position_ = wal_block;
    account();
}

// ---- reuse

ChainStart Ring::start_for(FrameNumber low_water) const {
    for (const auto& file : chain_)
        if (file->last >= low_water || file == chain_.back())
            return {file->header.number, file->header.salt, file->first};
    check(false, "a chain has at least one file");
    return {};
}

std::vector<std::unique_ptr<WalFile>> Ring::recycle_below(FrameNumber low_water) {
    std::vector<std::unique_ptr<WalFile>> rest;
    while (chain_.size() > 1 && chain_.front()->last < low_water) {
        std::unique_ptr<WalFile> file = std::move(chain_.front());
        chain_.pop_front();
        if (file->filled == options_.file_bytes && files() < options_.files_max)
            free_.push_back(std::move(file));
        else
            rest.push_back(std::move(file));
    }
    account();
    return rest;
}

std::vector<WalFile*> Ring::unsynced_files() {
    std::vector<WalFile*> files;
    for (const auto& file : chain_)
        if (file->unsynced == WalFile::Unsynced::yes) files.push_back(file.get());
    return files;
}

std::vector<std::string> Ring::paths() const {
    std::vector<std::string> paths;
    for (const auto& file : chain_) paths.push_back(file->path);
    for (const auto& file : spares_) paths.push_back(file->path);
    for (const auto& file : free_) paths.push_back(file->path);
    return paths;
}

// ---- filling

bool Ring::wants_spare() const {
    if (spares_.size() + preparing_ + (relabelled_ ? 1 : 0) >= spares_wanted) return false;
    return !free_.empty() || files() < options_.files_max;
}

Task<> Ring::prepare_spare() {
    WalFileHeader      header{next_file_number_++, {world_.random.bits()}, options_.mode};
    io::Shard&         thread = world_.pool.thread_for(fill_key);
    std::exception_ptr error;
    if (!free_.empty()) {
        relabelled_ = std::move(free_.back());
        free_.pop_back();
        try {
            co_await io::run_on(thread, world_.flusher,
                                relabel(world_.disk, options_.folder, *relabelled_, header));
        } catch (...) { error = std::current_exception(); }
        if (error) free_.push_back(std::move(relabelled_));
        if (error) std::rethrow_exception(error);
        spares_.push_back(std::move(relabelled_));
    } else {
        ++preparing_;
        std::unique_ptr<WalFile> file;
        try {
            file = co_await io::run_on(
                thread, world_.flusher,
                make_wal_file(world_.disk, options_.folder, header, options_.file_bytes, &thread));
        } catch (...) { error = std::current_exception(); }
        --preparing_;
        if (error) std::rethrow_exception(error);
        spares_.push_back(std::move(file));
    }
    account();
    changed_.set();
}

} // namespace riacho::storage
