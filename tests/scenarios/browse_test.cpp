// Searching a topic and resetting a group, against a whole broker.
#include "browse/cluster_source.hpp"
#include "browse/group_offsets.hpp"
#include "browse/search.hpp"
#include "scenario.hpp"

namespace riacho::scenarios {
namespace {

using namespace browse;

class Browsing : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders", 3);
        auto made = outside(client::Cluster::make(cluster_.world().world(), cluster_.waiter().clients(),
                                                  {{"bootstrap.servers", cluster_.address().text()}}));
        ASSERT_TRUE(made) << made.error().detail;
        known_ = std::move(*made);
        admin_.emplace(*known_);
    }
    void TearDown() override {
        end_search();
        outside(replace(source_, std::unique_ptr<ClusterSource>()));
        outside(Cluster::ended(known_->close()));
        client_.reset();
    }

    /// Where it belongs, since it ends what it waits for.
    template <class T> static Task<Cluster::Done> replace(std::unique_ptr<T>& old, std::unique_ptr<T> with) {
        old = std::move(with);
        co_return Cluster::Done{};
    }
    template <class T> T outside(Task<T> task) { return cluster_.begin_outside(std::move(task)).get(); }

    void put(std::int32_t partition, const Values& values, std::int64_t time) {
        auto answer = produce_batch(*client_, "orders", partition, batch_of(values, {time}));
        ASSERT_EQ(answer.error_code, ErrorCode::none);
    }
    Search::Answer<std::unique_ptr<Search>>
    try_search(SearchRequest request, std::string_view expression = "", const std::string& topic = "orders") {
        end_search();
        outside(replace(source_,
                        std::make_unique<ClusterSource>(*admin_, topic, client::Isolation::read_committed)));
        return outside(Search::begin(cluster_.waiter().clients(), *source_, std::move(request),
                                     *Expression::compile(expression)));
    }
    Search::Answer<SearchEvent> next() { return outside(search_->next()); }
    /// The values that are found.
    Values found(SearchRequest request, std::string_view expression = "") {
        search_ = *try_search(std::move(request), expression);
        Values values;
        for (;;) {
            auto event = next();
            if (!event) return {"failed: " + event.error().detail};
            if (auto* hit = std::get_if<FoundRecord>(&*event))
                values.emplace_back(as_text(*hit->record().value));
            if (std::holds_alternative<SearchDone>(*event)) return values;
        }
    }
    void end_search() {
        if (search_) outside(Cluster::ended(search_->stop()));
        search_.reset();
    }

    /// Whoever waited gets a failure.
    void end_search_under_way(Pending<Search::Answer<SearchEvent>> waiting) {
        auto stopping = cluster_.begin_outside(Cluster::ended(search_->stop()));
        EXPECT_FALSE(waiting.get());
        stopping.get();
        search_.reset();
    }

    client::GroupOffset committed(std::int64_t offset) {
        return {.topic = "orders", .partition = 0, .offset = offset};
    }
    Outcome<std::vector<OffsetMove>, GroupError>
    reset(ResetRule rule, Apply apply, std::vector<ResetRequest::Topic> topics = {{"orders", {}}}) {
        return outside(reset_offsets(*admin_, {"g", std::move(topics), rule}, apply));
    }

    std::optional<Client>            client_;
    std::unique_ptr<client::Cluster> known_;
    std::optional<client::Admin>     admin_;
    std::unique_ptr<ClusterSource>   source_;
    std::unique_ptr<Search>          search_;
};

TEST_P(Browsing, a_search_reads_all_partitions_in_the_order_of_time) {
    put(0, {"a", "b"}, 1000);
    put(1, {"c"}, 500);
    put(2, {"d", "e"}, 2000);
    put(1, {"f"}, 3000);
    EXPECT_EQ(found({.start = Earliest{}}), (Values{"c", "a", "b", "d", "e", "f"}));
    EXPECT_EQ(found({.start = Earliest{}}, "value == b or partition == 2"), (Values{"b", "d", "e"}));
    EXPECT_EQ(found({.start = Timestamp{2000}}), (Values{"d", "e", "f"}));
    EXPECT_EQ(found({.start = Earliest{}, .end = Timestamp{2000}}), (Values{"c", "a", "b"}));
    EXPECT_EQ(found({.start = Newest{3}}), (Values{"d", "e", "f"}));
    EXPECT_EQ(found({.partitions = {PartitionIndex{1}}, .start = Offset{1}}), Values{"f"});
    EXPECT_EQ(found({.start = Latest{}}), Values{});
}

TEST_P(Browsing, a_search_of_much_finds_each_record_once) {
    std::size_t count = 0;
    for (int i = 0; i < 60; i++) {
        Values values;
        for (int j = 0; j < 20; j++) values.push_back(std::string(1000, 'x') + std::to_string(count++));
        put(i % 3, values, 1000 + i);
    }
    Values all = found({.start = Earliest{}, .hits_max = 10'000});
    EXPECT_EQ(all.size(), count);
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::unique(all).size(), 0u);
    EXPECT_EQ(found({.start = Earliest{}}, "value ends with x777").size(), 1u);
}

TEST_P(Browsing, a_follower_sees_what_arrives) {
    put(0, {"before"}, 1000);
    search_ = *try_search({.start = Latest{}, .follow = Follow::yes}, "value contains new");
    auto waiting = cluster_.begin_outside(search_->next());
    put(1, {"old", "new"}, 2000);
    for (auto event = waiting.get();; event = next()) {
        ASSERT_TRUE(event);
        auto* hit = std::get_if<FoundRecord>(&*event);
        if (!hit) continue;
        EXPECT_EQ(as_text(*hit->record().value), "new");
        break;
    }
}

TEST_P(Browsing, a_search_that_is_given_up_ends_at_once) {
    search_ = *try_search({.start = Latest{}, .follow = Follow::yes});
    auto waiting = cluster_.begin_outside(search_->next());
    cluster_.run_for(10ms);
    Time before = cluster_.now();
    end_search_under_way(std::move(waiting));
    EXPECT_LE(cluster_.now() - before, 100ms); // the broker would let its fetch wait for 400
}

TEST_P(Browsing, a_search_says_what_is_not_there) {
    auto unknown = try_search({.start = Earliest{}}, "", "nothing");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, SourceError::unknown_topic) << unknown.error().detail;
    auto partition = try_search({.partitions = {PartitionIndex{7}}, .start = Earliest{}});
    ASSERT_FALSE(partition);
    EXPECT_EQ(partition.error().code, SourceError::unknown_partition);
}

TEST_P(Browsing, deleted_records_are_passed_over) {
    for (int i = 0; i < 5; i++) put(0, {"r" + std::to_string(i)}, 1000 + i);
    auto deleted = outside(admin_->delete_records({{"orders", 0, 3}}));
    ASSERT_TRUE(deleted.at(0));
    ASSERT_EQ(deleted[0]->error_code, ErrorCode::none);
    EXPECT_EQ(found({.start = Earliest{}}), (Values{"r3", "r4"}));
    EXPECT_EQ(found({.start = Resume{{{PartitionIndex{0}, {1}, {5}}}}}), (Values{"r3", "r4"}));
}

TEST_P(Browsing, a_group_is_reset_after_a_look_at_what_that_does) {
    for (int i = 0; i < 4; i++) put(0, {"r"}, 1000 + i * 100);
    put(1, {"r"}, 5000);
    ASSERT_TRUE(outside(admin_->commit_offsets("g", {committed(3)})));
    auto preview = reset({ResetTo::earliest}, Apply::preview);
    ASSERT_TRUE(preview) << preview.error().detail;
    ASSERT_EQ(preview->size(), 3u);
    EXPECT_EQ(preview->at(0).from, Offset{3});
    EXPECT_EQ(preview->at(0).to, Offset{0});
    EXPECT_EQ(preview->at(0).end, Offset{4});
    EXPECT_EQ(preview->at(1).from, std::nullopt);
    EXPECT_EQ(outside(admin_->fetch_offsets("g"))->at(0).offset, 3); // a look changes nothing
    auto moved = reset({ResetTo::time, 1150}, Apply::commit);
    ASSERT_TRUE(moved) << moved.error().detail;
    EXPECT_EQ(moved->at(0).to, Offset{2});
    EXPECT_EQ(moved->at(1).to, Offset{0});
    EXPECT_EQ(moved->at(2).to, Offset{0});
    EXPECT_EQ(outside(admin_->fetch_offsets("g"))->size(), 3u);
    auto shifted = reset({ResetTo::shift, -1}, Apply::commit, {{"orders", {0}}});
    EXPECT_EQ(shifted->at(0).from, Offset{2});
    EXPECT_EQ(shifted->at(0).to, Offset{1});
    auto beyond = reset({ResetTo::offset, 99}, Apply::commit, {{"orders", {0, 9}}});
    EXPECT_EQ(beyond->at(0).to, Offset{4});
    EXPECT_TRUE(beyond->at(1).problem);
}

TEST_P(Browsing, a_group_forgets_a_topic) {
    create_topic(*client_, "other", 1);
    ASSERT_TRUE(outside(
        admin_->commit_offsets("g", {committed(0), {.topic = "other", .partition = 0, .offset = 0}})));
    ASSERT_TRUE(outside(forget_offsets(*admin_, "g", "orders", {})));
    auto left = outside(admin_->fetch_offsets("g"));
    ASSERT_EQ(left->size(), 1u);
    EXPECT_EQ(left->at(0).topic, "other");
}

TEST_P(Browsing, a_group_with_members_is_not_reset) {
    put(0, {"r"}, 1000);
    ASSERT_TRUE(outside(admin_->fetch_offsets("g"))->empty()); // makes the topic of the groups
    auto member = join_alone(*client_, "g");
    auto refused = reset({ResetTo::earliest}, Apply::commit);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, GroupError::has_members) << refused.error().detail;
    EXPECT_TRUE(reset({ResetTo::earliest}, Apply::preview));
    EXPECT_TRUE(outside(admin_->fetch_offsets("g"))->empty());
}

RIACHO_SCENARIOS(Browsing);

} // namespace
} // namespace riacho::scenarios
