#include "storage/log/tail.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace riacho::storage {

bool Tail::keeps_slice(const Bytes& batch) const {
    return batch.size() >= kept_slice_bytes && batch.held_bytes() <= 2 * batch.size();
}

void Tail::use_chunk(std::size_t size, Charge charge) {
    bool is_last_used = !batches_.empty() && batches_.back().chunk == chunk_number_;
    if (chunk_ && !is_last_used) chunk_->release_charge();
    chunk_ = std::make_shared<Buffer>(size, std::move(charge));
    chunk_used_ = 0;
    ++chunk_number_;
    next_chunk_bytes_ = std::min(std::max(size, next_chunk_bytes_) * 2, chunk_bytes_max);
}

bool Tail::ensure_room(const Bytes& batch) {
    if (keeps_slice(batch)) {
        auto charge = budget_.try_charge(batch.held_bytes());
        if (charge) slice_charge_ = *std::move(charge);
        return is_room_promised_ = charge.has_value();
    }
    if (chunk_ && chunk_->view().size() - chunk_used_ >= batch.size()) return is_room_promised_ = true;
    std::size_t size = std::max(batch.size(), next_chunk_bytes_);
    auto        charge = budget_.try_charge(size);
    if (!charge && size > batch.size()) {
        size = batch.size();
        charge = budget_.try_charge(size);
    }
    if (!charge) return false;
    use_chunk(size, *std::move(charge));
    return is_room_promised_ = true;
}

void Tail::force_room(const Bytes& batch) {
    if (ensure_room(batch)) return;
    if (keeps_slice(batch))
        slice_charge_ = budget_.charge(batch.held_bytes());
    else
        use_chunk(batch.size(), budget_.charge(batch.size()));
    is_room_promised_ = true;
}

void Tail::drop_room() {
    slice_charge_ = Charge();
    is_room_promised_ = false;
    if (batches_.empty()) drop_chunk();
}

void Tail::drop_chunk() {
    if (chunk_) chunk_->release_charge();
    chunk_.reset();
    next_chunk_bytes_ = chunk_bytes_min;
}

Bytes Tail::push(Bytes batch) {
    auto view = kafka::BatchView::first(batch.view());
    check(view.has_value(), "only validated batches come into a tail");
    Batch& added = batches_.emplace_back();
    added.base = view->base_offset();
    added.last = view->last_offset();
    added.max_timestamp = view->max_timestamp();
    added.size = static_cast<std::uint32_t>(batch.size());
    bytes_ += batch.size();
    is_room_promised_ = false;
    if (keeps_slice(batch)) {
        added.chunk = 0;
        added.from = 0;
        added.charge = std::exchange(slice_charge_, Charge());
        added.owner = std::move(batch);
        added.owner.release_charge(); // of the request: it is the tail's memory now
        return added.owner;
    }
    check(chunk_ && chunk_->view().size() - chunk_used_ >= batch.size(),
          "a tail's batch has room before it comes");
    std::ranges::copy(batch.view(), chunk_->span().subspan(chunk_used_).begin());
    added.chunk = chunk_number_;
    added.from = static_cast<std::uint32_t>(chunk_used_);
    added.owner = Bytes(chunk_);
    chunk_used_ += batch.size();
    return added.bytes();
}

void Tail::mark_durable(Offset base, FrameNumber frame) {
    check(durable_count_ < batches_.size() && batches_[durable_count_].base == base,
          "batches of a partition become durable in the order of their offsets");
    Batch& batch = batches_[durable_count_++];
    batch.frame = frame;
    durable_bytes_ += batch.size;
}

std::optional<FrameNumber> Tail::oldest_durable() const {
    if (durable_count_ == 0) return std::nullopt;
    return batches_.front().frame;
}

Timestamp Tail::max_durable_timestamp() const {
    Timestamp largest;
    for (std::size_t i = 0; i < durable_count_; ++i) largest = std::max(largest, batches_[i].max_timestamp);
    return largest;
}

std::vector<Bytes> Tail::durable_batches(std::size_t bytes_max) const {
    std::vector<Bytes> result;
    std::size_t        total = 0;
    for (std::size_t i = 0; i < durable_count_; ++i) {
        total += batches_[i].size;
        if (!result.empty() && total > bytes_max) break;
        result.push_back(batches_[i].bytes());
    }
    return result;
}

void Tail::pop(std::size_t count) {
    check(count <= durable_count_, "only durable batches leave a tail");
    for (std::size_t i = 0; i < count; ++i) {
        Batch leaving = std::move(batches_.front());
        batches_.pop_front();
        bytes_ -= leaving.size;
        durable_bytes_ -= leaving.size;
        if (leaving.chunk == 0 || leaving.chunk == chunk_number_) continue;
        auto next = std::ranges::find_if(batches_, [](const Batch& batch) { return batch.chunk != 0; });
        if (next == batches_.end() || next->chunk != leaving.chunk) leaving.owner.release_charge();
    }
    durable_count_ -= count;
    if (batches_.empty() && !is_room_promised_) drop_chunk();
}

std::deque<Tail::Batch>::const_iterator Tail::find(Offset from) const {
    return std::ranges::lower_bound(batches_, from, {}, &Batch::last);
}

ReadResult Tail::read(Offset from, Offset below, ReadRoom room) const {
    auto first = find(from);
    if (first == batches_.end() || first->base >= below) return {{}, from};
    if (first->size > room.first_max) return {{}, from, first->size};
    std::size_t size = first->size;
    auto        last = first;
    for (auto next = first + 1; next != batches_.end(); ++next) {
        bool is_contiguous = next->chunk != 0 && next->chunk == first->chunk;
        if (!is_contiguous || next->base >= below || size + next->size > room.bytes_max) break;
        size += next->size;
        last = next;
    }
    return {first->owner.slice(first->from, size), last->last.next()};
}

} // namespace riacho::storage
