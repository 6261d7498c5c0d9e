#pragma once

#include "base/bytes.hpp"

#include <array>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace riacho::io {

/// Pieces that are still to be written, in portions that one call of the system takes. The pieces outlive it.
class GatherList {
public:
    explicit GatherList(std::span<const ByteView> pieces) : pieces_(pieces) { skip_empty(); }

    bool is_empty() const { return pieces_.empty(); }
    /// What the next call writes; valid until the next call of this.
    std::span<const iovec> next() {
        std::size_t count = 0;
        std::size_t taken = taken_;
        for (ByteView piece : pieces_) {
            if (count == portion_.size()) break;
            ByteView rest = piece.subspan(std::exchange(taken, 0));
            if (!rest.empty()) portion_[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
        }
        return std::span(portion_).first(count);
    }
    /// The system took `bytes` of them.
    void consume(std::size_t bytes) {
        taken_ += bytes;
        skip_empty();
    }

private:
    void skip_empty() {
        while (!pieces_.empty() && taken_ >= pieces_.front().size()) {
            taken_ -= pieces_.front().size();
            pieces_ = pieces_.subspan(1);
        }
    }

    std::span<const ByteView> pieces_;
    std::size_t               taken_ = 0; // of the first piece
    std::array<iovec, 256>    portion_;   // at most IOV_MAX (1024); more no longer saves anything
};

} // namespace riacho::io
