#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// What the fuzz targets share: how they say that something is wrong, how they take their input apart, and
/// how much memory one call may cost.
namespace riacho::fuzz {

/// Ends the run with the sentence; libFuzzer keeps the input.
void require(bool holds, std::string_view what, std::string_view about = {});

/// The input as a row of decisions. Past its end every decision is the first one.
class Choices {
public:
    explicit Choices(ByteView input) : rest_(input) {}

    bool        empty() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }
    /// A number under `count`, from as few bytes as such a number needs.
    std::uint64_t below(std::uint64_t count);
    std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    /// One of all numbers of the type.
    template <class Int> Int any() { return static_cast<Int>(bits(sizeof(Int))); }
    bool                     one_in(std::uint64_t count) { return below(count) == count - 1; }
    /// The next bytes, fewer where the input ends.
    ByteView take(std::size_t size);
    ByteView take_all() { return take(rest_.size()); }

private:
    std::uint64_t bits(std::size_t bytes);

    ByteView rest_;
};

/// Counts what this thread's program sets aside while it lives; ends the run when that is more than `limit`
/// at one moment. One at a time.
class MemoryLimit {
public:
    explicit MemoryLimit(std::size_t limit);
    ~MemoryLimit();
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;
};

inline ByteView view_of(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span(data, size));
}

} // namespace riacho::fuzz

/// libFuzzer's own mutations, for a target's mutator to build on.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);
