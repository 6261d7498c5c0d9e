// Who reads: waits at the end for what is published, and looks back.
#include "crowd.hpp"

namespace riacho::scenarios {
namespace {

using Reader = Crowd::Reader;

/// Where to go on after OFFSET_OUT_OF_RANGE.
Task<> begin_anew(Crowd& crowd, Reader& reader, LinkPtr link) {
    kafka::ListOffsetsRequest request;
    request.replica_id = -1;
    auto& topic = request.topics.emplace_back();
    topic.name = reader.from->topic->name;
    auto& at = topic.partitions.emplace_back();
    at.partition_index = reader.from->index;
    at.timestamp = earliest;
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer) co_return;
    auto& told = answer->topics.at(0).partitions.at(0);
    if (told.error_code != ErrorCode::none) co_return;
    reader.position = told.offset;
    reader.has_begun = false;
}

/// One that jumps back reads through the indexes.
void look_back(Crowd& crowd, Reader& reader) {
    std::int64_t start = reader.from->log_start_asked;
    if (reader.position <= start || !crowd.one_in(12)) return;
    reader.position = start + static_cast<std::int64_t>(crowd.random().between(
                                  0, static_cast<std::uint64_t>(reader.position - start)));
    reader.has_begun = false;
}

void note(Crowd& crowd, Reader& reader, const FetchAnswer& answer) {
    Journal::Records records;
    for (Got& got : records_in(*answer.records)) {
        if (got.offset < reader.position) continue; // of a batch that began earlier
        if (records.empty() && got.offset != reader.position)
            throw Broken(fmt::format("{} asked {}-{} for {} and was given {}", reader.name,
                                     reader.from->topic->told_as, reader.from->index, reader.position,
                                     got.offset));
        records.emplace_back(got.offset, Crowd::key_of(got.value));
    }
    if (records.empty()) return;
    reader.position = records.back().first + 1;
    crowd.count()["fetched records"] += records.size();
    if (!crowd.keeps_promises()) return; // what it has seen may be gone with the next cut
    Journal::At at{reader.name, reader.from->topic->told_as, reader.from->index};
    if (!std::exchange(reader.has_begun, true)) crowd.journal().seek(at);
    crowd.journal().fetched(at, records);
}

} // namespace

Task<> read(Crowd& crowd, Reader& reader) {
    while (!crowd.is_over()) {
        auto link = co_await crowd.link();
        if (!link) co_return;
        while (!crowd.is_over() && link->is_open()) {
            look_back(crowd, reader);
            FetchWish wish{.offset = reader.position, .max_wait_ms = 30};
            wish.partition_max_bytes = crowd.one_in(2) ? 1 << 20 : 2'000;
            auto request = fetch_request(reader.from->topic->name, reader.from->index, wish);
            auto answer = co_await link->ask_in(fetch_by_name, std::move(request), crowd.soon(60s));
            if (!answer) break;
            auto told = answer_in(*answer);
            if (told.error_code == ErrorCode::none)
                note(crowd, reader, told);
            else if (told.error_code == ErrorCode::offset_out_of_range)
                co_await begin_anew(crowd, reader, link);
            co_await crowd.pause(crowd.one_in(10) ? Time(50ms) : Time(1ms));
        }
        co_await crowd.pause(20ms);
    }
}

} // namespace riacho::scenarios
