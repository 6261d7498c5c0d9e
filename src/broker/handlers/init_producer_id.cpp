#include "broker/broker.hpp"
#include "broker/handlers/handlers.hpp"
#include "io/run_on.hpp"

namespace riacho::broker {

// InitProducerId, v0-5: a number for an idempotent producer (KIP-98). A transactional one is refused.
//   v2 flexible   v3 the producer's own id and epoch, to go on after an error (KIP-360)
Task<kafka::InitProducerIdResponse> init_producer_id(Call& call, kafka::InitProducerIdRequest request) {
    kafka::InitProducerIdResponse response;
    response.producer_epoch = -1;
    if (request.transactional_id) {
        // Not retriable and no state of a transaction: the client stops and says that it is not supported.
        response.error_code = request.transactional_id->empty() ? kafka::ErrorCode::invalid_request
                                                                : kafka::ErrorCode::unsupported_version;
        co_return response;
    }
    auto id = co_await io::run_on(call.broker.metadata_shard(), call.here.shard,
                                  call.broker.metadata().next_producer_id());
    if (!id) {
        response.error_code = kafka::ErrorCode::coordinator_not_available;
        co_return response;
    }
    response.producer_id = static_cast<std::int64_t>(*id);
    response.producer_epoch = 0;
    co_return response;
}

} // namespace riacho::broker
