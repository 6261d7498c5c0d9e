#include "storage/clean/batch_reader.hpp"

#include "codec/endian.hpp"
#include "storage/log/batch_scanner.hpp"

#include <algorithm>
#include <cerrno>

namespace riacho::storage {

Task<Bytes> BatchReader::read(std::size_t size) {
    co_return co_await read_exactly(file_, path_, position_, std::make_shared<Buffer>(size));
}

Task<Bytes> BatchReader::next() {
    if (is_at_end()) co_return Bytes{};
    if (!file_) file_ = co_await disk_.open(path_, io::OpenMode::read);
    std::uint64_t left = bytes_ - position_;
    Bytes       piece = co_await read(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_bytes_)));
    std::size_t whole = 0;
    kafka::BatchCursor cursor(piece.view());
    while (auto batch = cursor.next()) whole += batch->size();
    if (whole == 0 && piece.size() >= kafka::batch_layout::header_size) {
        auto length = load_big<std::int32_t>(piece.view().data() + kafka::batch_layout::batch_length);
        auto size = static_cast<std::uint64_t>(std::max(length, 0)) + kafka::batch_layout::length_overhead;
        if (size > piece.size() && size <= left) {
            piece = co_await read(static_cast<std::size_t>(size));
            if (auto batch = kafka::BatchView::first(piece.view())) whole = batch->size();
        }
    }
    if (whole == 0) throw io::DiskError("read a batch of", path_, EIO);
    position_ += whole;
    co_return piece.slice(0, whole);
}

} // namespace riacho::storage
