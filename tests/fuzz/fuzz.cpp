#include "fuzz.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/core.h>
#include <sanitizer/allocator_interface.h>

namespace riacho::fuzz {
namespace {

struct Account {
    bool        open = false;
    std::size_t limit = 0;
    std::size_t held = 0;
};
// The hooks of the allocator have no argument to carry it.
Account account;

void when_allocated(const volatile void* memory, std::size_t size) {
    if (!account.open || !memory) return;
    account.held += size;
    if (account.held <= account.limit) return;
    account.open = false;
    fmt::print(stderr, "riacho: {} bytes are held at once, {} are allowed\n", account.held, account.limit);
    std::abort();
}

void when_freed(const volatile void* memory) {
    if (!account.open || !memory) return;
    std::size_t size = __sanitizer_get_allocated_size(memory);
    account.held -= std::min(size, account.held); // it may be older than the account
}

} // namespace

void require(bool holds, std::string_view what, std::string_view about) {
    if (holds) return;
    fmt::print(stderr, "riacho: {} {}\n", what, about);
    std::abort();
}

std::uint64_t Choices::bits(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::byte byte : take(bytes)) value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

std::uint64_t Choices::below(std::uint64_t count) {
    std::size_t bytes = 1;
    while (bytes < sizeof(count) && count > std::uint64_t{1} << (8 * bytes)) ++bytes;
    return bits(bytes) % count;
}

ByteView Choices::take(std::size_t size) {
    ByteView taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
}

MemoryLimit::MemoryLimit(std::size_t limit) {
    static const int installed = __sanitizer_install_malloc_and_free_hooks(when_allocated, when_freed);
    require(installed != 0, "the allocator takes no hooks");
    account = {true, limit, 0};
}

MemoryLimit::~MemoryLimit() { account.open = false; }

} // namespace riacho::fuzz

/// Freed memory is watched for a while; how long decides how fast a target is.
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=32:malloc_context_size=6"; }
