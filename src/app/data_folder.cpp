#include "app/data_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace riacho::app {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

constexpr std::string_view ephemeral_name = "riacho-XXXXXX", owner_lock = "/owner.lock";

bool is_ours(const char* path, mode_t kind) {
    struct stat status{};
    return ::lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == kind && status.st_uid == ::geteuid();
}

/// Made by an EphemeralFolder of this user: by its name, its owner and all that is in it.
bool is_ephemeral(const std::filesystem::path& folder) {
    std::string name = folder.filename().string();
    if (name.size() != ephemeral_name.size() || !name.starts_with("riacho-")) return false;
    if (!is_ours(folder.c_str(), S_IFDIR) || !is_ours((folder.string() + owner_lock.data()).c_str(), S_IFREG))
        return false;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        auto inside = at->path().filename();
        if (inside != "owner.lock" && inside != "data") return false;
    }
    return !error;
}

/// What a killed process could not remove. What cannot be looked at or removed stays.
void remove_left_behind(const std::filesystem::path& base) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(base, error), end; !error && at != end; at.increment(error)) {
        const std::filesystem::path& folder = at->path();
        if (!is_ephemeral(folder)) continue;
        int lock = ::open((folder.string() + owner_lock.data()).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (lock < 0) continue;
        std::error_code ignored;
        if (::flock(lock, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(folder, ignored);
        ::close(lock);
    }
}

} // namespace

std::string default_data_folder() {
    std::string base = environment("XDG_DATA_HOME");
    if (!base.starts_with('/')) { // a relative one is to be ignored (XDG Base Directory)
        std::string home = environment("HOME");
        if (home.empty()) return {};
        base = home + "/.local/share";
    }
    return base + "/riacho";
}

std::string absolute_path(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

EphemeralFolder::EphemeralFolder() {
    std::error_code ignored;
    bool has_memory = std::filesystem::is_directory("/dev/shm", ignored) && access("/dev/shm", W_OK) == 0;
    std::filesystem::path base = has_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    remove_left_behind(base);
    path_ = (base / ephemeral_name).string();
    if (!mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
    // It has its name once it is locked: nobody finds it free in between.
    std::string made = path_ + "/new.lock";
    lock_ = ::open(made.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool is_locked = lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) == 0 &&
                     ::rename(made.c_str(), (path_ + owner_lock.data()).c_str()) == 0;
    if (!is_locked) throw std::system_error(errno, std::generic_category(), made);
}

EphemeralFolder::~EphemeralFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (lock_ >= 0) ::close(lock_);
}

} // namespace riacho::app
