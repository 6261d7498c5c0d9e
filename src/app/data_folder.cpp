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

constexpr std::string_view ephemeral_prefix = "riacho-";
constexpr std::string_view unique_ending = "XXXXXX"; // as mkdtemp wants it
constexpr std::string_view owner_lock = "owner.lock";
constexpr std::string_view data_name = "data";

bool is_ours(const char* path, mode_t kind) {
    struct stat status{};
    return ::lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == kind && status.st_uid == ::geteuid();
}

/// Made by an EphemeralFolder of this user: by its name, its owner and all that is in it.
bool is_ephemeral(const std::filesystem::path& folder) {
    std::string name = folder.filename().string();
    if (name.size() != ephemeral_prefix.size() + unique_ending.size() || !name.starts_with(ephemeral_prefix))
        return false;
    if (!is_ours(folder.c_str(), S_IFDIR) || !is_ours((folder / owner_lock).c_str(), S_IFREG)) return false;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        auto inside = at->path().filename();
        if (inside != owner_lock && inside != data_name) return false;
    }
    return !error;
}

bool takes(const io::Descriptor& lock) {
    return lock.is_open() && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
}

/// What a killed process could not remove. What cannot be looked at or removed stays.
void remove_left_behind(const std::filesystem::path& base) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(base, error), end; !error && at != end; at.increment(error)) {
        const std::filesystem::path& folder = at->path();
        if (!is_ephemeral(folder)) continue;
        io::Descriptor  lock(::open((folder / owner_lock).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        std::error_code ignored;
        if (takes(lock)) std::filesystem::remove_all(folder, ignored);
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
    path_ = (base / ephemeral_prefix).string().append(unique_ending);
    if (!mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
    // It has its name once it is locked: nobody finds it free in between.
    std::string made = path_ + "/new.lock";
    lock_ = io::Descriptor(::open(made.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    std::filesystem::path found = std::filesystem::path(path_) / owner_lock;
    if (!takes(lock_) || ::rename(made.c_str(), found.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), made);
}

std::string EphemeralFolder::data() const { return (std::filesystem::path(path_) / data_name).string(); }

EphemeralFolder::~EphemeralFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace riacho::app
