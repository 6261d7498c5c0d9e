#pragma once

#include "base/bytes.hpp"
#include "io/disk.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace riacho::storage {

/// A file of sorted entries of one size. Entries wait in memory until `flush`; lookups see them all.
/// Used on the partition's pool thread. Not preallocated: Kafka reads that too.
class IndexFile {
public:
    IndexFile(io::Disk& disk, std::string path, std::size_t entry_bytes)
        : disk_(disk), slot_(disk, std::move(path)), entry_bytes_(entry_bytes) {}

    /// Looks how many whole entries there are; none in a file that is missing.
    Task<> load();
    /// The file exists afterwards, be it empty.
    Task<> create();

    std::size_t count() const { return written_ + pending_.size() / entry_bytes_; }
    void        append(ByteView entry) { pending_.insert(pending_.end(), entry.begin(), entry.end()); }
    /// Writes what was appended; after an error it may be tried again.
    Task<> flush();
    /// Flushes, and syncs what was written since the last time.
    Task<> sync();
    /// Keeps the first `count` entries, and that on the medium: what was cut must not come back between new
    /// entries.
    Task<> cut(std::size_t count);
    void   close() { slot_.close(); }
    /// Opens the file, if there is one.
    Task<> pin();

    /// `size` entries from `from` on, at most what there is.
    Task<std::vector<std::byte>> read(std::size_t from, std::size_t size);
    using Predicate = std::function<bool(const std::byte* entry)>;
    /// How many entries come before the first for which `is_before` does not hold; sorted by that.
    Task<std::size_t> count_before(Predicate is_before);

    const std::string& path() const { return slot_.path(); }

private:
    io::Disk&              disk_;
    io::CachedFile         slot_;
    std::size_t            entry_bytes_;
    std::size_t            written_ = 0; // entries
    std::vector<std::byte> pending_;
    bool                   exists_ = false;
    bool                   is_dirty_ = false;
};

} // namespace riacho::storage
