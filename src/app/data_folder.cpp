#include "app/data_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace riacho::app {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
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
    path_ = (has_memory ? std::string("/dev/shm") : std::filesystem::temp_directory_path().string()) +
            "/riacho-XXXXXX";
    if (!mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
}

EphemeralFolder::~EphemeralFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace riacho::app
