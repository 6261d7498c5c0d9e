#include "io/simulated_body.hpp"

#include "io/trace.hpp"

#include <algorithm>

namespace riacho::io {

void SimulatedBody::write(std::uint64_t at, const std::vector<ByteView>& pieces) {
    Change change{++changes_, at, 0, {}, false};
    for (ByteView piece : pieces) change.size += piece.size();
    if (change.size == 0) return;
    if (!std::ranges::all_of(pieces, is_zero)) {
        change.bytes.reserve(change.size);
        for (ByteView piece : pieces) change.bytes.insert(change.bytes.end(), piece.begin(), piece.end());
    }
    apply(seen_, change);
    unsynced_.push_back(std::move(change));
}

void SimulatedBody::truncate(std::uint64_t size) {
    Change change{++changes_, size, 0, {}, true};
    apply(seen_, change);
    unsynced_.push_back(std::move(change));
}

void SimulatedBody::sync(std::uint64_t changes) {
    while (!unsynced_.empty() && unsynced_.front().number <= changes) {
        apply(durable_, unsynced_.front());
        unsynced_.pop_front();
    }
}

void SimulatedBody::lose(std::uint64_t changes) {
    while (!unsynced_.empty() && unsynced_.front().number <= changes) unsynced_.pop_front();
}

void SimulatedBody::cut_power(CutLeaves leaves, Random& chance) {
    for (const Change& change : unsynced_) {
        if (leaves == CutLeaves::everything) apply(durable_, change);
        if (leaves == CutLeaves::some) keep_some(change, chance);
    }
    unsynced_.clear();
    seen_ = durable_;
}

void SimulatedBody::damage(std::uint64_t at, ByteView bytes) {
    seen_.write(at, bytes);
    durable_.write(at, bytes);
}

void SimulatedBody::apply(SparseBytes& content, const Change& change) {
    if (change.truncates) return content.resize(change.at);
    if (change.bytes.empty()) return content.write_zeros(change.at, change.size);
    content.write(change.at, change.bytes);
}

/// Whole changes are kept or lost often enough that schedules with many of them meet both; else a first part
/// of the sectors stays, or each by its own coin.
void SimulatedBody::keep_some(const Change& change, Random& chance) {
    std::uint64_t style = chance.between(0, 3);
    if (style == 0) return;
    if (style == 1 || change.truncates) return apply(durable_, change);
    std::uint64_t end = change.at + change.size;
    if (chance.between(0, 3) == 0)
        durable_.write_zeros(std::max(durable_.size(), end), 0); // size without data
    if (change.bytes.empty() && durable_.is_empty(change.at, change.size)) return;
    std::uint64_t first_part = chance.between(change.at, end);
    std::uint64_t coins = 0;
    for (std::uint64_t from = change.at, tossed = 0; from < end; from = (from / sector + 1) * sector) {
        if (tossed++ % 64 == 0) coins = chance.bits();
        bool keep = style == 2 ? from < first_part : (coins >> (tossed % 64) & 1) != 0;
        if (keep) keep_sector(change, from);
    }
}

void SimulatedBody::keep_sector(const Change& change, std::uint64_t from) {
    std::uint64_t to = std::min((from / sector + 1) * sector, change.at + change.size);
    if (change.bytes.empty()) return durable_.write_zeros(from, to - from);
    durable_.write(from, ByteView(change.bytes).subspan(from - change.at, to - from));
}

} // namespace riacho::io
