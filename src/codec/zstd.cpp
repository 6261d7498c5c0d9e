#include "base/check.hpp"
#include "codec/compressors.hpp"
#include "codec/endian.hpp"

#include <algorithm>
#include <zstd.h>
#include <zstd_errors.h>

namespace riacho::compressors {
namespace {

struct ZstdReader {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    ZstdReader() { check(context != nullptr, "zstd has memory for a context"); }
    ~ZstdReader() { ZSTD_freeDCtx(context); }
    ZstdReader(const ZstdReader&) = delete;
    ZstdReader& operator=(const ZstdReader&) = delete;
};

} // namespace

Result zstd(ByteView plain, std::optional<int> level) {
    auto buffer = std::make_shared<Buffer>(ZSTD_compressBound(plain.size()));
    int  wanted = std::clamp(level.value_or(ZSTD_CLEVEL_DEFAULT), ZSTD_minCLevel(), ZSTD_maxCLevel());
    auto size =
        ZSTD_compress(buffer->span().data(), buffer->span().size(), plain.data(), plain.size(), wanted);
    check(ZSTD_isError(size) == 0, "ZSTD_compressBound() is a bound");
    return Bytes::copy_of(buffer->view().first(size));
}

/// Formats from before zstd 1.0, which the library may read, and Kafka never wrote.
bool is_older(ByteView packed) {
    constexpr std::uint32_t skippable_mask = 0xFFFFFFF0; // of the sixteen magic numbers of skippable frames
    if (packed.size() < sizeof(std::uint32_t)) return false;
    auto magic = load_little<std::uint32_t>(packed.data());
    return magic != ZSTD_MAGICNUMBER && (magic & skippable_mask) != ZSTD_MAGIC_SKIPPABLE_START;
}

// In one piece into the output: the streaming interface would first allocate the window that the frame asks
// for, 128 MiB at its worst. Where the frame does not say how large its content is, a too small output is
// tried again four times as large, which costs a third more than knowing.
Result unzstd(ByteView packed, std::size_t bytes_max) {
    if (packed.empty()) return fail(CompressionError::damaged, "zstd: empty");
    if (is_older(packed)) return fail(CompressionError::damaged, "zstd: no frame");
    unsigned long long claimed = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (claimed == ZSTD_CONTENTSIZE_ERROR) return fail(CompressionError::damaged, "zstd: no frame");
    bool known = claimed != ZSTD_CONTENTSIZE_UNKNOWN && claimed != 0; // 0: also what a skippable frame says
    std::size_t believable = 64 * 1024 + packed.size() * 256;
    if (known && claimed > bytes_max) return fail(CompressionError::too_large, "zstd: more than the limit");
    std::size_t capacity = known ? std::min<std::size_t>(claimed, believable) : 4096 + packed.size() * 8;
    ZstdReader  reader;
    while (true) {
        capacity = std::min(capacity, bytes_max);
        auto        buffer = std::make_shared<Buffer>(capacity);
        std::size_t size = ZSTD_decompressDCtx(reader.context, buffer->span().data(), capacity, packed.data(),
                                               packed.size());
        if (ZSTD_isError(size) == 0) {
            if (size < capacity / 2) return Bytes::copy_of(buffer->view().first(size));
            return Bytes(std::move(buffer)).slice(0, size);
        }
        if (ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall)
            return fail(CompressionError::damaged, ZSTD_getErrorName(size));
        if (capacity == bytes_max) return fail(CompressionError::too_large, "zstd: more than the limit");
        capacity *= 4;
    }
}

} // namespace riacho::compressors
