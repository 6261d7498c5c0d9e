#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>

namespace riacho::io {

/// The content of a simulated file. What is zero takes no memory, and a copy shares its pages until one of
/// the two is written.
class SparseBytes {
public:
    std::uint64_t size() const { return size_; }
    /// Fills `into` from `at`; gives fewer bytes only at the end.
    std::size_t read(std::uint64_t at, std::span<std::byte> into) const;
    /// Grows as needed.
    void write(std::uint64_t at, ByteView bytes);
    void write_zeros(std::uint64_t at, std::uint64_t size);
    /// What is cut off is gone; what is added is zero.
    void resize(std::uint64_t size);
    /// True when nothing but zeros is kept in this range.
    bool is_empty(std::uint64_t at, std::uint64_t size) const;

private:
    static constexpr std::size_t page_size = 4096;
    using Page = std::array<std::byte, page_size>;

    std::byte* writable(std::uint64_t page);

    std::map<std::uint64_t, std::shared_ptr<Page>> pages_;
    std::uint64_t                                  size_ = 0;
};

} // namespace riacho::io
