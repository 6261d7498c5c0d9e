#include "body.hpp"

#include "system.hpp"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>

namespace riacho::mirror {

void Body::written(int live, Part part, Coins& coins) {
    unsynced_.add(part.from, part.to);
    if (coins.keeps() == Keeps::nothing) return;
    int mirror = open_mirror();
    if (coins.keeps() == Keeps::everything)
        copy(live, mirror, part);
    else
        keep_some(live, mirror, part, coins);
    system::close(mirror);
}

/// Whole writes are kept or lost often enough that a run with many of them meets both; else a first part of
/// the sectors stays, or each by its own coin.
void Body::keep_some(int live, int mirror, Part part, Coins& coins) const {
    auto [from, to] = part;
    enum Style : std::uint64_t { lose, keep, first_part, each, styles };
    std::uint64_t style = coins.below(styles);
    if (style == lose) return;
    if (style == keep) return copy(live, mirror, part);
    if (coins.below(4) == 0 && size_of(mirror) < to) system::resize(mirror, to); // size without data
    if (style == first_part)
        return copy(live, mirror, {from, (from + coins.below(to - from)) / sector * sector});
    for (std::uint64_t at = from; at < to;) {
        std::uint64_t next = std::min((at / sector + 1) * sector, to);
        if (coins.keep()) copy(live, mirror, {at, next});
        at = next;
    }
}

void Body::resized(std::uint64_t before, std::uint64_t after, Coins& coins) {
    unsynced_.add(std::min(before, after), std::max(before, after));
    if (!coins.keep()) return;
    int mirror = open_mirror();
    if (system::resize(mirror, after) != 0) system::refuse("resizing", path_);
    system::close(mirror);
}

void Body::synced(int live, const Ranges& promised) {
    int           mirror = open_mirror();
    std::uint64_t size = size_of(live);
    for (auto [from, to] : promised) copy(live, mirror, {from, std::min(to, size)});
    if (system::resize(mirror, size) != 0) system::refuse("resizing", path_);
    system::close(mirror);
}

void Body::written_through(int live, Part part) {
    int mirror = open_mirror();
    copy(live, mirror, part);
    system::close(mirror);
}

void Body::copy(int live, int mirror, Part part) const {
    auto [from, to] = part;
    std::array<char, 65536> buffer;
    while (from < to) {
        long got =
            system::read_at(live, buffer.data(), std::min<std::uint64_t>(buffer.size(), to - from), from);
        if (got == 0) return; // the file has become shorter meanwhile
        if (got < 0 || system::write_at(mirror, buffer.data(), static_cast<std::size_t>(got), from) != got)
            system::refuse("copying", path_);
        from += static_cast<std::uint64_t>(got);
    }
}

int Body::open_mirror() const {
    int fd = system::open(path_, O_RDWR | O_CREAT, 0644);
    if (fd < 0) system::refuse("opening", path_);
    return fd;
}

std::uint64_t Body::size_of(int fd) const {
    struct stat status{};
    if (::fstat(fd, &status) != 0) system::refuse("measuring", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

} // namespace riacho::mirror
