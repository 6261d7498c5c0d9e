#include "base/check.hpp"
#include "codec/compressors.hpp"

#include <algorithm>
#include <lz4frame.h>

namespace riacho::compressors {
namespace {

struct Lz4Reader {
    LZ4F_dctx* context = nullptr;
    Lz4Reader() {
        check(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)),
              "lz4 has memory for a stream");
    }
    ~Lz4Reader() { LZ4F_freeDecompressionContext(context); }
    Lz4Reader(const Lz4Reader&) = delete;
    Lz4Reader& operator=(const Lz4Reader&) = delete;
};

} // namespace

Result lz4(ByteView plain, std::optional<int> level) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockSizeID = LZ4F_max64KB;
    preferences.frameInfo.blockMode = LZ4F_blockIndependent; // Java's reader knows no other
    preferences.compressionLevel = level.value_or(0);
    auto buffer = std::make_shared<Buffer>(LZ4F_compressFrameBound(plain.size(), &preferences));
    auto size = LZ4F_compressFrame(buffer->span().data(), buffer->span().size(), plain.data(), plain.size(),
                                   &preferences);
    check(!LZ4F_isError(size), "LZ4F_compressFrameBound() is a bound");
    return Bytes::copy_of(buffer->view().first(size));
}

Result unlz4(ByteView packed, std::size_t bytes_max) {
    Lz4Reader     reader;
    GrowingOutput output(packed.size() * 4, bytes_max);
    std::byte     beyond{}; // one byte more than there is room for, to see whether there is more
    if (packed.empty()) return fail(CompressionError::damaged, "lz4: empty");
    while (true) {
        if (output.room().empty() && output.may_grow()) output.grow();
        bool        full = output.room().empty();
        auto        room = full ? std::span(&beyond, 1) : output.room();
        std::size_t wrote = room.size();
        std::size_t took = packed.size();
        std::size_t wanted =
            LZ4F_decompress(reader.context, room.data(), &wrote, packed.data(), &took, nullptr);
        if (LZ4F_isError(wanted)) return fail(CompressionError::damaged, LZ4F_getErrorName(wanted));
        if (full && wrote != 0) return fail(CompressionError::too_large, "lz4: more than the limit");
        output.wrote(wrote);
        packed = packed.subspan(took);
        if (packed.empty() && wanted == 0) return output.finish();
        if (wrote == 0 && took == 0) return fail(CompressionError::damaged, "lz4: cut off");
    }
}

} // namespace riacho::compressors
