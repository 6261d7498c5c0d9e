#pragma once

#include "io/disk.hpp"

namespace riacho::io {

/// The files of this machine. Every call blocks the thread that it is made on until the system has answered,
/// so it is made on the flusher or a pool thread. Only plain calls of libc (open, pread, pwrite, pwritev,
/// fdatasync, fsync, rename, unlink, ftruncate): tests put a library between them and the kernel.
class RealDisk final : public Disk {
public:
    Task<std::unique_ptr<File>>     open(std::string path, OpenMode mode) override;
    Task<bool>                      exists(std::string path) override;
    Task<std::vector<std::string>>  list(std::string folder) override;
    Task<>                          make_folder(std::string path) override;
    Task<>                          rename(std::string from, std::string to) override;
    Task<>                          remove(std::string path) override;
    Task<>                          remove_folder(std::string path) override;
    Task<>                          sync_folder(std::string folder) override;
    Task<std::uint64_t>             free_bytes(std::string path) override;
    Task<std::uint64_t>             total_bytes(std::string path) override;
    Task<std::unique_ptr<FileLock>> lock(std::string path) override;
};

} // namespace riacho::io
