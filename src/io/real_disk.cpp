#include "io/real_disk.hpp"

#include "io/real_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace riacho::io {
namespace {

constexpr mode_t file_rights = 0644;
constexpr mode_t folder_rights = 0755;

Descriptor open_path(const std::string& path, int flags) {
    for (;;) {
        int fd = ::open(path.c_str(), flags | O_CLOEXEC, file_rights);
        if (fd >= 0 || errno != EINTR) return Descriptor(fd);
    }
}

int flags_of(OpenMode mode) {
    switch (mode) {
    case OpenMode::read:
        return O_RDONLY;
    case OpenMode::write:
        return O_RDWR;
    case OpenMode::create:
        return O_RDWR | O_CREAT;
    case OpenMode::create_new:
        return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

class RealLock final : public FileLock {
public:
    explicit RealLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

private:
    Descriptor descriptor_; // closing it gives the lock up
};

/// The names in `folder`, or errno.
int read_names(const std::string& folder, std::vector<std::string>& names) {
    DIR* stream = ::opendir(folder.c_str());
    if (!stream) return errno;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    int error_number = errno;
    ::closedir(stream);
    std::ranges::sort(names);
    return error_number;
}

bool is_real_folder(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

void remove_tree(const std::string& folder) {
    std::vector<std::string> names;
    int                      error_number = read_names(folder, names);
    if (error_number == ENOENT) return;
    if (error_number != 0) throw DiskError("remove", folder, error_number);
    for (const std::string& name : names) {
        std::string path = folder + '/' + name;
        if (is_real_folder(path))
            remove_tree(path);
        else if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            throw DiskError("remove", path, errno);
    }
    if (::rmdir(folder.c_str()) != 0 && errno != ENOENT) throw DiskError("remove", folder, errno);
}

struct statvfs measure(const std::string& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) throw DiskError("measure", path, errno);
    return status;
}

} // namespace

Task<std::unique_ptr<File>> RealDisk::open(std::string path, OpenMode mode) {
    Descriptor descriptor = open_path(path, flags_of(mode));
    if (!descriptor.is_open()) throw DiskError("open", path, errno);
    co_return std::make_unique<RealFile>(std::move(descriptor), std::move(path));
}

Task<bool> RealDisk::exists(std::string path) {
    if (::access(path.c_str(), F_OK) == 0) co_return true;
    if (errno != ENOENT && errno != ENOTDIR) throw DiskError("look for", path, errno);
    co_return false;
}

Task<std::vector<std::string>> RealDisk::list(std::string folder) {
    std::vector<std::string> names;
    int                      error_number = read_names(folder, names);
    if (error_number != 0) throw DiskError("list", folder, error_number);
    co_return names;
}

Task<> RealDisk::make_folder(std::string path) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        std::string part = path.substr(0, slash);
        int         error_number = ::mkdir(part.c_str(), folder_rights) == 0 ? 0 : errno;
        bool        last = slash == std::string::npos;
        struct stat status{};
        bool is_folder = error_number == 0 || (::stat(part.c_str(), &status) == 0 && S_ISDIR(status.st_mode));
        if (!is_folder) throw DiskError("make folder", path, error_number);
        if (last) co_return;
    }
}

Task<> RealDisk::rename(std::string from, std::string to) {
    if (::rename(from.c_str(), to.c_str()) != 0) throw DiskError("rename", from, errno);
    co_return;
}

Task<> RealDisk::remove(std::string path) {
    if (::unlink(path.c_str()) != 0) throw DiskError("remove", path, errno);
    co_return;
}

Task<> RealDisk::remove_folder(std::string path) {
    remove_tree(path);
    co_return;
}

Task<> RealDisk::sync_folder(std::string folder) {
    Descriptor descriptor = open_path(folder, O_RDONLY | O_DIRECTORY);
    if (!descriptor.is_open() || ::fsync(descriptor.get()) != 0)
        throw DiskError("sync folder", folder, errno);
    co_return;
}

Task<std::uint64_t> RealDisk::free_bytes(std::string path) {
    struct statvfs             status = measure(path);
    co_return status.f_bavail* status.f_frsize;
}

Task<std::uint64_t> RealDisk::total_bytes(std::string path) {
    struct statvfs             status = measure(path);
    co_return status.f_blocks* status.f_frsize;
}

Task<std::unique_ptr<FileLock>> RealDisk::lock(std::string path) {
    Descriptor descriptor = open_path(path, O_RDWR | O_CREAT);
    if (!descriptor.is_open()) throw DiskError("open", path, errno);
    while (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) co_return nullptr;
        if (errno != EINTR) throw DiskError("lock", path, errno);
    }
    co_return std::make_unique<RealLock>(std::move(descriptor));
}

} // namespace riacho::io
