#include "base/check.hpp"
#include "codec/compressors.hpp"
#include "codec/gzip_stream.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <zlib.h>

namespace riacho::compressors {
namespace {

constexpr int gzip_format = 15 + 16;         // the largest window, gzip header and trailer
constexpr int gzip_or_zlib_format = 15 + 32; // told apart by the header

struct Inflater {
    z_stream stream{};
    Inflater() { check(inflateInit2(&stream, gzip_or_zlib_format) == Z_OK, "zlib has memory for a stream"); }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

struct Deflater {
    z_stream stream{};
    explicit Deflater(int level) {
        int done = deflateInit2(&stream, level, Z_DEFLATED, gzip_format, 8, Z_DEFAULT_STRATEGY);
        check(done == Z_OK, "zlib has memory for a stream and knows the level");
    }
    ~Deflater() { deflateEnd(&stream); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
};

uInt zlib_size(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

Bytef* zlib_input(ByteView bytes) {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data())); // zlib does not write there
}

} // namespace

Result gzip(ByteView plain, std::optional<int> level) {
    int      wanted = level ? std::clamp(*level, -1, 9) : Z_DEFAULT_COMPRESSION;
    Deflater deflater(wanted);
    auto     buffer = std::make_shared<Buffer>(deflateBound(&deflater.stream, plain.size()));
    deflater.stream.next_in = zlib_input(plain);
    deflater.stream.avail_in = zlib_size(plain.size());
    deflater.stream.next_out = reinterpret_cast<Bytef*>(buffer->span().data());
    deflater.stream.avail_out = zlib_size(buffer->span().size());
    check(deflate(&deflater.stream, Z_FINISH) == Z_STREAM_END, "deflateBound() is a bound");
    return Bytes::copy_of(buffer->view().first(deflater.stream.total_out));
}

Result gunzip(ByteView packed, std::size_t bytes_max) {
    Inflater      inflater;
    z_stream&     stream = inflater.stream;
    GrowingOutput output(packed.size() * 4, bytes_max);
    std::byte     beyond{}; // one byte more than there is room for, to see whether there is more
    while (true) {
        if (output.room().empty() && output.may_grow()) output.grow();
        bool full = output.room().empty();
        auto room = full ? std::span(&beyond, 1) : output.room();
        stream.next_in = zlib_input(packed);
        stream.avail_in = zlib_size(packed.size());
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = zlib_size(room.size());
        uInt        offered_in = stream.avail_in;
        uInt        offered_out = stream.avail_out;
        int         result = inflate(&stream, Z_NO_FLUSH);
        std::size_t wrote = offered_out - stream.avail_out;
        packed = packed.subspan(offered_in - stream.avail_in);
        if (full && wrote != 0) return fail(CompressionError::too_large, "gzip: more than the limit");
        output.wrote(wrote);
        if (result == Z_STREAM_END) {
            if (packed.empty()) return output.finish();
            inflateReset(&stream); // another member follows
        } else if (result != Z_OK) {
            // Z_BUF_ERROR too: no progress is possible, so the input is cut off.
            return fail(CompressionError::damaged, stream.msg != nullptr ? stream.msg : "gzip: cut off");
        }
    }
}

} // namespace riacho::compressors

namespace riacho {

struct GzipStream::State {
    // Fast: it is done while somebody waits for it.
    compressors::Deflater deflater{Z_BEST_SPEED};
};

GzipStream::GzipStream() : state_(std::make_unique<State>()) {}
GzipStream::~GzipStream() = default;

void GzipStream::put(ByteView plain, Flush flush, std::string& packed) {
    constexpr int           modes[] = {Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    int                     mode = modes[static_cast<int>(flush)];
    z_stream&               stream = state_->deflater.stream;
    std::array<char, 16384> room;
    do {
        uInt offered = compressors::zlib_size(plain.size());
        stream.next_in = compressors::zlib_input(plain);
        stream.avail_in = offered;
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = room.size();
        int result = deflate(&stream, mode);
        check(result != Z_STREAM_ERROR, "nothing is put in behind the end");
        plain = plain.subspan(offered - stream.avail_in);
        packed.append(room.data(), room.size() - stream.avail_out);
    } while (stream.avail_out == 0 || !plain.empty());
}

} // namespace riacho
