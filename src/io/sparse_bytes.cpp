#include "io/sparse_bytes.hpp"

#include "io/trace.hpp"

#include <algorithm>
#include <cstring>

namespace riacho::io {

std::size_t SparseBytes::read(std::uint64_t at, std::span<std::byte> into) const {
    if (at >= size_) return 0;
    into = into.first(std::min<std::uint64_t>(into.size(), size_ - at));
    if (into.empty()) return 0;
    std::memset(into.data(), 0, into.size());
    std::uint64_t end = at + into.size();
    for (auto page = pages_.lower_bound(at / page_size); page != pages_.end(); ++page) {
        std::uint64_t start = page->first * page_size;
        if (start >= end) break;
        std::uint64_t from = std::max(start, at);
        std::uint64_t to = std::min(start + page_size, end);
        std::memcpy(into.data() + (from - at), page->second->data() + (from - start), to - from);
    }
    return into.size();
}

void SparseBytes::write(std::uint64_t at, ByteView bytes) {
    size_ = std::max(size_, at + bytes.size());
    while (!bytes.empty()) {
        std::uint64_t page = at / page_size;
        std::size_t   offset = at % page_size;
        ByteView      part = bytes.first(std::min(page_size - offset, bytes.size()));
        if (pages_.contains(page) || !is_zero(part))
            std::memcpy(writable(page) + offset, part.data(), part.size());
        at += part.size();
        bytes = bytes.subspan(part.size());
    }
}

void SparseBytes::write_zeros(std::uint64_t at, std::uint64_t size) {
    std::uint64_t end = at + size;
    size_ = std::max(size_, end);
    auto page = pages_.lower_bound(at / page_size);
    while (page != pages_.end() && page->first * page_size < end) {
        std::uint64_t start = page->first * page_size;
        if (start >= at && start + page_size <= end) {
            page = pages_.erase(page);
            continue;
        }
        std::uint64_t from = std::max(start, at);
        std::uint64_t to = std::min(start + page_size, end);
        std::memset(writable(page->first) + (from - start), 0, to - from);
        ++page;
    }
}

void SparseBytes::resize(std::uint64_t size) {
    if (size < size_) write_zeros(size, size_ - size);
    size_ = size;
}

bool SparseBytes::is_empty(std::uint64_t at, std::uint64_t size) const {
    auto page = pages_.lower_bound(at / page_size);
    return page == pages_.end() || page->first * page_size >= at + size;
}

std::byte* SparseBytes::writable(std::uint64_t page) {
    std::shared_ptr<Page>& kept = pages_[page];
    if (!kept)
        kept = std::make_shared<Page>();
    else if (kept.use_count() > 1)
        kept = std::make_shared<Page>(*kept);
    return kept->data();
}

} // namespace riacho::io
