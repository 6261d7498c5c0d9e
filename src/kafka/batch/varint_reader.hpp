#pragma once

#include "base/bytes.hpp"
#include "codec/varint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace riacho::kafka {

/// Reads the parts of a record; the first one that does not fit latches `failed()`, and from then on every
/// read gives zero or nothing. Inside kafka/batch/ only.
class VarintReader {
public:
    explicit VarintReader(ByteView bytes) : rest_(bytes) {}

    std::int32_t varint() { return taken(decode_varint(rest_)); }
    std::int64_t varlong() { return taken(decode_varlong(rest_)); }
    std::int8_t  int8() {
        ByteView byte = take(1);
        return failed_ ? std::int8_t{0} : static_cast<std::int8_t>(byte[0]);
    }
    ByteView take(std::size_t size) {
        if (size > rest_.size()) {
            fail();
            return {};
        }
        ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    /// A size and as many bytes; a negative size is null, as Kafka reads it.
    std::optional<ByteView> nullable() {
        std::int32_t size = varint();
        if (failed_ || size < 0) return std::nullopt;
        ByteView bytes = take(static_cast<std::size_t>(size));
        if (failed_) return std::nullopt;
        return bytes;
    }

    ByteView rest() const { return rest_; }
    bool     failed() const { return failed_; }

private:
    template <class T> T taken(Decoded<T> read) {
        if (!read) {
            fail();
            return 0;
        }
        rest_ = rest_.subspan(read.size);
        return read.value;
    }
    void fail() {
        failed_ = true;
        rest_ = {};
    }

    ByteView rest_;
    bool     failed_ = false;
};

} // namespace riacho::kafka
