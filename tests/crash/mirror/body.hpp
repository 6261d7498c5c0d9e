#pragma once

#include "coins.hpp"
#include "names.hpp"
#include "ranges.hpp"

#include <mutex>
#include <string>
#include <utility>

namespace riacho::mirror {

/// [from, to) of a file.
struct Part {
    std::uint64_t from;
    std::uint64_t to;
};

/// A file's bytes and size on the medium, in `<store>/data/<id>`. What is written or cut off is there once
/// the file was synced; until then chance decides when it happens: each 512-byte sector for itself, and so
/// the size. 512 bytes is the least that a disk writes as a whole, so a block of the file system can be torn
/// here, too.
///
/// A file of an earlier process counts as unsynced in all its parts until its first sync: what a kill left in
/// the page cache, a sync by the next process makes durable.
class Body {
public:
    static constexpr std::uint64_t sector = 512;

    Body(const std::string& store, Id id) : id_(std::move(id)), path_(store + "/data/" + id_) {
        unsynced_.add(0, Ranges::end_of_all);
    }

    const Id& id() const { return id_; }
    /// Held from before the real sync until its effect is in the mirror.
    std::mutex& syncing() { return syncing_; }

    // Under the mirror's lock; `live` is the file itself.

    void written(int live, Part part, Coins& coins);
    void resized(std::uint64_t before, std::uint64_t after, Coins& coins);
    /// What a sync that starts now is about.
    Ranges promised() { return std::exchange(unsynced_, {}); }
    void   synced(int live, const Ranges& promised);
    /// O_DSYNC: this part, and a size that includes it.
    void written_through(int live, Part part);

private:
    int           open_mirror() const;
    void          keep_some(int live, int mirror, Part part, Coins& coins) const;
    void          copy(int live, int mirror, Part part) const;
    std::uint64_t size_of(int fd) const;

    Id          id_;
    std::string path_;
    Ranges      unsynced_;
    std::mutex  syncing_;
};

} // namespace riacho::mirror
