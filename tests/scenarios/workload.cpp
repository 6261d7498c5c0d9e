#include "workload.hpp"

#include "io/trace.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace riacho::scenarios {
namespace {

constexpr std::size_t external_bytes = 6'000; ///< of a record: more than wal.external.bytes

std::string value_of(const History::Stream& stream, std::size_t bytes) {
    std::string value = fmt::format("{}-{}/{}/", stream.topic, stream.partition, stream.sent.size());
    // No two blocks of the log are alike.
    while (value.size() < bytes) value += fmt::format("{}.", value.size() * 31 + stream.sent.size());
    value.resize(std::max(bytes, std::size_t{12}));
    return value;
}

} // namespace

broker::BrokerOptions crowded_broker() {
    broker::BrokerOptions options = small_broker();
    options.offsets_topic_num_partitions = 2;
    options.store.wal_file_bytes = 64 << 10;
    options.store.wal_bytes_max = 512 << 10;
    options.wal_external_bytes = 4 << 10;
    return options;
}

void Workload::run() {
    try {
        script();
    } catch (const Crashed&) {
        for (Sending& sending : under_way_)
            if (auto answer = sending.answer.take_if_done()) note(sending, *answer);
        throw;
    }
}

void Workload::script() {
    client_.emplace(cluster_.connect());
    other_.emplace(cluster_.connect());
    first_records();
    checkpoint_under_load();
    external_batches();
    topic_made_again();
    duplicate_in_flight();
    turn_the_ring(20);
    checkpoint_under_load();
    turn_the_ring(30);
    external_batches();
    checkpoint_under_load();
    turn_the_ring(10);
}

void Workload::first_records() {
    create("orders", 2);
    create("doomed", 1);
    for (int i = 0; i < 3; ++i) {
        for (const char* topic : {"orders", "doomed"})
            send(stream(topic, 0), {value_of(stream(topic, 0), 700)});
        send(stream("orders", 1), {"a", value_of(stream("orders", 1), 300), "c"});
        settle();
    }
    find_coordinator(*client_, "readers");
    commit("orders", 0, 1);
    commit("doomed", 0, 2);
    history_.member = join_alone(*client_, "members");
}

void Workload::checkpoint_under_load() {
    for (int i = 0; i < 3; ++i) send(stream("orders", i % 2), {value_of(stream("orders", i % 2), 900)});
    auto checkpoint = cluster_.begin(Cluster::ended(cluster_.broker().store().checkpoint()));
    for (int i = 0; i < 4; ++i) {
        send(stream("orders", i % 2), {value_of(stream("orders", i % 2), 800)});
        if (i == 1) settle();
    }
    checkpoint.get();
    settle();
    ++met_.checkpoints;
    look_at_files();
}

void Workload::external_batches() {
    Stream& first = stream("orders", 0);
    Stream& second = stream("orders", 1);
    send(first, {"before"});
    send(first, {value_of(first, external_bytes)});
    send(second, {"beside"});
    send(first, {"behind", "it"}); // waits for its number until the large one is synced
    std::string large = first.sent[first.sent.size() - 2].values[0];
    settle();
    for (const std::string& path : cluster_.world().disk().files()) {
        if (path.find("/orders-0/") == std::string::npos || !path.ends_with(".log")) continue;
        auto durable = cluster_.world().disk().durable(path);
        if (durable && as_text(*durable).find(large) != std::string_view::npos) ++met_.external_batches;
    }
    commit("orders", 0, static_cast<std::int64_t>(first.sent.size()));
}

void Workload::topic_made_again() {
    send(stream("doomed", 0), {value_of(stream("doomed", 0), external_bytes)});
    settle();
    remove("doomed");
    create("doomed", 1);
    send(stream("doomed", 0), {"new life"});
    settle();
    commit("doomed", 0, 1);
    remove("doomed");
    create("doomed", 1);
    send(stream("doomed", 0), {"third life", value_of(stream("doomed", 0), 2'000)});
    settle();
    met_.topics_made_again += history_.topics["doomed"].size() - 1;
}

void Workload::duplicate_in_flight() {
    Stream& to = stream("orders", 1);
    Values  values{value_of(to, 400)};
    send(to, values);
    Sending&       original = under_way_.back();
    History::Sent& sent = to.sent.back();
    auto           again = other_->start(produce_request(
        to.topic, to.partition, batch_of(values, cluster_.wall(), {to.producer_id, 0, sent.sequence})));
    auto           first = original.answer.is_done();
    auto           duplicate = answer_in(Client::answer_of(again.get()));
    // Whoever is told first, it is durable from then on.
    sent.offset = duplicate.base_offset;
    settle();
    if (duplicate.error_code == ErrorCode::none && !first) ++met_.duplicates_in_flight;
}

void Workload::turn_the_ring(int frames) {
    for (int i = 0; i < frames; ++i) {
        Stream& to = stream("orders", i % 2);
        send(to, {value_of(to, i % 5 == 0 ? 3'500 : 1'200)});
        settle();
        if (i % 8 == 7) {
            commit("orders", i % 2, i);
            look_at_files();
        }
    }
}

void Workload::create(const std::string& name, std::int32_t partitions) {
    auto&       lives = history_.topics[name];
    std::size_t life = lives.size();
    lives.push_back({.id = {}, .partitions = partitions});
    Uuid id = create_topic(*client_, name, partitions, {{"segment.bytes", "8000"}});
    lives[life].id = id;
    lives[life].creation = History::Asked::answered;
    for (std::int32_t i = 0; i < partitions; ++i) {
        std::int64_t producer_id = new_producer_id(*client_);
        history_.producer_ids.insert(producer_id);
        auto& made = history_.streams.emplace_back();
        made.topic = name;
        made.id = id;
        made.partition = i;
        made.producer_id = producer_id;
    }
}

void Workload::remove(const std::string& name) {
    auto& life = history_.topics[name].back();
    life.deletion = History::Asked::yes;
    delete_topic(*client_, name);
    life.deletion = History::Asked::answered;
}

History::Stream& Workload::stream(const std::string& topic, std::int32_t partition) {
    for (auto at = history_.streams.rbegin(); at != history_.streams.rend(); ++at)
        if (at->topic == topic && at->partition == partition) return *at;
    throw std::logic_error("no such stream");
}

void Workload::send(Stream& to, Values values) {
    std::int32_t sequence = to.next_sequence();
    Bytes        batch = batch_of(values, cluster_.wall(), {to.producer_id, 0, sequence});
    to.sent.push_back({std::move(values), sequence, {}});
    under_way_.push_back(
        {&to, to.sent.size() - 1, client_->start(produce_request(to.topic, to.partition, std::move(batch)))});
}

void Workload::settle() {
    while (!under_way_.empty()) {
        note(under_way_.front(), under_way_.front().answer.get());
        under_way_.pop_front();
    }
}

void Workload::note(Sending& sending, const Client::Answer<kafka::ProduceRequest>& answer) {
    if (!answer) throw std::runtime_error("a produce got no answer: " + answer.error().detail);
    auto told = answer_in(*answer);
    if (told.error_code != ErrorCode::none)
        throw std::runtime_error(fmt::format("a produce was refused: {}", kafka::name_of(told.error_code)));
    sending.stream->sent[sending.index].offset = told.base_offset;
}

void Workload::commit(const std::string& topic, std::int32_t partition, std::int64_t offset) {
    Uuid id = *history_.topics[topic].back().id;
    auto found = std::ranges::find_if(history_.commits, [&](const History::Commits& commits) {
        return commits.topic == topic && commits.id == id && commits.partition == partition;
    });
    if (found == history_.commits.end()) {
        history_.commits.push_back({"readers", topic, id, partition, {}, 0});
        found = history_.commits.end() - 1;
    }
    found->asked.push_back(offset);
    auto error = scenarios::commit(*client_, commit_request("readers", topic, partition, offset));
    if (error != ErrorCode::none) throw std::runtime_error("a commit was refused");
    found->acknowledged = found->asked.size();
}

/// Counts what can only be seen on the disk.
void Workload::look_at_files() {
    const io::SimulatedDisk& disk = cluster_.world().disk();
    std::string              newest;
    met_.segment_rolls = 0;
    for (const std::string& path : disk.files()) {
        if (path.ends_with(".wal")) newest = std::max(newest, path);
        bool is_segment = path.find("/orders-") != std::string::npos && path.ends_with(".log");
        if (is_segment && !path.ends_with("/00000000000000000000.log")) ++met_.segment_rolls;
    }
    // A spare of the log that holds something behind its header has been used before.
    constexpr std::size_t header = 4096;
    auto                  content = disk.content(newest);
    if (newest == last_recycled_ || !content || content->size() <= header) return;
    if (io::is_zero(ByteView(*content).subspan(header))) return;
    last_recycled_ = newest;
    ++met_.recycled_files;
}

} // namespace riacho::scenarios
