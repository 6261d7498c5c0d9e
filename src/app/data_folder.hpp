#pragma once

#include "io/descriptor.hpp"

#include <string>

namespace riacho::app {

/// $XDG_DATA_HOME/riacho, else ~/.local/share/riacho, absolute; empty where neither is known.
std::string default_data_folder();
/// `path` made absolute from the working directory.
std::string absolute_path(const std::string& path);

/// A new folder, in memory where the system has one for that (/dev/shm); removed with all in it at the end.
/// `owner.lock` in it is locked for as long as its owner lives: who makes one removes those whose owners
/// died.
class EphemeralFolder {
public:
    /// Throws std::system_error.
    EphemeralFolder();
    ~EphemeralFolder();
    EphemeralFolder(const EphemeralFolder&) = delete;
    EphemeralFolder& operator=(const EphemeralFolder&) = delete;

    /// Where the data goes; not there yet.
    std::string data() const;

private:
    std::string    path_;
    io::Descriptor lock_;
};

} // namespace riacho::app
