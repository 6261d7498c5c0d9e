// The topics of a crowd: found again at the start of each life, and one name that is deleted and made again.
#include "crowd.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/delete_topics.hpp"

namespace riacho::scenarios {
namespace {

using Asked = Crowd::Asked;
using Topic = Crowd::Topic;

constexpr std::string_view doomed = "doomed";

/// Nothing where there was no answer.
Task<std::optional<kafka::MetadataResponse::Topic>> look_up(Crowd& crowd, LinkPtr link, std::string name) {
    kafka::MetadataRequest request = auto_creating({std::move(name)});
    request.allow_auto_topic_creation = false;
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer) co_return std::nullopt;
    co_return answer->topics.at(0);
}

/// Nobody promised anything: what is there counts, be it an earlier life whose end is lost.
void take_as_it_is(const Crowd& crowd, Topic& topic, const kafka::MetadataResponse::Topic& found) {
    bool is_there = found.error_code == ErrorCode::none;
    if (const std::string* told = is_there ? crowd.find_told(found.topic_id) : nullptr) topic.told_as = *told;
    bool is_same = is_there && topic.id == found.topic_id;
    topic.id = is_there ? std::optional(found.topic_id) : std::nullopt;
    topic.creation = is_there ? Asked::answered : Asked::no;
    topic.deletion = Asked::no;
    for (Crowd::Place& place : topic.places)
        if (!is_same) place = {&topic, place.index};
}

/// What is there must be what was promised, or was asked for.
void take(Topic& topic, const kafka::MetadataResponse::Topic& found) {
    bool is_there = found.error_code == ErrorCode::none;
    if (is_there && topic.deletion == Asked::answered)
        throw Broken(topic.told_as + " was deleted and is there");
    if (is_there && topic.creation == Asked::no) throw Broken(topic.told_as + " is there and nobody made it");
    if (is_there && topic.id && *topic.id != found.topic_id) throw Broken(topic.told_as + " has another id");
    if (!is_there && topic.creation == Asked::answered && topic.deletion == Asked::no)
        throw Broken(fmt::format("{} is lost: {}", topic.told_as, kafka::name_of(found.error_code)));
    if (is_there) {
        topic.id = found.topic_id;
        topic.creation = Asked::answered;
        topic.deletion = Asked::no; // if it was asked for, in another life, it was not heard
    } else {
        topic.deletion = topic.deletion == Asked::yes ? Asked::answered : topic.deletion;
        topic.creation = topic.deletion == Asked::answered ? Asked::answered : Asked::no;
    }
}

Task<bool> make(Crowd& crowd, LinkPtr link, Topic& topic) {
    kafka::CreateTopicsRequest request;
    auto&                      asked = request.topics.emplace_back();
    asked.name = topic.name;
    asked.num_partitions = topic.partitions;
    asked.replication_factor = 1;
    for (const auto& [key, value] : crowd.plan().topic)
        asked.configs.push_back({.name = key, .value = value});
    topic.creation = Asked::yes;
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer || answer->topics.at(0).error_code != ErrorCode::none) co_return false;
    topic.id = answer->topics.at(0).topic_id;
    topic.creation = Asked::answered;
    co_return true;
}

/// True once the topic is there or gone for good.
Task<bool> settle(Crowd& crowd, Topic& topic) {
    while (!crowd.is_over()) {
        auto link = co_await crowd.link();
        if (!link) co_return false;
        auto found = co_await look_up(crowd, link, topic.name);
        if (found && crowd.keeps_promises()) take(topic, *found);
        if (found && !crowd.keeps_promises()) take_as_it_is(crowd, topic, *found);
        if (found && (topic.id || topic.deletion == Asked::answered)) co_return true;
        if (found && co_await make(crowd, link, topic)) co_return true;
        co_await crowd.pause(20ms);
    }
    co_return false;
}

/// True when it was acknowledged.
Task<bool> send_one(Crowd& crowd, LinkPtr link, Topic& topic) {
    std::string name = fmt::format("admin-{}", topic.told_as);
    std::string key = fmt::format("{}/{}/0-1", name, crowd.count()["records of a doomed topic"]++);
    bool        is_large = crowd.one_in(4);
    Values      values{Crowd::value_of(key, is_large ? 6'000 : crowd.random().between(1, 900))};
    Journal::At at{name, topic.told_as, 0};
    crowd.journal().sent(at, key);
    auto answer = co_await link->ask(produce_request(topic.name, 0, batch_of(values, crowd.cluster().wall())),
                                     crowd.soon(60s));
    if (!answer || answer_in(*answer).error_code != ErrorCode::none) co_return false;
    if (crowd.keeps_promises()) crowd.journal().acked(at, key, answer_in(*answer).base_offset);
    co_return true;
}

Task<bool> remove(Crowd& crowd, LinkPtr link, Topic& topic) {
    kafka::DeleteTopicsRequest request;
    request.topics.emplace_back().name = topic.name;
    request.timeout_ms = 30'000;
    topic.deletion = Asked::yes;
    auto answer = co_await link->ask(std::move(request), crowd.soon(60s));
    if (!answer || answer->responses.at(0).error_code != ErrorCode::none) co_return false;
    topic.deletion = Asked::answered;
    co_return true;
}

} // namespace

/// Whatever gets no answer may still be done in this life of the broker, so it ends the changes until the
/// next.
Task<> change_topics(Crowd& crowd) {
    for (bool goes_on = true; goes_on && !crowd.is_over();) {
        co_await crowd.pause(60ms);
        auto link = co_await crowd.link();
        if (!link) co_return;
        Topic* topic = &crowd.topics_.back(); // the last life of the doomed name
        if (topic->deletion == Asked::answered) topic = &crowd.next_life_of(std::string(doomed));
        if (topic->creation == Asked::no) {
            goes_on = co_await make(crowd, link, *topic);
            bool is_first = topic->told_as.ends_with("#1");
            if (goes_on && !is_first) ++crowd.count()["topics made again"];
        } else if (crowd.one_in(4))
            goes_on = co_await remove(crowd, link, *topic);
        else
            goes_on = co_await send_one(crowd, link, *topic);
    }
}

Task<> set_up(Crowd& crowd) {
    for (Topic& topic : crowd.topics_) {
        if (topic.deletion == Asked::answered) continue;
        bool is_new = topic.name == doomed && topic.creation == Asked::no;
        if (!is_new && !co_await settle(crowd, topic)) co_return;
    }
    for (auto& producer : crowd.producers_) crowd.spawn(produce(crowd, producer));
    if (crowd.is_draining()) co_return;
    for (auto& reader : crowd.readers_) crowd.spawn(read(crowd, reader));
    for (auto& member : crowd.members_) crowd.spawn(consume(crowd, member));
    crowd.spawn(change_topics(crowd));
    crowd.spawn(disturb(crowd));
}

Topic& Crowd::next_life_of(const std::string& name) {
    std::size_t lives = 1;
    for (const Topic& topic : topics_) lives += topic.name == name ? 1 : 0;
    Topic& next = topics_.emplace_back();
    next.name = name;
    next.told_as = fmt::format("{}#{}", name, lives);
    next.partitions = 1;
    next.places.push_back({&next, 0});
    return next;
}

} // namespace riacho::scenarios
