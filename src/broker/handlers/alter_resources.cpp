#include "broker/handlers/alter_resources.hpp"

#include "broker/broker.hpp"
#include "io/run_on.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string_view>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using Done = MetadataWriter::Done;

constexpr std::int8_t      altered_topic = 2, altered_broker = 4;
constexpr std::string_view not_altered_here =
    "The configuration of {} cannot be altered; that of a topic (resource type 2) or a broker (4) can.";

/// Kafka's other types of resources that can be configured; nothing where there is no such type.
std::string_view resource_kind(std::int8_t type) {
    switch (type) {
    case 8:
        return "a broker's loggers";
    case 16:
        return "client metrics";
    case 32:
        return "a group";
    default:
        return {};
    }
}

bool has_value(const ResourceWish::Config& config) {
    return config.value || config.operation == static_cast<std::int8_t>(ConfigChange::Operation::remove);
}

/// What is wrong with a wish before anybody looks at values.
Done problem_with(const ResourceWish& wish) {
    if (wish.type != altered_topic && wish.type != altered_broker) {
        std::string_view kind = resource_kind(wish.type);
        if (kind.empty())
            return fail(ErrorCode::invalid_request,
                        fmt::format("Unknown resource type {}", static_cast<int>(wish.type)));
        return fail(ErrorCode::invalid_request, fmt::format(fmt::runtime(not_altered_here), kind));
    }
    std::set<std::string_view>    names;
    std::vector<std::string_view> nulls;
    for (const ResourceWish::Config& config : wish.configs) {
        if (!names.insert(config.name).second)
            return fail(ErrorCode::invalid_request, "Error due to duplicate config keys");
        if (!has_value(config)) nulls.push_back(config.name);
    }
    if (!nulls.empty())
        return fail(ErrorCode::invalid_request,
                    fmt::format("Null value not supported for : {}", fmt::join(nulls, ", ")));
    for (const ResourceWish::Config& config : wish.configs)
        if (config.operation < 0 || config.operation > 3)
            return fail(ErrorCode::invalid_request,
                        fmt::format("Unknown config operation {}", static_cast<int>(config.operation)));
    return {};
}

std::vector<ConfigChange> changes_of(const ResourceWish& wish) {
    std::vector<ConfigChange> changes;
    for (const ResourceWish::Config& config : wish.configs)
        changes.push_back(
            {config.name, static_cast<ConfigChange::Operation>(config.operation), config.value.value_or("")});
    return changes;
}

/// Those of one type, and where their answers go.
template <class Alteration> struct Alterations {
    std::vector<Alteration>  wanted;
    std::vector<std::size_t> places;

    void add(const ResourceWish& wish, std::size_t place) {
        wanted.push_back({wish.name, changes_of(wish), wish.others});
        places.push_back(place);
    }
    Task<> run(Call& call, Validate validate, std::vector<Done>& answers) {
        if (wanted.empty()) co_return;
        auto altered = co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                           call.broker.metadata().alter(std::move(wanted), validate));
        for (std::size_t i = 0; i < places.size(); ++i) answers[places[i]] = std::move(altered[i]);
    }
};

} // namespace

Task<std::vector<Done>> alter_resources(Call& call, std::vector<ResourceWish> wishes, Validate validate) {
    std::map<std::pair<std::int8_t, std::string_view>, int> times;
    for (const ResourceWish& wish : wishes) ++times[{wish.type, wish.name}];
    std::vector<Done>             answers;
    Alterations<TopicAlteration>  topics;
    Alterations<BrokerAlteration> brokers;
    for (const ResourceWish& wish : wishes) {
        Done answer = problem_with(wish);
        if (times[{wish.type, wish.name}] > 1)
            answer = fail(ErrorCode::invalid_request, "Each resource must appear at most once.");
        if (answer && wish.type == altered_topic) topics.add(wish, answers.size());
        if (answer && wish.type == altered_broker) brokers.add(wish, answers.size());
        answers.push_back(std::move(answer));
    }
    co_await topics.run(call, validate, answers);
    co_await brokers.run(call, validate, answers);
    co_return answers;
}

} // namespace riacho::broker
