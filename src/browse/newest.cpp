#include "browse/search.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace riacho::browse {
namespace {

/// The end of one partition, as far back as it was read. A record counts with the latest time up to it, so
/// that what is newest is always the end of a partition, however the times of its records lie.
struct Tail {
    RecordSource::Range                          range;
    Offset                                       from;    // records from here on are in `records`
    std::vector<std::pair<std::int64_t, Offset>> records; // time, place
    Offset                                       needed_from;

    /// Doubles what is read, at least to `count` offsets.
    Offset longer(std::int64_t count) const {
        std::int64_t size = std::max(count, 2 * (range.end.value - from.value));
        return {std::max(range.start.value, range.end.value - size)};
    }
};

/// Reads [from, to) of each of `tails`, to where it was read before.
Task<Outcome<void, SourceError>> lengthen(RecordSource& source, std::vector<Tail*> tails, std::int64_t count,
                                          SearchLimits limits) {
    std::vector<PartitionReader> readers;
    for (const Tail* tail : tails)
        readers.emplace_back(tail->range.partition, tail->longer(count), tail->from);
    std::vector<std::vector<std::pair<std::int64_t, Offset>>> found(tails.size());
    for (std::size_t first = 0, without = 0; without < 3; first++) {
        RecordSource::FetchRequest request{{}, limits.fetch_bytes_max, limits.fetch_wait_max};
        for (std::size_t i = 0; i < readers.size(); i++) {
            const PartitionReader& reader = readers[(first + i) % readers.size()];
            if (!reader.is_finished()) request.asks.push_back({reader.partition(), reader.fetch_from()});
        }
        if (request.asks.empty()) break;
        CO_TRY(auto fetched, co_await source.fetch(std::move(request)));
        ++without; // in a row: then what is left are gaps
        for (auto& part : fetched) {
            auto reader = std::ranges::lower_bound(readers, part.partition, {}, &PartitionReader::partition);
            if (reader == readers.end() || reader->partition() != part.partition) continue;
            Offset before = reader->fetch_from();
            if (auto taken = reader->take(std::move(part)); !taken) co_return taken;
            if (reader->fetch_from() > before) without = 0;
            auto& records = found[static_cast<std::size_t>(reader - readers.begin())];
            for (; const kafka::Record* record = reader->head(); reader->skip())
                records.emplace_back(record->timestamp.ms, record->offset);
        }
    }
    for (std::size_t i = 0; i < tails.size(); i++) {
        tails[i]->from = readers[i].start();
        found[i].insert(found[i].end(), tails[i]->records.begin(), tails[i]->records.end());
        tails[i]->records = std::move(found[i]);
    }
    co_return Outcome<void, SourceError>();
}

/// Chooses the newest of what was read; gives the tails of which everything was chosen and more may be there.
std::vector<Tail*> choose(std::vector<Tail>& tails, std::size_t count) {
    std::vector<std::tuple<std::int64_t, std::size_t, Offset>> all;
    for (std::size_t i = 0; i < tails.size(); i++) {
        std::int64_t latest = INT64_MIN;
        for (auto [time, offset] : tails[i].records)
            all.emplace_back(latest = std::max(latest, time), i, offset);
        tails[i].needed_from = tails[i].range.end;
    }
    if (all.size() > count) {
        std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(count),
                                 std::ranges::greater());
        all.resize(count);
    }
    for (auto [time, i, offset] : all) tails[i].needed_from = std::min(tails[i].needed_from, offset);
    std::vector<Tail*> longer;
    for (Tail& tail : tails) {
        bool is_all =
            tail.records.empty() ? all.size() < count : tail.needed_from == tail.records.front().second;
        if (is_all && tail.from > tail.range.start) longer.push_back(&tail);
    }
    return longer;
}

} // namespace

Task<Outcome<std::vector<Offset>, SourceError>> newest_starts(RecordSource&                    source,
                                                              std::vector<RecordSource::Range> ranges,
                                                              std::size_t count, SearchLimits limits) {
    std::vector<Tail>  tails;
    std::vector<Tail*> longer;
    for (const auto& range : ranges) tails.push_back({range, range.end, {}, range.end});
    for (Tail& tail : tails) {
        if (tail.from > tail.range.start) longer.push_back(&tail);
    }
    auto share = static_cast<std::int64_t>((count + ranges.size()) / std::max(ranges.size(), std::size_t{1}));
    while (!longer.empty()) {
        auto read = co_await lengthen(source, std::move(longer), share, limits);
        if (!read) co_return std::unexpected(std::move(read).error());
        longer = choose(tails, count);
    }
    std::vector<Offset> starts;
    for (const Tail& tail : tails) starts.push_back(tail.needed_from);
    co_return starts;
}

} // namespace riacho::browse
