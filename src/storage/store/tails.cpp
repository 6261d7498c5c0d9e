// What lies in memory until it is in segments: written out before all tails together reach their limit.
#include "io/run_on.hpp"
#include "storage/store/file_store.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace riacho::storage {
namespace {

constexpr Time tails_look = std::chrono::milliseconds(250);

} // namespace

/// A tail that grows is written out by its own log. Many small ones that nobody appends to would keep the
/// others from getting any memory.
Task<> FileStore::watch_tails() {
    while (!co_await stopping_.wait_until(home().now() + tails_look)) {
        for (std::size_t i = 0; i < logs_.size() && tails_.is_short(); ++i)
            co_await io::run_on(logs_[i]->shard, home(), write_out_tails(*logs_[i]));
    }
}

/// The largest first, until there is memory again.
Task<> FileStore::write_out_tails(ShardLogs& logs) {
    std::vector<std::pair<std::uint64_t, TopicPartition>> tails;
    for (const auto& [partition, open] : logs.open)
        if (std::uint64_t bytes = open.log->unwritten_bytes(); bytes > 0)
            tails.emplace_back(bytes, partition);
    std::ranges::sort(tails, std::greater{});
    for (const auto& [bytes, partition] : tails) {
        if (!tails_.is_short()) co_return;
        io::Mutex::Turn turn = co_await logs.in_use.lock();
        if (Log* log = logs.find(partition)) co_await log->write_out();
    }
}

} // namespace riacho::storage
