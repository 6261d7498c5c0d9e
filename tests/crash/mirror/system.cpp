#include "system.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace riacho::mirror::system {

int open(const std::string& path, int flags, unsigned rights) {
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, rights));
}

void close(int fd) { ::syscall(SYS_close, fd); }

long read_at(int fd, void* into, std::size_t size, std::uint64_t at) {
    return ::syscall(SYS_pread64, fd, into, size, at);
}

long write_at(int fd, const void* bytes, std::size_t size, std::uint64_t at) {
    return ::syscall(SYS_pwrite64, fd, bytes, size, at);
}

int resize(int fd, std::uint64_t size) { return static_cast<int>(::syscall(SYS_ftruncate, fd, size)); }

int rename(const std::string& from, const std::string& to) {
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0));
}

void nap(std::uint64_t microseconds) {
    timespec span{static_cast<time_t>(microseconds / 1'000'000),
                  static_cast<long>(microseconds % 1'000'000) * 1000};
    ::syscall(SYS_nanosleep, &span, nullptr);
}

void refuse(std::string_view call, std::string_view what) {
    int         error_number = errno;
    std::string text = "mirror: " + std::string(call) + " of " + std::string(what) +
                       " is not modelled or failed (errno " + std::to_string(error_number) + ")\n";
    ::syscall(SYS_write, STDERR_FILENO, text.data(), text.size());
    std::abort();
}

void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

} // namespace riacho::mirror::system
