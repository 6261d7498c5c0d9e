#pragma once

#include "base/memory_budget.hpp"
#include "io/stream.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace riacho::http {

/// What was read from a connection and is not used yet.
class Input {
public:
    static constexpr std::size_t bytes = 16 << 10;

    explicit Input(Charge memory) : memory_(std::move(memory)), buffer_(bytes) {}

    ByteView view() const { return ByteView(buffer_).subspan(from_, to_ - from_); }
    void     consume(std::size_t count) { from_ += count; }
    /// Reads more behind it. At least one byte has been consumed since it was full. 0 at the peer's end.
    Task<std::size_t> fill(io::Stream& stream, Time deadline) {
        if (from_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + from_, to_ - from_);
            to_ -= std::exchange(from_, 0);
        }
        std::size_t got = co_await stream.read_some(std::span(buffer_).subspan(to_), deadline);
        to_ += got;
        co_return got;
    }

private:
    Charge                 memory_;
    std::vector<std::byte> buffer_;
    std::size_t            from_ = 0;
    std::size_t            to_ = 0;
};

} // namespace riacho::http
