#pragma once

#include "codec/compression.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

/// Inside codec/ only: one pair of functions per library, behind compress() and decompress().
namespace riacho::compressors {

using Result = Outcome<Bytes, CompressionError>;

Result gzip(ByteView plain, std::optional<int> level);
Result gunzip(ByteView packed, std::size_t bytes_max);
Result snappy(ByteView plain);
Result unsnappy(ByteView packed, std::size_t bytes_max);
Result lz4(ByteView plain, std::optional<int> level);
Result unlz4(ByteView packed, std::size_t bytes_max);
Result zstd(ByteView plain, std::optional<int> level);
Result unzstd(ByteView packed, std::size_t bytes_max);

/// Where output goes whose size nobody knows: grows by doubling, up to the caller's limit.
class GrowingOutput {
public:
    GrowingOutput(std::size_t first_guess, std::size_t bytes_max);

    /// Room behind what was written; empty when it is full, and then grow() may make more.
    std::span<std::byte> room() { return buffer_->span().subspan(size_); }
    void                 wrote(std::size_t bytes) { size_ += bytes; }
    std::size_t          size() const { return size_; }
    std::size_t          capacity() const { return buffer_->view().size(); }
    bool                 may_grow() const { return capacity() < bytes_max_; }
    void                 grow();
    /// At least `bytes` of room; nothing happens when that would pass the limit.
    bool ensure_room(std::size_t bytes);
    /// What was written, without keeping much more memory than that.
    Bytes finish();

private:
    void resize(std::size_t capacity);

    std::size_t             bytes_max_;
    std::size_t             size_ = 0;
    std::shared_ptr<Buffer> buffer_;
};

} // namespace riacho::compressors
