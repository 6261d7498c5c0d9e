#pragma once

#include "base/bytes.hpp"
#include "io/file_cache.hpp"
#include "riacho/task.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace riacho::io {

/// What the disk answered instead of doing its work: which call, on which path, errno. A broken world, so it
/// is thrown; caught once per partition or job.
class DiskError : public std::runtime_error {
public:
    DiskError(std::string_view operation, std::string path, int error_number);

    const std::string& path() const { return path_; }
    int                error_number() const { return error_number_; }
    /// ENOSPC or EDQUOT: not a broken disk, a full one.
    bool is_full() const;
    /// EMFILE or ENFILE: too many files are open, here or in the system. It passes.
    bool lacks_descriptors() const;

private:
    std::string path_;
    int         error_number_;
};

/// One open file. Positions and sizes in bytes. The real one blocks its thread (pread, pwritev, fdatasync of
/// libc, no mapping), so it is used on the flusher or a pool thread; the simulated one takes virtual time.
/// Several reads may be under way at once; writes, truncate and sync are the owner's to order.
/// Closed when it dies, without a sync.
class File {
public:
    virtual ~File() = default;
    /// Fills `into` from `at`; gives fewer bytes only at the end of the file.
    virtual Task<std::size_t> read(std::uint64_t at, std::span<std::byte> into) = 0;
    /// Writes all pieces, one after the other, from `at`. After an error any part may have been written.
    virtual Task<> write(std::uint64_t at, std::vector<ByteView> pieces) = 0;
    /// A hint that promises nothing: the disk may begin with this part, so that the next sync finds less.
    virtual void start_writing(std::uint64_t /*at*/, std::uint64_t /*size*/) {}
    /// Everything written before the call, and the file's size, is on the medium when it returns; the file's
    /// name may not be (`Disk::sync_folder`). A failed sync is never tried again and called success.
    virtual Task<>              sync() = 0;
    virtual Task<>              truncate(std::uint64_t size) = 0;
    virtual Task<std::uint64_t> size() = 0;
};

enum class OpenMode {
    read,      ///< must exist
    write,     ///< read and write, must exist
    create,    ///< read and write, made if missing
    create_new ///< read and write, must not exist
};

/// A lock that this process holds on a file until it dies.
class FileLock {
public:
    virtual ~FileLock() = default;
};

/// Where files are. Paths are absolute, with '/'. Every call throws DiskError; ENOENT is one too, except
/// where a result says otherwise.
class Disk {
public:
    virtual ~Disk() = default;
    virtual Task<std::unique_ptr<File>> open(std::string path, OpenMode mode) = 0;
    virtual Task<bool>                  exists(std::string path) = 0;
    /// The names in a folder, sorted, without "." and "..".
    virtual Task<std::vector<std::string>> list(std::string folder) = 0;
    /// With its missing parents; nothing when it is there already.
    virtual Task<> make_folder(std::string path) = 0;
    /// Replaces what has the new name.
    virtual Task<> rename(std::string from, std::string to) = 0;
    virtual Task<> remove(std::string path) = 0;
    /// With everything in it; nothing when it is missing.
    virtual Task<> remove_folder(std::string path) = 0;
    /// The names in `folder` are on the medium when it returns.
    virtual Task<>              sync_folder(std::string folder) = 0;
    virtual Task<std::uint64_t> free_bytes(std::string path) = 0;
    virtual Task<std::uint64_t> total_bytes(std::string path) = 0;
    /// Nothing when another process, or another holder in this one, has it.
    virtual Task<std::unique_ptr<FileLock>> lock(std::string path) = 0;

    /// Those that stay open (CachedFile).
    FileCache& open_files() { return open_files_; }

private:
    FileCache open_files_;
};

/// The whole file, or nothing when there is none. For small files.
Task<std::optional<Bytes>> read_file(Disk& disk, std::string path);
/// Temporary name, sync, rename, sync of the folder: a reader finds the old content or the new, whole.
Task<> replace_file(Disk& disk, std::string path, Bytes content);

} // namespace riacho::io
