#pragma once

#include <string>

namespace riacho::app {

/// $XDG_DATA_HOME/riacho, else ~/.local/share/riacho, absolute; empty where neither is known.
std::string default_data_folder();
/// `path` made absolute from the working directory.
std::string absolute_path(const std::string& path);

/// A new folder, in memory where the system has one for that (/dev/shm); removed with all in it at the end.
class EphemeralFolder {
public:
    /// Throws std::system_error.
    EphemeralFolder();
    ~EphemeralFolder();
    EphemeralFolder(const EphemeralFolder&) = delete;
    EphemeralFolder& operator=(const EphemeralFolder&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace riacho::app
