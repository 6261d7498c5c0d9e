#pragma once

#include "io/disk.hpp"

#include <memory>
#include <string>
#include <utility>

namespace riacho::storage {

/// A file that is opened when it is first needed and then stays open. The one place where a log opens its
/// segments' files. Used on the partition's pool thread; readers share the file, so that it may leave its
/// slot under them.
class FileSlot {
public:
    FileSlot(io::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

    Task<std::shared_ptr<io::File>> open(io::OpenMode mode = io::OpenMode::write) {
        if (file_) co_return file_;
        std::shared_ptr<io::File> opened = co_await disk_.open(path_, mode);
        if (!file_) file_ = std::move(opened); // another job may have been faster
        co_return file_;
    }
    /// The owner has synced what was written.
    void close() { file_.reset(); }

    const std::string& path() const { return path_; }

private:
    io::Disk&                 disk_;
    std::string               path_;
    std::shared_ptr<io::File> file_;
};

} // namespace riacho::storage
