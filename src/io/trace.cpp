#include "io/trace.hpp"

#include <algorithm>
#include <cstring>

namespace riacho::io {

bool is_zero(ByteView bytes) {
    if (bytes.empty()) return true;
    // libc compares the bytes with themselves, moved by one: fast at every optimisation level
    return bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

void Trace::add(Time now, std::string_view name, std::uint64_t position, ByteView bytes) {
    mix(static_cast<std::uint64_t>(now.count()));
    mix(as_bytes(name));
    mix(position);
    mix(bytes);
}

void Trace::mix(ByteView bytes) {
    constexpr std::size_t stretch = 4096;
    mix(bytes.size());
    while (!bytes.empty()) {
        ByteView part = bytes.first(std::min(stretch, bytes.size()));
        bytes = bytes.subspan(part.size());
        if (is_zero(part)) {
            mix(part.size());
            continue;
        }
        while (!part.empty()) {
            std::uint64_t word = 0;
            std::size_t   size = std::min(sizeof word, part.size());
            std::memcpy(&word, part.data(), size);
            mix(word);
            part = part.subspan(size);
        }
    }
}

} // namespace riacho::io
