// The running store's compaction: one partition at a time, the dirtiest first, in the pauses of everything
// else (log/cleaning.cpp).
#include "base/log.hpp"
#include "io/run_on.hpp"
#include "storage/store/file_store.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace riacho::storage {
namespace {

constexpr log::Logger cleaner_logger{"storage"};
constexpr std::size_t cleaner_key = 1; // any thread of the pool, the same each time

} // namespace

struct FileStore::Candidate {
    TopicPartition partition;
    CleanState     state;
};

void FileStore::set_cleaner(const CleanerOptions& options) {
    home().check_here();
    place_.options.cleaner = options;
}

Task<> FileStore::run_cleaner() {
    while (!co_await stopping_.wait_until(home().now() + place_.options.cleaner.backoff_ms)) co_await clean();
}

Task<> FileStore::clean() {
    home().check_here();
    io::Mutex::Turn          turn = co_await cleaning_.lock();
    std::set<TopicPartition> cleaned; // each once, whatever is left: nothing may keep the others waiting
    bool                     has_checkpoint = false;
    while (!stopping_.is_set()) {
        std::vector<Candidate> dirty = co_await look_for_dirt();
        std::erase_if(dirty, [&](const Candidate& one) { return cleaned.contains(one.partition); });
        auto waits = [](const Candidate& one) {
            return one.state.then == CleanState::Then::checkpoint_first;
        };
        if (!has_checkpoint && std::ranges::any_of(dirty, waits)) {
            has_checkpoint = true;
            co_await checkpoint();
            continue;
        }
        std::erase_if(dirty, waits);
        if (dirty.empty() || stopping_.is_set()) break;
        TopicPartition next = dirty.front().partition;
        cleaned.insert(next);
        being_cleaned_ = next;
        ShardLogs& logs = logs_of(next);
        co_await io::run_on(logs.shard, home(), clean_one(logs, next, place_.options.cleaner));
        being_cleaned_.reset();
    }
    co_await keep_cleaned_offsets();
}

/// What is worth it, or would be after a checkpoint; the dirtiest first.
Task<std::vector<FileStore::Candidate>> FileStore::look_for_dirt() {
    std::vector<Candidate> found;
    for (std::size_t i = 0; i < logs_.size(); ++i)
        co_await io::run_on(logs_[i]->shard, home(), look_at_shard(*logs_[i], found));
    std::ranges::sort(found, [](const Candidate& one, const Candidate& other) {
        return std::pair(other.state.now.ratio(), one.partition) <
               std::pair(one.state.now.ratio(), other.partition);
    });
    co_return found;
}

Task<> FileStore::look_at_shard(ShardLogs& logs, std::vector<Candidate>& found) {
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, open] : logs.open) partitions.push_back(partition);
    for (TopicPartition partition : partitions) {
        io::Mutex::Turn turn = co_await logs.in_use.lock();
        Log*            log = logs.find(partition);
        if (!log) continue; // its topic was deleted
        Candidate one{partition, co_await log->clean_state()};
        if (one.state.then != CleanState::Then::rest) found.push_back(one);
    }
}

/// The log keeps itself until its pass has ended, removal waits for that. Nothing here suspends before.
Task<> FileStore::clean_one(ShardLogs& logs, TopicPartition partition, CleanerOptions options) {
    if (Log* log = logs.find(partition)) co_await log->clean(options);
}

Task<> FileStore::stop_cleaning() {
    if (!being_cleaned_) co_return;
    TopicPartition partition = *being_cleaned_;
    ShardLogs&     logs = logs_of(partition);
    co_await logs.shard.enter_if_away();
    if (Log* log = logs.find(partition)) log->stop_cleaning();
    co_await home().enter_if_away();
}

Task<> FileStore::add_cleaned(ShardLogs& logs, std::vector<TopicOffset>& to) {
    for (const auto& [partition, open] : logs.open)
        if (Offset until = open.log->cleaned_until(); until.value > 0)
            to.push_back({open.topic, partition.index, until});
    for (const auto& [partition, until] : logs.cleaned)
        if (auto closed = logs.closed.find(partition); closed != logs.closed.end())
            to.push_back({closed->second.topic, partition.index, until});
    co_return;
}

Task<> FileStore::keep_cleaned_offsets() {
    std::vector<TopicOffset> now;
    for (std::size_t i = 0; i < logs_.size(); ++i)
        co_await io::run_on(logs_[i]->shard, home(), add_cleaned(*logs_[i], now));
    std::ranges::sort(now);
    if (now == cleaned_offsets_) co_return;
    try {
        io::Shard& thread = place_.world.pool.thread_for(cleaner_key);
        co_await io::run_on(thread, home(), write_cleaned_offsets(place_.world.disk, place_.layout, now));
        cleaned_offsets_ = std::move(now);
    } catch (const io::DiskError& error) {
        // The next start begins with what is there: more work, nothing else.
        cleaner_logger.warn("cleaner-offset-checkpoint not written: {}", error.what());
    }
}

/// Nothing runs on the other shards yet.
Task<> FileStore::load_cleaned_offsets(const KnownTopics& topics) {
    cleaned_offsets_ = co_await read_cleaned_offsets(place_.world.disk, place_.layout);
    std::map<std::string_view, Uuid> ids;
    for (const auto& [id, name] : topics.live) ids[name] = id;
    for (const TopicOffset& one : cleaned_offsets_) {
        auto id = ids.find(one.topic);
        if (id == ids.end()) continue;
        TopicPartition partition{id->second, one.index};
        ShardLogs&     logs = logs_of(partition);
        if (auto open = logs.open.find(partition); open != logs.open.end())
            open->second.log->set_cleaned_until(one.offset);
        else
            logs.cleaned[partition] = one.offset;
    }
}

} // namespace riacho::storage
