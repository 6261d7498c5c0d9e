#include "io/disk.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace riacho::io {

DiskError::DiskError(std::string_view operation, std::string path, int error_number)
    : std::runtime_error(fmt::format("cannot {} {}: {}", operation, path, strerrordesc_np(error_number))),
      path_(std::move(path)), error_number_(error_number) {}

bool DiskError::is_full() const { return error_number_ == ENOSPC || error_number_ == EDQUOT; }
bool DiskError::lacks_descriptors() const { return error_number_ == EMFILE || error_number_ == ENFILE; }

Task<std::optional<Bytes>> read_file(Disk& disk, std::string path) {
    std::unique_ptr<File> file;
    try {
        file = co_await disk.open(path, OpenMode::read);
    } catch (const DiskError& error) {
        if (error.error_number() != ENOENT) throw;
    }
    if (!file) co_return std::nullopt;
    std::uint64_t size = co_await file->size();
    auto          buffer = std::make_shared<Buffer>(size);
    std::size_t   filled = co_await file->read(0, buffer->span());
    co_return Bytes(std::move(buffer)).slice(0, filled);
}

Task<> replace_file(Disk& disk, std::string path, Bytes content) {
    std::string temporary = path + ".tmp";
    {
        auto file = co_await disk.open(temporary, OpenMode::create);
        co_await file->truncate(0); // what an earlier attempt left
        co_await file->write(0, {content.view()});
        co_await file->sync();
    }
    co_await disk.rename(temporary, path);
    std::size_t slash = path.rfind('/');
    co_await disk.sync_folder(slash == 0 ? "/" : path.substr(0, slash));
}

} // namespace riacho::io
