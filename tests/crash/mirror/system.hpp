#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The kernel's own calls: the mirror stands in front of libc's, and must not meet itself.
namespace riacho::mirror::system {

int  open(const std::string& path, int flags, unsigned rights = 0);
void close(int fd);
long read_at(int fd, void* into, std::size_t size, std::uint64_t at);
long write_at(int fd, const void* bytes, std::size_t size, std::uint64_t at);
int  resize(int fd, std::uint64_t size);
int  rename(const std::string& from, const std::string& to);
void nap(std::uint64_t microseconds);
/// What the process does when it meets what the mirror cannot follow.
[[noreturn]] void refuse(std::string_view call, std::string_view what);
[[noreturn]] void die();

} // namespace riacho::mirror::system
