#include "storage/store/ballast.hpp"

#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/log/partition_metadata.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger ballast_logger{"storage"};
constexpr Time        look_pause = std::chrono::seconds(1);
constexpr Time calm_pause = std::chrono::seconds(10); // where others would have to take a lot meanwhile
constexpr std::uint64_t plenty = 16;                  // reserves
constexpr std::uint64_t ballast_piece = 1u << 20;     // no sync of the log finds more before it
constexpr std::size_t   ballast_key = 0x62616c;       // any thread of the pool, the same each time

Task<> add_zeros(io::Disk& disk, std::string path, std::uint64_t from, std::uint64_t size) {
    auto file = co_await disk.open(path, io::OpenMode::create);
    if (from == 0) co_await disk.sync_folder(parent_folder(path));
    std::vector<std::byte> zeros(size);
    co_await file->write(from, {ByteView(zeros)});
    co_await file->sync();
}

Task<> shorten_ballast(io::Disk& disk, std::string path, std::uint64_t to) {
    auto file = co_await disk.open(path, io::OpenMode::write);
    co_await file->truncate(to);
}

Task<std::uint64_t> size_of_ballast(io::Disk& disk, std::string path) {
    if (!co_await disk.exists(path)) co_return 0;
    auto file = co_await disk.open(path, io::OpenMode::read);
    co_return co_await file->size();
}

} // namespace

Task<bool> drop_ballast(io::Disk& disk, Layout layout) {
    if (!co_await disk.exists(layout.ballast())) co_return false;
    co_await disk.remove(layout.ballast());
    co_await disk.sync_folder(layout.folder);
    co_return true;
}

Ballast::Ballast(Place place)
    : place_(std::move(place)), turns_(place_.home), stopping_(place_.home), group_(place_.home) {}

Task<> Ballast::start() {
    co_await find();
    co_await look(Look::first);
    group_.spawn_now(look_regularly());
    group_.spawn_now(answer_reports());
}

Task<> Ballast::stop() {
    stopping_.set();
    place_.space.reports().wake();
    co_await group_.join();
}

/// What an earlier life left of it.
Task<> Ballast::find() {
    io::Shard&  thread = place_.world.pool.thread_for(ballast_key);
    std::string path = place_.layout.ballast();
    held_ = co_await io::run_on(thread, place_.home, size_of_ballast(place_.world.disk, path));
    if (held_ <= place_.reserve) co_return;
    if (place_.reserve == 0) {
        co_await give_up();
        co_return;
    }
    co_await io::run_on(thread, place_.home, shorten_ballast(place_.world.disk, path, place_.reserve));
    held_ = place_.reserve;
}

Task<> Ballast::look_regularly() {
    for (;;) {
        bool is_calm = has_plenty_ && held_ == place_.reserve;
        Time pause = is_calm ? calm_pause : look_pause;
        if (co_await stopping_.wait_until(place_.home.now() + pause)) co_return;
        co_await look(Look::next);
    }
}

Task<> Ballast::answer_reports() {
    while (!stopping_.is_set()) {
        co_await place_.space.reports().wait();
        bool is_full = !place_.space.reports().take_all().empty();
        if (!is_full || stopping_.is_set()) continue;
        co_await give_up();
        co_await look(Look::first);
    }
}

Task<> Ballast::give_up() {
    io::Mutex::Turn turn = co_await turns_.lock();
    if (held_ == 0) co_return;
    try {
        io::Shard& thread = place_.world.pool.thread_for(ballast_key);
        co_await io::run_on(thread, place_.home, drop_ballast(place_.world.disk, place_.layout));
        ballast_logger.warn("the disk is full: {} bytes of {} are given up for what was acknowledged", held_,
                            place_.layout.ballast());
        held_ = 0;
    } catch (const io::DiskError& error) {
        ballast_logger.error("the reserve of the disk cannot be given up: {}", error.what());
    }
}

/// Asks the disk what it has. The first look fills nothing: a start has other needs of the disk.
Task<> Ballast::look(Look which) {
    io::Mutex::Turn turn = co_await turns_.lock();
    try {
        io::Shard&    thread = place_.world.pool.thread_for(ballast_key);
        std::int64_t  written = place_.space.written();
        std::int64_t  taken = place_.space.taken();
        std::uint64_t free =
            co_await io::run_on(thread, place_.home, place_.world.disk.free_bytes(place_.layout.folder));
        if (which == Look::next && held_ < place_.reserve) {
            std::uint64_t before = held_;
            co_await fill(free);
            free -= std::min(free, held_ - before);
        }
        auto reserve = static_cast<std::int64_t>(place_.reserve);
        auto left = static_cast<std::int64_t>(free + held_) - reserve;
        place_.space.measured(written, left, reserve);
        has_plenty_ = free >= plenty * place_.reserve;
        tell(left, free, std::max<std::int64_t>(taken - written, 0));
    } catch (const io::DiskError& error) {
        ballast_logger.warn("the disk does not say how much room it has: {}", error.what());
    }
}

/// As far as there is space beyond what is not yet written out, and a quarter of the reserve more, so that it
/// is not given up and made again all the time.
Task<> Ballast::fill(std::uint64_t free) {
    auto unwritten = place_.space.taken() - place_.space.written();
    auto needed = static_cast<std::uint64_t>(std::max<std::int64_t>(unwritten, 0)) +
                  (place_.reserve - held_) + place_.reserve / 4;
    if (free < needed) co_return;
    io::Shard& thread = place_.world.pool.thread_for(ballast_key);
    try {
        while (held_ < place_.reserve && !stopping_.is_set()) {
            std::uint64_t size = std::min(ballast_piece, place_.reserve - held_);
            co_await io::run_on(thread, place_.home,
                                add_zeros(place_.world.disk, place_.layout.ballast(), held_, size));
            held_ += size;
        }
    } catch (const io::DiskError& error) {
        if (!error.is_full()) throw;
    }
}

void Ballast::tell(std::int64_t left, std::uint64_t free, std::int64_t unwritten) {
    bool is_refusing = unwritten > left;
    if (is_refusing == std::exchange(is_refusing_, is_refusing)) return;
    if (is_refusing)
        ballast_logger.warn(
            "the disk of {} is nearly full, produce is refused: {} bytes are free, {} are not "
            "yet written out, {} are the reserve (disk.reserve.bytes)",
            place_.layout.folder, free, unwritten, place_.reserve);
    else
        ballast_logger.info("the disk of {} has room again, {} bytes: produce is taken", place_.layout.folder,
                            free);
}

} // namespace riacho::storage
