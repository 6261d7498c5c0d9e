// The calls of libc that the mirror follows. What cannot be followed ends in refused.cpp.
#include "mirror.hpp"
#include "process.hpp"
#include "system.hpp"

#include <cerrno>
#include <cstdarg>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace riacho::mirror {
namespace {

int really_fsync(int fd) { return static_cast<int>(::syscall(SYS_fsync, fd)); }
int really_fdatasync(int fd) { return static_cast<int>(::syscall(SYS_fdatasync, fd)); }

std::uint64_t size_of(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) system::refuse("measuring", "an open file");
    return static_cast<std::uint64_t>(status.st_size);
}

int open_inside(Mirror& mirror, const std::string& path, int flags, unsigned rights) {
    constexpr int unknown = O_TRUNC | O_APPEND | O_DIRECT | (O_TMPFILE & ~O_DIRECTORY);
    if ((flags & unknown) != 0) system::refuse("open with O_TRUNC, O_APPEND, O_DIRECT or O_TMPFILE", path);
    int fd = -1;
    if ((flags & O_CREAT) == 0) {
        fd = system::open(path, flags, rights);
    } else {
        mirror.count();
        std::lock_guard guard(mirror.lock());
        struct stat     status{};
        bool            is_new = ::lstat(path.c_str(), &status) != 0;
        fd = system::open(path, flags, rights);
        if (fd >= 0 && is_new) mirror.made(path);
    }
    bool through = (flags & (O_SYNC | O_DSYNC)) != 0;
    if (fd >= 0) mirror.opened(fd, path, through ? Mirror::Through::yes : Mirror::Through::no);
    return fd;
}

int any_open(const char* path, int flags, unsigned rights) {
    Mirror*     mirror = of_process();
    std::string inside = mirror ? mirror->inside(path) : std::string{};
    if (!inside.empty()) return open_inside(*mirror, inside, flags, rights);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, rights));
}

/// `real` writes and gives how much.
template <class Real> ssize_t write_inside(Mirror& mirror, int fd, off_t at, Real real) {
    mirror.count();
    std::lock_guard guard(mirror.lock());
    ssize_t         put = real();
    auto            from = static_cast<std::uint64_t>(at);
    if (put > 0) mirror.written(fd, {from, from + static_cast<std::uint64_t>(put)});
    return put;
}

template <class Real> int resize_inside(Mirror& mirror, int fd, Real real) {
    mirror.count();
    std::lock_guard guard(mirror.lock());
    std::uint64_t   before = size_of(fd);
    int             result = real();
    if (result == 0 && size_of(fd) != before) mirror.resized(fd, before, size_of(fd));
    return result;
}

/// `real` makes or removes a name, `note` tells the mirror.
template <class Real, class Note> int change_name(Mirror& mirror, Real real, Note note) {
    mirror.count();
    std::lock_guard guard(mirror.lock());
    int             result = real();
    if (result == 0) note();
    return result;
}

} // namespace

extern "C" { // the names below are libc's, wherever they are declared

int open(const char* path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    unsigned rights = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, unsigned) : 0;
    va_end(list);
    return any_open(path, flags, rights);
}

int open64(const char* path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    unsigned rights = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, unsigned) : 0;
    va_end(list);
    return any_open(path, flags, rights);
}

int close(int fd) {
    if (Mirror* mirror = of_process(); mirror && mirror->has(fd)) mirror->closing(fd);
    return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
    auto    real = [&] { return ::syscall(SYS_pwrite64, fd, bytes, size, at); };
    Mirror* mirror = of_process();
    return mirror && mirror->has(fd) ? write_inside(*mirror, fd, at, real) : real();
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t at) { return pwrite(fd, bytes, size, at); }

ssize_t pwritev(int fd, const iovec* pieces, int count, off_t at) {
    auto    real = [&] { return ::syscall(SYS_pwritev, fd, pieces, count, at, 0L); };
    Mirror* mirror = of_process();
    return mirror && mirror->has(fd) ? write_inside(*mirror, fd, at, real) : real();
}
ssize_t pwritev64(int fd, const iovec* pieces, int count, off_t at) { return pwritev(fd, pieces, count, at); }

int fsync(int fd) {
    Mirror* mirror = of_process();
    if (!mirror || !mirror->has(fd)) return really_fsync(fd);
    mirror->count();
    return mirror->sync(fd, really_fsync);
}

int fdatasync(int fd) {
    Mirror* mirror = of_process();
    if (!mirror || !mirror->has(fd)) return really_fdatasync(fd);
    mirror->count();
    return mirror->sync(fd, really_fdatasync);
}

int ftruncate(int fd, off_t size) noexcept {
    auto    real = [&] { return system::resize(fd, static_cast<std::uint64_t>(size)); };
    Mirror* mirror = of_process();
    return mirror && mirror->has(fd) ? resize_inside(*mirror, fd, real) : real();
}
int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }

int fallocate(int fd, int mode, off_t at, off_t size) {
    auto    real = [&] { return static_cast<int>(::syscall(SYS_fallocate, fd, mode, at, size)); };
    Mirror* mirror = of_process();
    if (!mirror || !mirror->has(fd)) return real();
    if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) system::refuse("fallocate with a mode", "an open file");
    return resize_inside(*mirror, fd, real);
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) { return fallocate(fd, mode, at, size); }

int posix_fallocate(int fd, off_t at, off_t size) { return fallocate(fd, 0, at, size) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off64_t at, off64_t size) { return posix_fallocate(fd, at, size); }

int mkdir(const char* path, mode_t rights) noexcept {
    auto        real = [&] { return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, rights)); };
    Mirror*     mirror = of_process();
    std::string inside = mirror ? mirror->inside(path) : std::string{};
    if (inside.empty()) return real();
    return change_name(*mirror, real, [&] { mirror->made(inside); });
}

int unlink(const char* path) noexcept {
    auto        real = [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0)); };
    Mirror*     mirror = of_process();
    std::string inside = mirror ? mirror->inside(path) : std::string{};
    if (inside.empty()) return real();
    return change_name(*mirror, real, [&] { mirror->removed(inside); });
}

int rmdir(const char* path) noexcept {
    auto    real = [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR)); };
    Mirror* mirror = of_process();
    std::string inside = mirror ? mirror->inside(path) : std::string{};
    if (inside.empty()) return real();
    return change_name(*mirror, real, [&] { mirror->removed(inside); });
}

int rename(const char* from, const char* to) noexcept {
    Mirror*     mirror = of_process();
    std::string source = mirror ? mirror->inside(from) : std::string{};
    std::string target = mirror ? mirror->inside(to) : std::string{};
    if (source.empty() && target.empty()) return system::rename(from, to);
    if (source.empty() || target.empty()) system::refuse("rename over the border", from);
    Id   id;
    auto real = [&] {
        struct stat status{};
        if (::lstat(from, &status) == 0) id = id_of_path(source);
        return system::rename(source, target);
    };
    return change_name(*mirror, real, [&] { mirror->renamed(source, target, id); });
}

} // extern "C"
} // namespace riacho::mirror
