#include "browse/search.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace riacho::browse {
namespace {

/// Without a byte so often in a row, what is left of a range are gaps.
constexpr unsigned empty_fetches_max = 3;
constexpr Offset   no_end{std::numeric_limits<std::int64_t>::max()};

std::vector<PartitionIndex> partitions_of(const std::vector<RecordSource::Range>& ranges) {
    std::vector<PartitionIndex> partitions;
    for (const auto& range : ranges) partitions.push_back(range.partition);
    return partitions;
}

} // namespace

Search::Search(io::Shard& shard, RecordSource& source, SearchRequest request, Expression expression,
               SearchLimits limits)
    : shard_(shard), source_(source), request_(std::move(request)), expression_(std::move(expression)),
      limits_(limits), began_(shard.now()), last_progress_(began_), fetched_(shard), work_(shard) {}

Task<Search::Answer<std::unique_ptr<Search>>> Search::begin(io::Shard& shard, RecordSource& source,
                                                            SearchRequest request, Expression expression,
                                                            SearchLimits limits) {
    auto search =
        std::make_unique<Search>(shard, source, std::move(request), std::move(expression), std::move(limits));
    if (auto opened = co_await search->open(); !opened) co_return std::unexpected(std::move(opened).error());
    co_return search;
}

Task<Search::Answer<void>> Search::open() {
    if (auto* resume = std::get_if<Resume>(&request_.start)) {
        for (const Resume::Place& place : resume->places) {
            bool is_endless = request_.follow == Follow::yes;
            readers_.emplace_back(place.partition, place.position, is_endless ? no_end : place.end);
            ends_.push_back(place.end);
        }
    } else if (auto opened = co_await open_ranges(); !opened) {
        co_return opened;
    }
    idle_.resize(readers_.size());
    std::iota(idle_.begin(), idle_.end(), std::size_t{0});
    co_return Answer<void>();
}

/// Where each partition begins and ends.
Task<Search::Answer<void>> Search::open_ranges() {
    CO_TRY(auto ranges, co_await source_.ranges(request_.partitions));
    if (auto* time = std::get_if<Timestamp>(&request_.end)) {
        CO_TRY(auto offsets, co_await source_.offsets_at(partitions_of(ranges), *time));
        for (std::size_t i = 0; i < ranges.size(); i++) ranges[i].end = std::min(ranges[i].end, offsets[i]);
    } else if (auto* offset = std::get_if<Offset>(&request_.end)) {
        for (auto& range : ranges) range.end = std::min(range.end, *offset);
    }
    std::vector<Offset> starts;
    for (const auto& range : ranges) starts.push_back(range.start);
    if (auto* time = std::get_if<Timestamp>(&request_.start)) {
        CO_TRY(starts, co_await source_.offsets_at(partitions_of(ranges), *time));
    } else if (auto* newest = std::get_if<Newest>(&request_.start)) {
        std::size_t count = std::min(newest->count, limits_.newest_max);
        CO_TRY(starts, co_await newest_starts(source_, ranges, count, limits_));
    } else if (auto* offset = std::get_if<Offset>(&request_.start)) {
        for (auto& start : starts) start = std::max(start, *offset);
    } else if (std::holds_alternative<Latest>(request_.start)) {
        for (std::size_t i = 0; i < ranges.size(); i++) starts[i] = ranges[i].end;
    }
    for (std::size_t i = 0; i < ranges.size(); i++) {
        Offset end = std::max(ranges[i].start, ranges[i].end);
        bool   is_endless = request_.follow == Follow::yes;
        readers_.emplace_back(ranges[i].partition, is_endless ? starts[i] : std::min(starts[i], end),
                              is_endless ? no_end : end);
        ends_.push_back(end);
    }
    co_return Answer<void>();
}

Task<Search::Answer<SearchEvent>> Search::next() {
    for (;;) {
        if (shard_.now() >= last_progress_ + limits_.progress_every) {
            last_progress_ = shard_.now();
            co_return SearchEvent(progress());
        }
        if (hit_) {
            SearchEvent found = *std::exchange(hit_, std::nullopt);
            co_return found;
        }
        if (failed_) co_return std::unexpected(*failed_);
        Turn turn = look();
        fetch_ahead();
        if (turn == Turn::hit) continue;
        if (turn == Turn::limit) co_return SearchEvent(done(SearchDone::Reason::limit));
        if (turn == Turn::end) co_return SearchEvent(done(SearchDone::Reason::end));
        fetched_.reset();
        if (turn == Turn::starved && is_fetching_)
            (void)co_await fetched_.wait_until(last_progress_ + limits_.progress_every);
        else
            co_await shard_.enter();
    }
}

/// Puts a partition where it belongs: false where its next record must still be fetched.
bool Search::queue(std::size_t index) {
    const kafka::Record* record = readers_[index].head();
    if (record) {
        queue_.emplace(record->timestamp.ms, index);
        return true;
    }
    if (readers_[index].is_finished()) return true;
    idle_.push_back(index);
    return readers_[index].is_caught_up();
}

Search::Turn Search::look() {
    if (request_.follow == Follow::no && hits_ >= request_.hits_max) return Turn::limit;
    bool is_known = true; // of every partition, what comes next
    for (std::size_t index : std::exchange(idle_, {})) is_known = queue(index) && is_known;
    std::size_t bytes_left = limits_.bytes_before_yield;
    while (is_known || !has_room()) {
        if (queue_.empty()) {
            bool is_over = std::ranges::all_of(readers_, &PartitionReader::is_finished);
            return is_over ? Turn::end : Turn::starved;
        }
        std::size_t index = queue_.top().second;
        queue_.pop();
        Turn turn = look_at(index, bytes_left);
        is_known = queue(index) && is_known;
        if (turn != Turn::starved) return turn;
    }
    return Turn::starved;
}

/// Looks at the records of a partition for as long as they are the oldest.
Search::Turn Search::look_at(std::size_t index, std::size_t& bytes_left) {
    PartitionReader& reader = readers_[index];
    while (const kafka::Record* record = reader.head()) {
        if (!queue_.empty() && Queued(record->timestamp.ms, index) > queue_.top()) return Turn::starved;
        if (bytes_left == 0) return Turn::yield;
        bytes_left -= std::min(bytes_left, record->bytes.size());
        ++records_;
        bytes_ += record->bytes.size();
        bool is_hit = expression_.matches(reader.partition(), *record);
        if (is_hit) {
            hit_.emplace(reader.partition(), reader.timestamp_type(), *record);
            ++hits_;
            if (is_in_the_past(reader)) ++hits_of_the_past_;
        }
        reader.skip();
        if (request_.follow == Follow::yes && hits_of_the_past_ >= request_.hits_max) leave_the_past();
        if (is_hit) return Turn::hit;
    }
    return Turn::starved;
}

bool Search::is_in_the_past(const PartitionReader& reader) const {
    return reader.position() < ends_[static_cast<std::size_t>(&reader - readers_.data())];
}

/// A follower has had its hits of what was there before: it goes on with what arrives.
void Search::leave_the_past() {
    hits_of_the_past_ = 0;
    for (std::size_t i = 0; i < readers_.size(); i++) readers_[i].jump(ends_[i]);
    for (; !queue_.empty(); queue_.pop()) idle_.push_back(queue_.top().second);
}

bool Search::has_room() const {
    std::size_t buffered = 0;
    for (const PartitionReader& reader : readers_) buffered += reader.buffered_bytes();
    return buffered < limits_.buffered_bytes_max;
}

void Search::fetch_ahead() {
    if (is_fetching_ || failed_ || readers_.empty() || !has_room()) return;
    std::size_t share = std::max(limits_.fetch_bytes_max / 2 / readers_.size(), std::size_t{1});
    RecordSource::FetchRequest request{{}, limits_.fetch_bytes_max, limits_.fetch_wait_max};
    // Each time another partition is the first, which is the one that gets a batch of any size.
    for (std::size_t i = 0; i < readers_.size(); i++) {
        const PartitionReader& reader = readers_[(next_asked_ + i) % readers_.size()];
        if (reader.wants_more(share)) request.asks.push_back({reader.partition(), reader.fetch_from()});
    }
    next_asked_ = (next_asked_ + 1) % readers_.size();
    if (request.asks.empty()) return;
    is_fetching_ = true;
    work_.spawn_now(fetch(std::move(request)));
}

Task<> Search::fetch(RecordSource::FetchRequest request) {
    auto fetched = co_await source_.fetch(std::move(request));
    is_fetching_ = false;
    auto taken = fetched ? take(*std::move(fetched)) : std::unexpected(std::move(fetched).error());
    if (!taken) failed_ = std::move(taken).error();
    fetched_.set();
}

Search::Answer<void> Search::take(std::vector<RecordSource::Fetched> fetched) {
    bool has_bytes = false;
    for (auto& part : fetched) {
        auto reader = std::ranges::lower_bound(readers_, part.partition, {}, &PartitionReader::partition);
        if (reader == readers_.end() || reader->partition() != part.partition) continue;
        Offset before = reader->fetch_from();
        if (auto taken = reader->take(std::move(part)); !taken) return taken;
        has_bytes = has_bytes || reader->fetch_from() > before;
    }
    empty_fetches_ = has_bytes ? 0 : empty_fetches_ + 1;
    if (empty_fetches_ < empty_fetches_max || request_.follow == Follow::yes) return {};
    for (PartitionReader& reader : readers_) {
        if (reader.wants_more(1)) reader.give_up_on_gap();
    }
    return {};
}

SearchProgress Search::progress() const {
    SearchProgress now{.records = records_, .bytes = bytes_, .hits = hits_, .elapsed = shard_.now() - began_};
    double         all = 0, done = 0;
    for (std::size_t i = 0; i < readers_.size(); i++) {
        const PartitionReader& reader = readers_[i];
        Offset                 end = ends_[i];
        if (request_.follow == Follow::yes) end = std::max({end, reader.position(), reader.known_end()});
        all += static_cast<double>(std::max<std::int64_t>(0, ends_[i].value - reader.start().value));
        done += static_cast<double>(
            std::max<std::int64_t>(0, std::min(reader.position(), ends_[i]).value - reader.start().value));
        now.places.push_back({reader.partition(), reader.position(), end});
        now.damaged_batches += reader.damaged_batches();
    }
    now.share = all > 0 && request_.follow == Follow::no ? done / all : 1;
    now.patterns_given_up = expression_.gave_up();
    return now;
}

SearchDone Search::done(SearchDone::Reason reason) const {
    SearchDone over{.reason = reason, .resume = {}, .progress = progress()};
    Resume     resume;
    for (const PartitionReader& reader : readers_) {
        if (!reader.is_finished())
            resume.places.push_back({reader.partition(), reader.position(), reader.end()});
    }
    if (reason == SearchDone::Reason::limit && !resume.places.empty()) over.resume = std::move(resume);
    return over;
}

Task<> Search::stop() {
    if (is_fetching_) source_.stop();
    co_await work_.join();
}

Task<Outcome<std::optional<FoundRecord>, SourceError>> find_record(io::Shard& shard, RecordSource& source,
                                                                   PartitionIndex partition, Offset offset) {
    CO_TRY(auto ranges, co_await source.ranges({partition}));
    if (offset < ranges.front().start || offset >= ranges.front().end) co_return std::nullopt;
    SearchRequest request{.start = Resume{{{partition, offset, offset.next()}}}, .hits_max = 1};
    auto          everything = Expression::compile("");
    check(everything.has_value(), "an empty search finds everything");
    CO_TRY(auto search, co_await Search::begin(shard, source, std::move(request), *std::move(everything)));
    for (;;) {
        auto event = co_await search->next();
        if (event && std::holds_alternative<SearchProgress>(*event)) continue;
        co_await search->stop();
        if (!event) co_return std::unexpected(std::move(event).error());
        auto* found = std::get_if<FoundRecord>(&*event);
        if (!found) co_return std::nullopt;
        co_return std::optional(std::move(*found));
    }
}

} // namespace riacho::browse
