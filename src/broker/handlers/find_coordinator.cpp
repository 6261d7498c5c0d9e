#include "broker/handlers/coordinator_of.hpp"
#include "broker/handlers/handlers.hpp"

namespace riacho::broker {
namespace {

using kafka::ErrorCode;
using Coordinator = kafka::FindCoordinatorResponse::Coordinator;

enum class KeyType : std::int8_t { group = 0, transaction = 1 };
constexpr kafka::Version several_keys_since = 4;

Coordinator no_coordinator(ErrorCode error, std::string message) {
    return {.node_id = -1, .host = "", .port = -1, .error_code = error, .error_message = std::move(message)};
}

/// Every group is coordinated here, once there is a place for its records.
Task<Coordinator> find_group_coordinator(Call& call) {
    Broker& broker = call.broker;
    if (broker.refuses_writes())
        co_return no_coordinator(ErrorCode::coordinator_not_available,
                                 "The write-ahead log has failed: groups cannot change until a restart.");
    if (broker.is_stopping())
        co_return no_coordinator(ErrorCode::coordinator_not_available, "The broker is stopping.");
    auto made = co_await io::run_on(broker.metadata_shard(), call.here.shard, broker.offsets().ensure());
    if (!made)
        co_return no_coordinator(ErrorCode::coordinator_not_available,
                                 "__consumer_offsets is not available: " + made.error().detail);
    io::Endpoint own = call.session.advertised();
    co_return Coordinator{
        .node_id = broker.options().node_id, .host = own.host, .port = static_cast<std::int32_t>(own.port)};
}

Task<Coordinator> find_of_type(Call& call, std::int8_t type) {
    switch (KeyType{type}) {
    case KeyType::group:
        co_return co_await find_group_coordinator(call);
    case KeyType::transaction:
        // Not retriable: the client stops, and its user reads why.
        co_return no_coordinator(ErrorCode::unsupported_version,
                                 "Transactions are not supported yet: produce without a transactional.id.");
    }
    co_return no_coordinator(ErrorCode::invalid_request, "Unknown coordinator type.");
}

} // namespace

// FindCoordinator, v0-6: which node coordinates groups. Makes __consumer_offsets at the first question.
//   v1 key type, message   v3 flexible   v4 several keys (KIP-699)   v5 TRANSACTION_ABORTABLE, never answered
//   v6 share groups, which are refused
Task<kafka::FindCoordinatorResponse> find_coordinator(Call& call, kafka::FindCoordinatorRequest request) {
    Coordinator                    found = co_await find_of_type(call, request.key_type);
    kafka::FindCoordinatorResponse response;
    std::vector<bool>              serves(request.coordinator_keys.size(), true);
    if (found.error_code == ErrorCode::none)
        serves = co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                     call.broker.offsets().serves(request.coordinator_keys));
    for (std::size_t i = 0; i < request.coordinator_keys.size(); ++i) {
        response.coordinators.push_back(serves[i]
                                            ? found
                                            : no_coordinator(ErrorCode::coordinator_not_available,
                                                             "This group's partition of __consumer_offsets "
                                                             "is offline."));
        response.coordinators.back().key = std::move(request.coordinator_keys[i]);
    }
    if (call.version >= several_keys_since) co_return response;
    if (!response.coordinators.empty()) found = response.coordinators.front();
    response.error_code = found.error_code;
    response.error_message = found.error_message;
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
    co_return response;
}

} // namespace riacho::broker
