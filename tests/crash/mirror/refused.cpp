// What the mirror does not follow: in its folder, such a call ends the process, so that a program which
// begins to use one of them is not taken for tested. Outside of it, it is the system's. (Calls that go around
// libc are not seen: no io_uring.)
#include "mirror.hpp"
#include "process.hpp"
#include "system.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <memory>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace riacho::mirror {
namespace {

Mirror* process_mirror = nullptr;

__attribute__((constructor)) void begin() {
    Options options = Options::from_environment();
    if (!options.live.empty()) process_mirror = std::make_unique<Mirror>(std::move(options)).release();
}

void refuse_file(const char* call, int fd) {
    if (process_mirror && process_mirror->has(fd)) system::refuse(call, "an open file of the folder");
}

void refuse_path(const char* call, int folder, const char* path) {
    if (!process_mirror) return;
    std::string whole = path;
    if (folder != AT_FDCWD && path[0] != '/') {
        char    above[4096];
        ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(folder)).c_str(), above, sizeof above);
        if (size > 0) whole = std::string(above, static_cast<std::size_t>(size)) + '/' + path;
    }
    if (!process_mirror->inside(whole.c_str()).empty()) system::refuse(call, whole);
}

int as_int(long result) { return static_cast<int>(result); }

FILE* any_fopen(const char* name, const char* path, const char* mode) {
    if (std::strpbrk(mode, "wa+")) refuse_path("fopen for writing", AT_FDCWD, path);
    return reinterpret_cast<FILE* (*)(const char*, const char*)>(::dlsym(RTLD_NEXT, name))(path, mode);
}

int any_openat(int folder, const char* path, int flags, unsigned rights) {
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0) refuse_path("openat for writing", folder, path);
    return as_int(::syscall(SYS_openat, folder, path, flags, rights));
}

int any_fcntl(int fd, int command, long argument) {
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) refuse_file("F_DUPFD", fd);
    return as_int(::syscall(SYS_fcntl, fd, command, argument));
}

} // namespace

Mirror* of_process() { return process_mirror; }

extern "C" { // the names below are libc's, wherever they are declared

int openat(int folder, const char* path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    unsigned rights = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, unsigned) : 0;
    va_end(list);
    return any_openat(folder, path, flags, rights);
}
int openat64(int folder, const char* path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    unsigned rights = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, unsigned) : 0;
    va_end(list);
    return any_openat(folder, path, flags, rights);
}
int creat(const char* path, mode_t rights) {
    refuse_path("creat", AT_FDCWD, path);
    return any_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, rights);
}
int   creat64(const char* path, mode_t rights) { return creat(path, rights); }
FILE* fopen(const char* path, const char* mode) { return any_fopen("fopen", path, mode); }
FILE* fopen64(const char* path, const char* mode) { return any_fopen("fopen64", path, mode); }

ssize_t write(int fd, const void* bytes, size_t size) {
    refuse_file("write", fd);
    return ::syscall(SYS_write, fd, bytes, size);
}
ssize_t writev(int fd, const iovec* pieces, int count) {
    refuse_file("writev", fd);
    return ::syscall(SYS_writev, fd, pieces, count);
}
ssize_t pwritev2(int fd, const iovec* pieces, int count, off_t at, int flags) {
    refuse_file("pwritev2", fd);
    return ::syscall(SYS_pwritev2, fd, pieces, count, at, 0L, flags);
}
ssize_t sendfile(int to, int from, off_t* at, size_t size) noexcept {
    refuse_file("sendfile to", to);
    return ::syscall(SYS_sendfile, to, from, at, size);
}
ssize_t sendfile64(int to, int from, off64_t* at, size_t size) noexcept {
    return sendfile(to, from, at, size);
}
ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, size_t size, unsigned flags) {
    refuse_file("copy_file_range to", to);
    return ::syscall(SYS_copy_file_range, from, from_at, to, to_at, size, flags);
}
ssize_t splice(int from, off64_t* from_at, int to, off64_t* to_at, size_t size, unsigned flags) {
    refuse_file("splice to", to);
    return ::syscall(SYS_splice, from, from_at, to, to_at, size, flags);
}
void* mmap(void* where, size_t size, int protection, int flags, int fd, off_t at) noexcept {
    if (fd >= 0 && (flags & MAP_PRIVATE) == 0 && (protection & PROT_WRITE) != 0)
        refuse_file("a shared writable mapping", fd);
    return reinterpret_cast<void*>(::syscall(SYS_mmap, where, size, protection, flags, fd, at));
}
void* mmap64(void* where, size_t size, int protection, int flags, int fd, off64_t at) noexcept {
    return mmap(where, size, protection, flags, fd, at);
}

int fcntl(int fd, int command, ...) {
    va_list list;
    va_start(list, command);
    long argument = va_arg(list, long); // the kernel takes from it what the command has
    va_end(list);
    return any_fcntl(fd, command, argument);
}
int fcntl64(int fd, int command, ...) {
    va_list list;
    va_start(list, command);
    long argument = va_arg(list, long);
    va_end(list);
    return any_fcntl(fd, command, argument);
}
int dup(int fd) noexcept {
    refuse_file("dup", fd);
    return as_int(::syscall(SYS_dup, fd));
}
int dup2(int fd, int to) noexcept {
    refuse_file("dup2", fd);
    return fd == to ? fd : as_int(::syscall(SYS_dup3, fd, to, 0));
}
int dup3(int fd, int to, int flags) noexcept {
    refuse_file("dup3", fd);
    return as_int(::syscall(SYS_dup3, fd, to, flags));
}

int link(const char* from, const char* to) noexcept {
    refuse_path("link", AT_FDCWD, from);
    refuse_path("link", AT_FDCWD, to);
    return as_int(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
    refuse_path("linkat", from_folder, from);
    refuse_path("linkat", to_folder, to);
    return as_int(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}
int symlink(const char* target, const char* path) noexcept {
    refuse_path("symlink", AT_FDCWD, path);
    return as_int(::syscall(SYS_symlinkat, target, AT_FDCWD, path));
}
int truncate(const char* path, off_t size) noexcept {
    refuse_path("truncate", AT_FDCWD, path);
    return as_int(::syscall(SYS_truncate, path, size));
}
int truncate64(const char* path, off64_t size) noexcept { return truncate(path, size); }
int remove(const char* path) noexcept {
    refuse_path("remove", AT_FDCWD, path);
    int result = as_int(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
    return result == 0 || errno != EISDIR ? result
                                          : as_int(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}
int unlinkat(int folder, const char* path, int flags) noexcept {
    refuse_path("unlinkat", folder, path);
    return as_int(::syscall(SYS_unlinkat, folder, path, flags));
}
int mkdirat(int folder, const char* path, mode_t rights) noexcept {
    refuse_path("mkdirat", folder, path);
    return as_int(::syscall(SYS_mkdirat, folder, path, rights));
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    refuse_path("renameat", from_folder, from);
    refuse_path("renameat", to_folder, to);
    return as_int(::syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
    refuse_path("renameat2", from_folder, from);
    refuse_path("renameat2", to_folder, to);
    return as_int(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

} // extern "C"
} // namespace riacho::mirror
