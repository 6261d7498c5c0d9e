#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "codec/endian.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <vector>

/// What our own files are made of: little-endian numbers and bytes, one after another.
namespace riacho::storage {

class LittleWriter {
public:
    template <std::integral T> LittleWriter& number(T value) {
        std::byte bytes[sizeof(T)];
        store_little(bytes, value);
        return view(bytes);
    }
    LittleWriter& view(ByteView bytes) {
        content_.insert(content_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    LittleWriter& partition(const TopicPartition& partition) {
        return view(partition.topic_id.bytes).number(static_cast<std::int32_t>(partition.index));
    }
    /// Zeros up to `size` bytes in all.
    LittleWriter& pad_to(std::size_t size) {
        content_.resize(std::max(size, content_.size()));
        return *this;
    }

    std::vector<std::byte>& content() { return content_; }

private:
    std::vector<std::byte> content_;
};

/// Reads what a LittleWriter wrote. A read past the end fails, and all that follow it do: ask `is_good` once.
class LittleReader {
public:
    explicit LittleReader(ByteView bytes) : rest_(bytes) {}

    template <std::integral T> T number() {
        ByteView bytes = view(sizeof(T));
        return bytes.empty() ? T{} : load_little<T>(bytes.data());
    }
    /// Empty where fewer than `size` bytes are left.
    ByteView view(std::size_t size) {
        if (size > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        ByteView bytes = rest_.first(size);
        rest_ = rest_.subspan(size);
        return bytes;
    }
    TopicPartition partition() {
        TopicPartition partition;
        ByteView       id = view(partition.topic_id.bytes.size());
        std::ranges::copy(id, partition.topic_id.bytes.begin());
        partition.index = PartitionIndex{number<std::int32_t>()};
        return partition;
    }

    ByteView rest() const { return rest_; }
    bool     is_good() const { return good_; }
    /// Everything was read and nothing was missing.
    bool is_done() const { return good_ && rest_.empty(); }

private:
    ByteView rest_;
    bool     good_ = true;
};

} // namespace riacho::storage
