#include "io/simulated_file.hpp"

#include <algorithm>
#include <cerrno>

namespace riacho::io {
namespace {

/// The first `size` bytes of `pieces`.
void shorten(std::vector<ByteView>& pieces, std::uint64_t size) {
    for (ByteView& piece : pieces) {
        piece = piece.first(std::min<std::uint64_t>(piece.size(), size));
        size -= piece.size();
    }
}

} // namespace

Task<std::size_t> SimulatedFile::read(std::uint64_t at, std::span<std::byte> into) {
    co_await disk_.start(opened_.life);
    disk_.throw_if_failing(DiskOperation::read, opened_.path);
    co_return node_->body.seen().read(at, into);
}

Task<> SimulatedFile::write(std::uint64_t at, std::vector<ByteView> pieces) {
    co_await disk_.start(opened_.life);
    check_writable(DiskOperation::write);
    std::uint64_t size = 0;
    for (ByteView piece : pieces) size += piece.size();
    if (size == 0) co_return;
    std::uint64_t fits = disk_.room_for(*node_, at, size);
    auto          failed = disk_.failure(DiskOperation::write, opened_.path);
    if (!failed && fits < size) {
        failed = ENOSPC;
        ++disk_.failures_[ENOSPC];
    }
    if (failed) {
        size = disk_.simulation_.chance().between(0, std::min(fits, size - 1));
        shorten(pieces, size);
    }
    std::uint64_t before = node_->body.seen().size();
    node_->body.write(at, pieces);
    disk_.resized(*node_, before);
    for (std::uint64_t position = at; ByteView piece : pieces) {
        disk_.simulation_.record(opened_.path, position, piece);
        position += piece.size();
    }
    if (failed) throw DiskError("write", opened_.path, *failed);
    co_await disk_.finish_change();
}

Task<> SimulatedFile::sync() {
    co_await disk_.start(opened_.life);
    std::uint64_t changes = node_->body.changes();
    auto          failed = disk_.failure(DiskOperation::sync, opened_.path);
    co_await disk_.wait_for_sync();
    if (failed) {
        node_->body.lose(changes);
        throw DiskError("sync", opened_.path, *failed);
    }
    disk_.count_change();
    if (!disk_.crashed() || disk_.simulation_.chance().between(0, 1) == 0) node_->body.sync(changes);
    disk_.note("sync", opened_.path);
    co_await disk_.start(opened_.life);
}

Task<> SimulatedFile::truncate(std::uint64_t size) {
    co_await disk_.start(opened_.life);
    check_writable(DiskOperation::truncate);
    disk_.throw_if_failing(DiskOperation::truncate, opened_.path);
    std::uint64_t before = node_->body.seen().size();
    node_->body.truncate(size);
    disk_.resized(*node_, before);
    disk_.note("truncate", opened_.path, std::to_string(size));
    co_await disk_.finish_change();
}

Task<std::uint64_t> SimulatedFile::size() {
    co_await disk_.start(opened_.life);
    co_return node_->body.seen().size();
}

void SimulatedFile::check_writable(DiskOperation operation) const {
    if (opened_.mode == OpenMode::read) throw DiskError(name_of(operation), opened_.path, EBADF);
}

} // namespace riacho::io
