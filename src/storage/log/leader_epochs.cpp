#include "storage/log/leader_epochs.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/core.h>

namespace riacho::storage {

namespace {

/// The number at the start of `text`, which it takes with the one character behind it.
template <class T> std::optional<T> take_number(std::string_view& text, char behind) {
    T value{};
    auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || rest == text.data() + text.size() || *rest != behind) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
    return value;
}

} // namespace

bool LeaderEpochs::assign(LeaderEpoch epoch, Offset offset) {
    if (epoch == LeaderEpoch::none || (!starts_.empty() && epoch <= starts_.back().epoch)) return false;
    starts_.push_back({epoch, offset});
    return true;
}

void LeaderEpochs::cut(Offset end) {
    while (!starts_.empty() && starts_.back().offset >= end) starts_.pop_back();
}

void LeaderEpochs::trim(Offset start) {
    auto above = std::ranges::find_if(starts_, [&](const Start& at) { return at.offset > start; });
    if (above - starts_.begin() > 1) above = starts_.erase(starts_.begin(), above - 1) + 1;
    if (above != starts_.begin()) starts_.front().offset = start;
}

LeaderEpoch LeaderEpochs::last(Offset end) const {
    auto above = std::ranges::lower_bound(starts_, end, {}, &Start::offset);
    return above == starts_.begin() ? LeaderEpoch::none : std::prev(above)->epoch;
}

EpochEnd LeaderEpochs::end_of(LeaderEpoch epoch, Offset end) const {
    auto published = std::ranges::lower_bound(starts_, end, {}, &Start::offset);
    auto above = std::ranges::upper_bound(starts_.begin(), published, epoch, {}, &Start::epoch);
    if (epoch == LeaderEpoch::none || published == starts_.begin()) return {};
    if (above == published) {
        if (std::prev(published)->epoch != epoch) return {};
        return {epoch, end};
    }
    return {above == starts_.begin() ? epoch : std::prev(above)->epoch, above->offset};
}

std::string LeaderEpochs::text() const {
    std::string text = fmt::format("0\n{}\n", starts_.size());
    for (const Start& start : starts_)
        text += fmt::format("{} {}\n", static_cast<std::int32_t>(start.epoch), start.offset.value);
    return text;
}

std::optional<LeaderEpochs> LeaderEpochs::parse(std::string_view text) {
    if (take_number<int>(text, '\n') != 0) return std::nullopt;
    auto count = take_number<std::size_t>(text, '\n');
    if (!count || *count > text.size()) return std::nullopt;
    LeaderEpochs epochs;
    for (std::size_t i = 0; i < *count; ++i) {
        auto epoch = take_number<std::int32_t>(text, ' ');
        auto offset = epoch ? take_number<std::int64_t>(text, '\n') : std::nullopt;
        if (!offset || !epochs.assign(LeaderEpoch{*epoch}, Offset{*offset})) return std::nullopt;
    }
    return epochs;
}

} // namespace riacho::storage
