#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/run_on.hpp"

#include <map>

namespace riacho::broker {
namespace {

MorePartitions more_of(const kafka::CreatePartitionsRequest::Topic& topic) {
    MorePartitions wanted{topic.name, topic.count, {}};
    if (!topic.assignments) return wanted;
    wanted.assignments.emplace();
    for (const auto& assignment : *topic.assignments) wanted.assignments->push_back(assignment.broker_ids);
    return wanted;
}

} // namespace

// CreatePartitions, v0-3: adds partitions to topics; answered when they can be used.
//   v2 flexible   v3 as v2
Task<kafka::CreatePartitionsResponse> create_partitions(Call& call, kafka::CreatePartitionsRequest request) {
    kafka::CreatePartitionsResponse response;
    auto                            add_answer = [&](const std::string& name, MetadataWriter::Done done) {
        auto& answer = response.results.emplace_back();
        answer.name = name;
        if (done) return;
        answer.error_code = done.error().code;
        if (!done.error().detail.empty()) answer.error_message = done.error().detail;
    };
    std::map<std::string, int> times;
    for (const auto& topic : request.topics) ++times[topic.name];
    for (const auto& [name, count] : times)
        if (count > 1) add_answer(name, fail(kafka::ErrorCode::invalid_request, "Duplicate topic name."));
    std::vector<MorePartitions> wanted;
    std::vector<std::string>    names;
    for (const auto& topic : request.topics) {
        if (times[topic.name] > 1) continue;
        wanted.push_back(more_of(topic));
        names.push_back(topic.name);
    }
    auto validate = request.validate_only ? Validate::only : Validate::and_change;
    auto answers = co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                       call.broker.metadata().add_partitions(std::move(wanted), validate));
    for (std::size_t i = 0; i < names.size(); ++i) add_answer(names[i], answers[i]);
    co_return response;
}

} // namespace riacho::broker
