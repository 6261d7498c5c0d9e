#pragma once

#include "base/bytes.hpp"
#include "codec/endian.hpp"
#include "codec/varint.hpp"

#include <concepts>
#include <memory>
#include <utility>
#include <vector>

namespace riacho::kafka {

/// Builds one outgoing frame. Small fields are copied into one buffer; slices of `reference_from` bytes and
/// more are only referenced, so that a fetch response goes out as one gather write and never copies its
/// records.
class Writer {
public:
    static constexpr std::size_t reference_from = 512;

    explicit Writer(std::size_t size_hint = 256) : buffer_(std::make_shared<Buffer>(size_hint)) {}

    template <std::integral Int> void big_endian(Int value) { store_big(grow(sizeof value), value); }
    void                              unsigned_varint(std::uint32_t value) {
        std::byte digits[varint_bytes_max];
        copy({digits, encode_unsigned_varint(digits, value)});
    }
    void copy(ByteView view) { std::ranges::copy(view, grow(view.size())); }
    /// Copied when small, referenced when not.
    void append(const Bytes& slice);
    /// All of `other`, whose referenced slices stay referenced.
    void append(const Writer& other);

    /// Leaves four bytes open, to be filled by `fill` once what follows them is known.
    std::size_t hole() {
        grow(sizeof(std::int32_t));
        return used_ - sizeof(std::int32_t);
    }
    void fill(std::size_t hole, std::int32_t value) { store_big(buffer_->span().data() + hole, value); }

    std::size_t size() const { return used_ + referenced_; }
    /// The frame's pieces in order, each a slice that lives on its own. The writer is empty afterwards.
    std::vector<Bytes> take();
    /// The frame in one piece: copies.
    Bytes to_bytes() const;

private:
    struct Referenced {
        std::size_t at; ///< goes in front of this byte of the buffer
        Bytes       slice;
    };

    std::byte* grow(std::size_t size) {
        if (buffer_->view().size() - used_ < size) [[unlikely]]
            enlarge(size);
        return buffer_->span().data() + std::exchange(used_, used_ + size);
    }
    void enlarge(std::size_t size);

    std::shared_ptr<Buffer> buffer_;
    std::size_t             used_ = 0;
    std::vector<Referenced> slices_;
    std::size_t             referenced_ = 0;
};

} // namespace riacho::kafka
