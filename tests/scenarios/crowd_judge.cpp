// The last look at a folder that has been through everything.
#include "codec/endian.hpp"
#include "crowd.hpp"
#include "kafka/batch/batch_view.hpp"

namespace riacho::scenarios {
namespace {

/// "p1/7/0-3": the first of three records of p1's seventh batch.
struct Position {
    std::string_view batch;
    int              index = 0;
    int              count = 1;
};

Position position_in(const std::string& key) {
    Position         position;
    std::string_view text = key;
    std::size_t      slash = text.rfind('/'), dash = text.rfind('-');
    if (slash == std::string_view::npos || dash == std::string_view::npos || dash < slash)
        return {text, 0, 1};
    position.batch = text.substr(0, slash);
    position.index = std::stoi(std::string(text.substr(slash + 1, dash - slash - 1)));
    position.count = std::stoi(std::string(text.substr(dash + 1)));
    return position;
}

/// Batches are whole, but for one that the log start cuts.
void judge_batches(const Journal::Records& records, const std::string& where) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        Position at = position_in(records[i].second);
        bool     has_first = i == 0 || at.index == 0;
        bool     has_next = at.index + 1 == at.count;
        if (i > 0 && at.index > 0) {
            Position before = position_in(records[i - 1].second);
            has_first = before.batch == at.batch && before.index + 1 == at.index;
        }
        if (!has_next && i + 1 < records.size()) {
            Position behind = position_in(records[i + 1].second);
            has_next = behind.batch == at.batch && behind.index == at.index + 1;
        }
        if (!has_first || !has_next)
            throw Broken(
                fmt::format("{}@{} has {}, a part of its batch", where, records[i].first, records[i].second));
    }
}

/// By the position of each batch in a segment: its last offset, counted from the segment's base.
std::map<std::int32_t, std::int64_t> last_offsets(ByteView log, std::int64_t base) {
    std::map<std::int32_t, std::int64_t> offsets;
    kafka::BatchCursor                   cursor(log);
    for (std::size_t position = 0; auto batch = cursor.next(); position += batch->size())
        offsets[static_cast<std::int32_t>(position)] = batch->last_offset().value - base;
    return offsets;
}

void judge_index(const std::string& path, ByteView index,
                 const std::map<std::int32_t, std::int64_t>& offsets) {
    constexpr std::size_t entry_bytes = 8;
    std::int32_t          last = -1;
    for (std::size_t at = 0; at + entry_bytes <= index.size(); at += entry_bytes) {
        auto offset = load_big<std::int32_t>(index.data() + at);
        auto position = load_big<std::int32_t>(index.data() + at + sizeof(std::int32_t));
        auto found = offsets.find(position);
        if (offset <= last || found == offsets.end() || found->second != offset)
            throw Broken(fmt::format("{}: entry {} says {} at {}, behind {}, and there is {}", path,
                                     at / entry_bytes, offset, position, last,
                                     found == offsets.end() ? "no batch" : std::to_string(found->second)));
        last = offset;
    }
}

} // namespace

void Crowd::judge() {
    Client client = cluster_.connect();
    for (Topic& topic : topics_) {
        bool is_there = topic.id && topic.deletion != Asked::answered;
        for (Place& place : topic.places)
            if (is_there) judge_place(client, place);
    }
    note_producer_id(new_producer_id(client));
}

void Crowd::judge_place(const Client& client, Place& place) {
    const std::string& name = place.topic->name;
    if (place.may_be_offline &&
        fetch(client, name, place.index, {.offset = place.log_start_asked}).error_code ==
            ErrorCode::kafka_storage_error) {
        place.is_offline = true;
        ++met_["partitions offline"];
        return;
    }
    std::string  where = fmt::format("{}-{}", place.topic->told_as, place.index);
    std::int64_t start = list_offset(client, name, place.index, earliest).offset;
    if (start > place.log_start_asked || (keeps_promises() && start < place.log_start))
        throw Broken(fmt::format("{} begins at {}, it was moved to {} and perhaps to {}", where, start,
                                 place.log_start, place.log_start_asked));
    auto             all = read_all(client, name, place.index);
    Journal::Records records;
    for (const Got& got : all) {
        if (got.offset < start) continue; // the batch that the log start cuts
        if (!records.empty() && got.offset != records.back().first + 1)
            throw Broken(
                fmt::format("{} has nothing between {} and {}", where, records.back().first, got.offset));
        records.emplace_back(got.offset, key_of(got.value));
    }
    journal_.log(place.topic->told_as, place.index, start, records);
    judge_batches(records, where);
    judge_reads(client, place, all);
}

/// From any offset on there is what is there: the indexes lead to the right place.
void Crowd::judge_reads(const Client& client, Place& place, const std::vector<Got>& all) {
    for (int i = 0; i < 12 && !all.empty(); ++i) {
        const Got& wanted = all[random_.between(0, all.size() - 1)];
        auto       answer = fetch(client, place.topic->name, place.index,
                                  {.offset = wanted.offset, .partition_max_bytes = 1});
        if (answer.error_code != ErrorCode::none) {
            if (wanted.offset < place.log_start_asked) continue;
            throw Broken(fmt::format("{}-{} cannot be read at {}: {}", place.topic->told_as, place.index,
                                     wanted.offset, kafka::name_of(answer.error_code)));
        }
        bool is_there = false;
        for (const Got& got : records_in(*answer.records)) is_there |= got == wanted;
        if (!is_there)
            throw Broken(fmt::format("{}-{} was asked for {} and gave other records", place.topic->told_as,
                                     place.index, wanted.offset));
    }
}

/// After a clean stop every index fits its segment, entry by entry, as Kafka's own tools look at it.
void Crowd::judge_indexes() {
    const io::SimulatedDisk& disk = cluster_.world().disk();
    for (const std::string& path : disk.files()) {
        bool is_served = path.starts_with("/data/log/") && path.find("-delete/") == std::string::npos;
        for (const Place* place : lasting_places()) // what is offline is as the error left it
            is_served &= !place->is_offline || path.find(fmt::format("/{}-{}/", place->topic->name,
                                                                     place->index)) == std::string::npos;
        if (!is_served || !path.ends_with(".index")) continue;
        std::string stem = path.substr(0, path.size() - std::string_view(".index").size());
        auto        log = disk.content(stem + ".log");
        if (!log) throw Broken(path + " has no segment");
        std::int64_t base = std::stoll(stem.substr(stem.rfind('/') + 1));
        judge_index(path, *disk.content(path), last_offsets(*log, base));
        ++met_["indexes looked at"];
    }
}

} // namespace riacho::scenarios
