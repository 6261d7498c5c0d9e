#pragma once

#include "console/cluster_view.hpp"
#include "console/request.hpp"

#include <string>
#include <string_view>

namespace riacho::console {

class Console;

/// One request of the API, as its operation sees it.
struct Asked {
    Console&        console;
    http::Exchange& exchange;
    ClusterView*    view; ///< of the cluster in the path; null where there is none

    ClusterView&        cluster() const { return *view; }
    const http::Target& target() const { return exchange.target(); }
    const std::string&  topic() const { return exchange.parameter("topic"); }
};

struct Answer {
    data::Json   body = nullptr;
    http::Status status = http::Status::ok;
    http::Fields fields = {}; ///< beside those that every answer has
};

/// An operation of openapi.yaml; its name there is the function's.
using Operation = Task<OrProblem<Answer>> (*)(Asked);
/// One that answers itself, piece by piece, once nothing is wrong with what was asked.
using Streaming = Task<OrProblem<void>> (*)(Asked);

// api_session.cpp
Task<OrProblem<Answer>> get_session(Asked asked);
Task<OrProblem<Answer>> sign_in(Asked asked);
Task<OrProblem<Answer>> sign_out(Asked asked);

// api_console.cpp
Task<OrProblem<Answer>> list_clusters(Asked asked);
Task<OrProblem<Answer>> get_cluster(Asked asked);

// api_topics.cpp
Task<OrProblem<Answer>> list_topics(Asked asked);
Task<OrProblem<Answer>> get_topic(Asked asked);

// api_metrics.cpp
Task<OrProblem<Answer>> get_metrics(Asked asked);
Task<OrProblem<Answer>> list_requests(Asked asked);

// api_groups.cpp
Task<OrProblem<Answer>> list_groups(Asked asked);
Task<OrProblem<Answer>> list_topic_groups(Asked asked);
Task<OrProblem<Answer>> get_group(Asked asked);
Task<OrProblem<Answer>> delete_group(Asked asked);
Task<OrProblem<Answer>> reset_offsets(Asked asked);
Task<OrProblem<Answer>> delete_offsets(Asked asked);

// api_search.cpp
Task<OrProblem<void>>   search_messages(Asked asked);
Task<OrProblem<void>>   download_messages(Asked asked);
Task<OrProblem<Answer>> check_expression(Asked asked);

// api_messages.cpp
Task<OrProblem<Answer>> get_message(Asked asked);
Task<OrProblem<void>>   get_message_bytes(Asked asked);

// api_produce.cpp
Task<OrProblem<Answer>> produce_message(Asked asked);

// api_topic_changes.cpp
Task<OrProblem<Answer>> create_topic(Asked asked);
Task<OrProblem<Answer>> delete_topic(Asked asked);
Task<OrProblem<Answer>> add_partitions(Asked asked);
Task<OrProblem<Answer>> empty_topic(Asked asked);

// api_configs.cpp
Task<OrProblem<Answer>> get_topic_config_defaults(Asked asked);
Task<OrProblem<Answer>> get_topic_configs(Asked asked);
Task<OrProblem<Answer>> change_topic_configs(Asked asked);
Task<OrProblem<Answer>> get_broker_configs(Asked asked);
Task<OrProblem<Answer>> change_broker_configs(Asked asked);

// api_brokers.cpp
Task<OrProblem<Answer>> list_brokers(Asked asked);
Task<OrProblem<Answer>> get_broker(Asked asked);
Task<OrProblem<Answer>> get_log_folders(Asked asked);

} // namespace riacho::console
