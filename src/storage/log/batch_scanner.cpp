#include "storage/log/batch_scanner.hpp"

#include "codec/endian.hpp"
#include "kafka/batch/batch_view.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <span>
#include <utility>

namespace riacho::storage {

namespace {

std::optional<BatchScanner::Found> parse_batch_header(const std::byte* at) {
    namespace layout = kafka::batch_layout;
    auto length = load_big<std::int32_t>(at + layout::batch_length);
    auto delta = load_big<std::int32_t>(at + layout::last_offset_delta);
    auto length_min = static_cast<std::int32_t>(layout::header_size - layout::length_overhead);
    if (length < length_min || delta < 0 || load_big<std::int8_t>(at + layout::magic) != layout::magic_v2)
        return std::nullopt;
    BatchScanner::Found found;
    found.size = static_cast<std::uint32_t>(length) + layout::length_overhead;
    found.base = {load_big<std::int64_t>(at + layout::base_offset)};
    constexpr std::int64_t offset_max = std::numeric_limits<std::int64_t>::max();
    if (found.base.value < 0 || found.base.value >= offset_max - delta) return std::nullopt;
    found.last = {found.base.value + delta};
    found.max_timestamp = {load_big<std::int64_t>(at + layout::max_timestamp)};
    found.epoch = LeaderEpoch{load_big<std::int32_t>(at + layout::leader_epoch)};
    return found;
}

} // namespace

Task<std::optional<BatchScanner::Found>> BatchScanner::next() {
    constexpr std::size_t header_size = kafka::batch_layout::header_size;
    if (to_ < position_ + header_size) co_return std::nullopt;
    bool is_inside = position_ >= window_at_ && position_ + header_size <= window_at_ + window_.size();
    if (!is_inside) {
        window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes_, to_ - position_)));
        window_at_ = position_;
        std::size_t got = co_await file_->read(position_, window_);
        window_.resize(got);
        if (got < header_size) co_return std::nullopt;
    }
    auto found = parse_batch_header(window_.data() + (position_ - window_at_));
    if (!found || found->base <= last_ || position_ + found->size > to_) co_return std::nullopt;
    found->position = position_;
    position_ += found->size;
    last_ = found->last;
    co_return found;
}

Task<Bytes> read_exactly(std::shared_ptr<io::File> file, std::string path, std::uint64_t at,
                         std::shared_ptr<Buffer> into) {
    std::size_t got = co_await file->read(at, into->span());
    if (got != into->view().size()) throw io::DiskError("read", std::move(path), EIO);
    co_return Bytes(std::move(into));
}

} // namespace riacho::storage
