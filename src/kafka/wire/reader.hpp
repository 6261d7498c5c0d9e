#pragma once

#include "base/bytes.hpp"
#include "codec/endian.hpp"
#include "codec/varint.hpp"

#include <limits>
#include <utility>

namespace riacho::kafka {

/// A bounds-checked cursor over received bytes. A read past the end gives zero or nothing and latches
/// `failed()`: callers check once, after the whole message. The slices it shares outlive it.
class Reader {
public:
    explicit Reader(Bytes frame)
        : frame_(std::move(frame)), at_(frame_.view().data()), end_(at_ + frame_.size()) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    bool        failed() const { return failed_; }
    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
    /// What is left, unread.
    ByteView rest() const { return {at_, end_}; }
    /// Everything was read and nothing failed.
    bool done() const { return !failed_ && at_ == end_; }
    void fail() {
        failed_ = true;
        at_ = end_;
    }

    template <std::integral Int> Int big_endian() {
        if (remaining() < sizeof(Int)) [[unlikely]] {
            fail();
            return {};
        }
        return load_big<Int>(std::exchange(at_, at_ + sizeof(Int)));
    }

    std::uint32_t unsigned_varint() {
        auto number = decode_unsigned_varint({at_, end_});
        if (!number) [[unlikely]] {
            fail();
            return 0;
        }
        at_ += number.size;
        return number.value;
    }

    /// The structs that are read from here on take at most `bytes` of memory, or reading fails: small
    /// elements grow many times over.
    void limit_memory(std::size_t bytes) { memory_left_ = memory_limit_ = bytes; }
    /// What they took so far.
    std::size_t memory_used() const { return memory_limit_ - memory_left_; }
    /// Fails when `bytes` more are over the limit.
    bool use_memory(std::size_t bytes) {
        if (bytes > memory_left_) [[unlikely]] {
            fail();
            return false;
        }
        memory_left_ -= bytes;
        return true;
    }

    /// The next `size` bytes, in place: valid while the frame is.
    ByteView take(std::size_t size) {
        if (remaining() < size) [[unlikely]] {
            fail();
            return {};
        }
        return {std::exchange(at_, at_ + size), size};
    }
    /// The same as a slice that keeps the frame alive.
    Bytes share(std::size_t size) { return frame_.slice(take(size)); }

private:
    Bytes            frame_;
    const std::byte* at_;
    const std::byte* end_;
    std::size_t      memory_limit_ = std::numeric_limits<std::size_t>::max();
    std::size_t      memory_left_ = memory_limit_;
    bool             failed_ = false;
};

} // namespace riacho::kafka
