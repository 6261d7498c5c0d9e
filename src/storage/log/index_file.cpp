#include "storage/log/index_file.hpp"

#include "base/planted.hpp"

#include <algorithm>

namespace riacho::storage {

namespace {

constexpr std::size_t searched_block_bytes = 4096;

} // namespace

Task<> IndexFile::load() {
    pending_.clear();
    written_ = 0;
    exists_ = co_await disk_.exists(slot_.path());
    if (!exists_) co_return;
    auto          file = co_await slot_.open();
    std::uint64_t size = co_await file->size();
    written_ = static_cast<std::size_t>(size) / entry_bytes_;
}

Task<> IndexFile::create() {
    if (exists_) co_return;
    co_await slot_.open(io::OpenMode::create);
    exists_ = true;
}

Task<> IndexFile::pin() {
    if (exists_) co_await slot_.pin();
}

Task<> IndexFile::flush() {
    if (pending_.empty()) co_return;
    auto file = co_await slot_.open(io::OpenMode::create);
    exists_ = true;
    std::vector<ByteView> pieces{ByteView(pending_)};
    is_dirty_ = true;
    slot_.will_write();
    co_await file->write(written_ * entry_bytes_, std::move(pieces));
    written_ += pending_.size() / entry_bytes_;
    pending_.clear();
}

Task<> IndexFile::sync() {
    co_await flush();
    if (!is_dirty_) co_return;
    co_await slot_.sync();
    is_dirty_ = false;
}

Task<> IndexFile::cut(std::size_t count) {
    pending_.clear();
    if (!exists_ || planted(Planted::index_not_truncated)) co_return;
    auto          file = co_await slot_.open();
    std::uint64_t size = co_await file->size();
    written_ = count;
    is_dirty_ = true; // a killed process may have written what is read here, and not synced it
    if (size == count * entry_bytes_) co_return;
    slot_.will_write();
    co_await file->truncate(count * entry_bytes_);
    co_await slot_.sync();
    is_dirty_ = false;
}

Task<std::vector<std::byte>> IndexFile::read(std::size_t from, std::size_t size) {
    std::size_t            end = std::min(from + size, count());
    std::size_t            written = written_;
    std::vector<std::byte> entries;
    if (from >= end) co_return entries;
    if (from < written_) {
        std::size_t in_file = std::min(end, written_) - from;
        entries.resize(in_file * entry_bytes_);
        auto        file = co_await slot_.open();
        std::size_t got = co_await file->read(from * entry_bytes_, entries);
        entries.resize(got / entry_bytes_ * entry_bytes_);
        if (got != in_file * entry_bytes_) co_return entries;
    }
    if (end > written && written == written_) { // else a flush came between: the rest is for the next look
        std::size_t skipped = from > written_ ? from - written_ : 0;
        auto        begin = pending_.begin() + static_cast<std::ptrdiff_t>(skipped * entry_bytes_);
        auto        stop = pending_.begin() + static_cast<std::ptrdiff_t>((end - written_) * entry_bytes_);
        entries.insert(entries.end(), begin, stop);
    }
    co_return entries;
}

Task<std::size_t> IndexFile::count_before(Predicate is_before) {
    std::size_t low = 0;
    std::size_t high = count();
    while ((high - low) * entry_bytes_ > searched_block_bytes) {
        std::size_t middle = low + (high - low) / 2;
        auto        entry = co_await read(middle, 1);
        if (!entry.empty() && is_before(entry.data()))
            low = middle + 1;
        else
            high = middle;
    }
    auto block = co_await read(low, high - low);
    for (std::size_t at = 0; at < block.size() && is_before(block.data() + at); at += entry_bytes_) ++low;
    co_return low;
}

} // namespace riacho::storage
