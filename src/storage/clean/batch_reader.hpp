#pragma once

#include "base/bytes.hpp"
#include "io/disk.hpp"
#include "kafka/batch/batch_view.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace riacho::storage {

/// Reads a .log from its beginning on, piece by piece. On a pool thread.
class BatchReader {
public:
    /// Of the file's first `bytes`; about `piece_bytes` at a time, or one batch if that is larger.
    BatchReader(io::Disk& disk, std::string path, std::uint64_t bytes, std::size_t piece_bytes)
        : disk_(disk), path_(std::move(path)), bytes_(bytes), piece_bytes_(piece_bytes) {}

    /// Whole batches; empty at the end. Throws DiskError, EIO where there is no batch.
    Task<Bytes>        next();
    bool               is_at_end() const { return position_ >= bytes_; }
    std::uint64_t      position() const { return position_; }
    const std::string& path() const { return path_; }

private:
    Task<Bytes> read(std::size_t size);

    io::Disk&                 disk_;
    std::string               path_;
    std::uint64_t             bytes_;
    std::size_t               piece_bytes_;
    std::shared_ptr<io::File> file_;
    std::uint64_t             position_ = 0;
};

} // namespace riacho::storage
