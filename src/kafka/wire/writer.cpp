#include "kafka/wire/writer.hpp"

namespace riacho::kafka {

void Writer::append(const Bytes& slice) {
    if (slice.size() < reference_from) return copy(slice.view());
    slices_.push_back({used_, slice});
    referenced_ += slice.size();
}

void Writer::append(const Writer& other) {
    std::size_t from = 0;
    for (const Referenced& referenced : other.slices_) {
        copy(other.buffer_->view().subspan(from, referenced.at - from));
        append(referenced.slice);
        from = referenced.at;
    }
    copy(other.buffer_->view().subspan(from, other.used_ - from));
}

void Writer::enlarge(std::size_t size) {
    auto larger = std::make_shared<Buffer>(std::max(used_ + size, 2 * buffer_->view().size()));
    std::ranges::copy(buffer_->view().first(used_), larger->span().begin());
    buffer_ = std::move(larger);
}

std::vector<Bytes> Writer::take() {
    std::vector<Bytes> pieces;
    pieces.reserve(2 * slices_.size() + 1);
    Bytes       own(std::exchange(buffer_, std::make_shared<Buffer>(0)));
    std::size_t from = 0;
    for (Referenced& referenced : slices_) {
        if (referenced.at > from) pieces.push_back(own.slice(from, referenced.at - from));
        pieces.push_back(std::move(referenced.slice));
        from = referenced.at;
    }
    if (used_ > from) pieces.push_back(own.slice(from, used_ - from));
    used_ = 0;
    referenced_ = 0;
    slices_.clear();
    return pieces;
}

Bytes Writer::to_bytes() const {
    auto        whole = std::make_shared<Buffer>(size());
    auto        out = whole->span().begin();
    std::size_t from = 0;
    for (const Referenced& referenced : slices_) {
        out = std::ranges::copy(buffer_->view().subspan(from, referenced.at - from), out).out;
        out = std::ranges::copy(referenced.slice.view(), out).out;
        from = referenced.at;
    }
    std::ranges::copy(buffer_->view().subspan(from, used_ - from), out);
    return Bytes(std::move(whole));
}

} // namespace riacho::kafka
