#include "history.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace riacho::scenarios {
namespace {

using Asked = History::Asked;

std::string name_of_stream(const History::Stream& stream) {
    return fmt::format("{}-{}", stream.topic, stream.partition);
}

/// The life that the name has now; nothing where there is none. Fails where neither fits what was promised.
const History::Life* check_life(const Client& client, const std::string& name,
                                std::vector<History::Life>& lives) {
    auto           found = look_up(client, name);
    History::Life& last = lives.back();
    if (found.error_code != ErrorCode::none) {
        bool may_be_missing = last.creation != Asked::answered || last.deletion != Asked::no;
        EXPECT_TRUE(may_be_missing) << "topic " << name << " is lost";
        return nullptr;
    }
    EXPECT_NE(last.deletion, Asked::answered) << "topic " << name << " came back";
    for (std::size_t i = 0; i + 1 < lives.size(); ++i)
        EXPECT_NE(found.topic_id, lives[i].id) << "topic " << name << " is an older one";
    if (last.id)
        EXPECT_EQ(found.topic_id, *last.id) << "topic " << name << " has another id";
    else
        last.id = found.topic_id; // made, though nobody was told
    EXPECT_EQ(found.partitions.size(), static_cast<std::size_t>(last.partitions)) << name;
    return &last;
}

/// The records must be those of the batches from the first on, each whole, as far as it was acknowledged or
/// further.
void check_records(const History::Stream& stream, const std::vector<Got>& records) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < stream.sent.size(); ++i) {
        const History::Sent& sent = stream.sent[i];
        if (at == records.size()) {
            for (std::size_t rest = i; rest < stream.sent.size(); ++rest)
                EXPECT_FALSE(stream.sent[rest].offset)
                    << name_of_stream(stream) << " has lost batch " << rest;
            return;
        }
        if (sent.offset) EXPECT_EQ(*sent.offset, static_cast<std::int64_t>(at)) << name_of_stream(stream);
        for (const std::string& value : sent.values) {
            ASSERT_LT(at, records.size()) << name_of_stream(stream) << " has half of batch " << i;
            ASSERT_EQ(records[at].offset, static_cast<std::int64_t>(at)) << name_of_stream(stream);
            ASSERT_EQ(records[at].value.substr(0, 20), value.substr(0, 20)) << name_of_stream(stream);
            ASSERT_EQ(records[at].value, value) << name_of_stream(stream);
            ++at;
        }
    }
    EXPECT_EQ(at, records.size()) << name_of_stream(stream) << " has records that nobody sent";
}

void check_commits(const Client& client, const History::Commits& commits) {
    std::int64_t found = committed(client, commits.group, commits.topic, commits.partition);
    std::size_t  first = commits.acknowledged == 0 ? 0 : commits.acknowledged - 1;
    bool         is_one = commits.acknowledged == 0 && found == -1;
    for (std::size_t i = first; i < commits.asked.size(); ++i) is_one |= found == commits.asked[i];
    EXPECT_TRUE(is_one) << "group " << commits.group << " is at " << found << " in " << commits.topic << "-"
                        << commits.partition << ", acknowledged "
                        << (commits.acknowledged == 0 ? -1 : commits.asked[first]);
}

/// A retry of the last acknowledged batch is answered as the batch was, and the producer goes on behind
/// whatever reached the log.
void go_on(const Client& client, History::Stream& stream, std::size_t records) {
    std::size_t at = 0, arrived = 0;
    while (arrived < stream.sent.size() && at < records) at += stream.sent[arrived++].values.size();
    stream.sent.resize(arrived);
    for (std::size_t i = arrived, first = arrived < 3 ? 0 : arrived - 3; i-- > first;) {
        History::Sent& sent = stream.sent[i];
        auto           again = produce_batch(
            client, stream.topic, stream.partition,
            batch_of(sent.values, client.cluster().wall(), {stream.producer_id, 0, sent.sequence}));
        EXPECT_EQ(again.error_code, ErrorCode::none) << name_of_stream(stream) << " retry of batch " << i;
        if (sent.offset) EXPECT_EQ(again.base_offset, *sent.offset) << name_of_stream(stream);
        sent.offset = again.base_offset;
    }
    History::Sent next{{fmt::format("after {}", arrived)}, stream.next_sequence(), {}};
    auto          answer =
        produce_batch(client, stream.topic, stream.partition,
                      batch_of(next.values, client.cluster().wall(), {stream.producer_id, 0, next.sequence}));
    EXPECT_EQ(answer.error_code, ErrorCode::none) << name_of_stream(stream) << " does not go on";
    EXPECT_EQ(answer.base_offset, static_cast<std::int64_t>(records)) << name_of_stream(stream);
    next.offset = answer.base_offset;
    stream.sent.push_back(std::move(next));
}

} // namespace

void check_history(const Client& client, History& history) {
    std::map<std::string, const History::Life*> living;
    for (auto& [name, lives] : history.topics) living[name] = check_life(client, name, lives);
    for (History::Stream& stream : history.streams) {
        const History::Life* life = living[stream.topic];
        if (!life || life->id != stream.id) continue;
        auto records = read_all(client, stream.topic, stream.partition);
        check_records(stream, records);
        if (::testing::Test::HasFatalFailure()) return;
        go_on(client, stream, records.size());
    }
    if (!history.commits.empty() || history.member)
        EXPECT_EQ(find_coordinator(client, "any"), ErrorCode::none);
    for (const History::Commits& commits : history.commits) {
        const History::Life* life = living[commits.topic];
        if (life && life->id == commits.id) check_commits(client, commits);
    }
    if (history.member)
        EXPECT_EQ(client.ask(heartbeat_request(*history.member)).error_code, ErrorCode::none)
            << "the group has forgotten its member";
    std::int64_t id = new_producer_id(client);
    EXPECT_TRUE(history.producer_ids.insert(id).second) << "producer id " << id << " was given before";
}

} // namespace riacho::scenarios
