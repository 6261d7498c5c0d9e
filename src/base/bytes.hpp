#pragma once

#include "base/memory_budget.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace riacho {

using ByteView = std::span<const std::byte>;

inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Memory that is filled once and then shared: the only owner of bytes behind `Bytes`.
class Buffer {
public:
    /// Not zeroed. `charge` is held for as long as the buffer lives.
    explicit Buffer(std::size_t size, Charge charge = {})
        : data_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size), charge_(std::move(charge)) {}

    std::span<std::byte> span() { return {data_.get(), size_}; }
    ByteView             view() const { return {data_.get(), size_}; }
    /// Somebody else's budget counts the buffer from here on. From any thread, more than once.
    void release_charge() {
        if (!is_released_.test_and_set()) charge_ = {};
    }

private:
    std::unique_ptr<std::byte[]> data_;
    std::size_t                  size_;
    Charge                       charge_;
    std::atomic_flag             is_released_;
};

/// A slice of a shared buffer that it keeps alive. Copying a slice never copies the bytes. May be moved
/// between threads.
class Bytes {
public:
    Bytes() = default;
    /// The whole of `buffer`.
    explicit Bytes(std::shared_ptr<Buffer> buffer) : owner_(std::move(buffer)) {
        if (owner_) view_ = owner_->span();
    }
    /// A copy of `view` in a buffer of its own.
    static Bytes copy_of(ByteView view, Charge charge = {}) {
        auto buffer = std::make_shared<Buffer>(view.size(), std::move(charge));
        std::ranges::copy(view, buffer->span().begin());
        return Bytes(std::move(buffer));
    }
    static Bytes copy_of(std::string_view text) { return copy_of(as_bytes(text)); }

    /// `part` must lie inside this slice.
    Bytes slice(ByteView part) const {
        Bytes result;
        result.owner_ = owner_;
        result.view_ = {const_cast<std::byte*>(part.data()), part.size()};
        return result;
    }
    Bytes slice(std::size_t from, std::size_t size) const { return slice(view().subspan(from, size)); }

    ByteView    view() const { return view_; }
    std::size_t size() const { return view_.size(); }
    bool        empty() const { return view_.empty(); }
    /// What the slice keeps alive: the size of the whole buffer behind it.
    std::size_t held_bytes() const { return owner_ ? owner_->view().size() : 0; }

    /// The whole buffer is counted elsewhere from here on.
    void release_charge() const {
        if (owner_) owner_->release_charge();
    }

    /// For the one who received the buffer, before the slice is shared with any reader: admission patches a
    /// batch's base offset, leader epoch and timestamp in place.
    std::span<std::byte> writable() const { return view_; }

    friend bool operator==(const Bytes& a, const Bytes& b) { return std::ranges::equal(a.view_, b.view_); }

private:
    std::shared_ptr<Buffer> owner_;
    std::span<std::byte>    view_;
};

} // namespace riacho
