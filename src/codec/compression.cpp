#include "codec/compression.hpp"

#include "base/check.hpp"
#include "codec/compressors.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace riacho {
namespace compressors {

namespace {
constexpr std::size_t grows_until = 4 << 20;
}

GrowingOutput::GrowingOutput(std::size_t first_guess, std::size_t bytes_max)
    : bytes_max_(bytes_max), buffer_(std::make_shared<Buffer>(std::min(first_guess, bytes_max))) {}

void GrowingOutput::resize(std::size_t capacity) {
    auto larger = std::make_shared<Buffer>(capacity);
    std::ranges::copy(buffer_->view().first(size_), larger->span().begin());
    buffer_ = std::move(larger);
}

void GrowingOutput::grow() {
    check(may_grow(), "output grows only up to its limit");
    // What is large is reserved once: the system gives memory as it is written, and copies would double it.
    resize(capacity() >= grows_until ? bytes_max_
                                     : std::min(bytes_max_, std::max(capacity() * 2, std::size_t{4096})));
}

bool GrowingOutput::ensure_room(std::size_t bytes) {
    if (bytes > bytes_max_ - size_) return false;
    if (bytes > capacity() - size_) resize(std::min(bytes_max_, std::max(size_ + bytes, capacity() * 2)));
    return true;
}

Bytes GrowingOutput::finish() {
    if (size_ < capacity() / 2) return Bytes::copy_of(buffer_->view().first(size_));
    return Bytes(std::move(buffer_)).slice(0, size_);
}

} // namespace compressors

std::string_view name_of(Compression kind) {
    switch (kind) {
    case Compression::none:
        return "none";
    case Compression::gzip:
        return "gzip";
    case Compression::snappy:
        return "snappy";
    case Compression::lz4:
        return "lz4";
    case Compression::zstd:
        return "zstd";
    }
    return "unknown";
}

Outcome<Bytes, CompressionError> compress(Compression kind, ByteView plain, std::optional<int> level) {
    if (plain.size() > std::numeric_limits<std::int32_t>::max())
        return fail(CompressionError::too_large, "more than 2 GiB to compress");
    switch (kind) {
    case Compression::none:
        return Bytes::copy_of(plain);
    case Compression::gzip:
        return compressors::gzip(plain, level);
    case Compression::snappy:
        return compressors::snappy(plain);
    case Compression::lz4:
        return compressors::lz4(plain, level);
    case Compression::zstd:
        return compressors::zstd(plain, level);
    }
    check(false, "a compression is one of the five");
    return Bytes();
}

Outcome<Bytes, CompressionError> decompress(Compression kind, ByteView packed, std::size_t bytes_max) {
    switch (kind) {
    case Compression::none:
        if (packed.size() > bytes_max) return fail(CompressionError::too_large);
        return Bytes::copy_of(packed);
    case Compression::gzip:
        return compressors::gunzip(packed, bytes_max);
    case Compression::snappy:
        return compressors::unsnappy(packed, bytes_max);
    case Compression::lz4:
        return compressors::unlz4(packed, bytes_max);
    case Compression::zstd:
        return compressors::unzstd(packed, bytes_max);
    }
    check(false, "a compression is one of the five");
    return Bytes();
}

} // namespace riacho
