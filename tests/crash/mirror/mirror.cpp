#include "mirror.hpp"

#include "system.hpp"

#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace riacho::mirror {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::uint64_t number(const char* name, std::uint64_t fallback) {
    std::string value = variable(name);
    return value.empty() ? fallback : std::strtoull(value.c_str(), nullptr, 10);
}

/// Where an open file or folder is now.
std::string path_of(int fd) {
    char    path[4096];
    ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    if (size <= 0) system::refuse("naming", "an open file");
    return {path, static_cast<std::size_t>(size)};
}

} // namespace

Options Options::from_environment() {
    std::string keeps = variable("RIACHO_MIRROR_KEEPS");
    return {.live = variable("RIACHO_MIRROR_LIVE"),
            .store = variable("RIACHO_MIRROR_STORE"),
            .seed = number("RIACHO_MIRROR_SEED", 1),
            .nap_us_max = number("RIACHO_MIRROR_NAP_US", 0),
            .die_at = number("RIACHO_MIRROR_DIE_AT", 0),
            .keeps = keeps == "everything" ? Keeps::everything
                     : keeps == "nothing"  ? Keeps::nothing
                                           : Keeps::some};
}

Mirror::Mirror(Options options)
    : options_(std::move(options)), coins_(options_.keeps, options_.seed),
      names_(options_.live, options_.store, coins_) {}

std::string Mirror::inside(const char* path) const {
    std::string absolute = path;
    if (absolute.empty()) return {};
    if (absolute[0] != '/') {
        char folder[4096];
        if (!::getcwd(folder, sizeof folder)) return {};
        absolute = std::string(folder) + '/' + absolute;
    }
    absolute = std::filesystem::path(absolute).lexically_normal();
    while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
    bool is_inside = absolute == options_.live || absolute.starts_with(options_.live + '/');
    return is_inside ? absolute : std::string{};
}

bool Mirror::has(int fd) const {
    return fd >= 0 && fd < descriptors_max && is_open_[static_cast<unsigned>(fd)];
}

void Mirror::count() {
    if (++operations_ == options_.die_at) system::die();
}

void Mirror::opened(int fd, const std::string& path, Through through) {
    if (fd >= descriptors_max) system::refuse("opening so many files", path);
    struct stat status{};
    if (::fstat(fd, &status) != 0) system::refuse("looking at", path);
    std::lock_guard guard(lock_);
    Open            open{nullptr, through};
    if (!S_ISDIR(status.st_mode)) {
        Id id = id_of_descriptor(fd);
        open.body = bodies_[id];
        if (!open.body) open.body = bodies_[id] = std::make_shared<Body>(options_.store, id);
    }
    open_[fd] = std::move(open);
    is_open_[static_cast<unsigned>(fd)] = true;
}

void Mirror::closing(int fd) {
    std::lock_guard guard(lock_);
    is_open_[static_cast<unsigned>(fd)] = false;
    open_.erase(fd);
}

void Mirror::written(int fd, Part part) {
    Open& open = open_.at(fd);
    if (!open.body) system::refuse("writing", "a folder");
    if (open.through == Through::yes)
        open.body->written_through(fd, part);
    else
        open.body->written(fd, part, coins_);
}

void Mirror::resized(int fd, std::uint64_t before, std::uint64_t after) {
    open_.at(fd).body->resized(before, after, coins_);
}

int Mirror::sync(int fd, int (*real)(int)) {
    std::unique_lock      guard(lock_);
    std::shared_ptr<Body> body = open_.at(fd).body;
    guard.unlock();
    if (!body) return sync_folder(fd, real);

    std::lock_guard turn(body->syncing()); // the second of two syncs promises what the first one has begun
    guard.lock();
    Ranges promised = body->promised();
    guard.unlock();
    nap();
    if (real(fd) != 0) system::refuse("a failed sync", path_of(fd));
    guard.lock();
    body->synced(fd, promised);
    return 0;
}

int Mirror::sync_folder(int fd, int (*real)(int)) {
    nap();
    if (real(fd) != 0) system::refuse("a failed sync", path_of(fd));
    std::lock_guard guard(lock_);
    names_.folder_synced(path_of(fd));
    return 0;
}

void Mirror::nap() {
    if (options_.nap_us_max == 0) return;
    std::unique_lock guard(lock_);
    std::uint64_t    span = coins_.below(options_.nap_us_max);
    guard.unlock();
    system::nap(span);
}

} // namespace riacho::mirror
