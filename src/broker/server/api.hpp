#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "broker/metrics/request_metrics.hpp"
#include "broker/server/fetch_memory.hpp"
#include "broker/server/session.hpp"
#include "kafka/wire/api.hpp"
#include "kafka/wire/error_visitor.hpp"
#include "kafka/wire/reader.hpp"
#include "kafka/wire/writer.hpp"
#include "riacho/task.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

namespace riacho::broker {

class Broker;
struct Local;

/// One request on its way through a handler. Lives until the handler ends, on the connection's shard.
struct Call {
    Broker&         broker;
    Local&          here; ///< what the connection's shard owns
    Session&        session;
    kafka::Version  version;
    RequestMetrics& metrics;   ///< of the connection's shard
    MemoryBudget&   responses; ///< for what the handler holds until its answer is written
    Charge          memory;    ///< for the decoded request
    std::size_t     decoded_bytes_max = 0;
    /// For the records in the answer; goes with it until it is written.
    FetchMemory::Held records = {};
    /// Set by a handler that has no other way to tell the client: the connection ends after this request.
    std::optional<std::string> must_close_because;
    /// How long the handler waited for others: the disk, records, members of a group.
    Time waited{0};
};

/// Whether the next request of the connection may start before this one is answered. Kafka answers one
/// request at a time; a produce is numbered before the next one starts, so only its wait for the disk
/// overlaps.
enum class Overlap { none, while_waiting };

/// Whether the answer may be many times as large as what was asked: such a request waits while memory for
/// answers is short.
enum class AnswerSize { small, may_be_large };

/// One API: everything that dispatch, the ApiVersions answer and the documentation need to know of it.
struct ApiRow {
    enum class Result { answered, silent, undecodable };
    using Run = Task<Result> (*)(Call&, Bytes body, kafka::Writer& out);

    kafka::Api api;
    kafka::Version
               advertised_low; ///< Produce: below what is served, for clients that look for it (KAFKA-18659)
    Overlap    overlap;
    AnswerSize answer;
    Run        run;
};

namespace api_detail {

template <class T> struct Answer;
template <class T> struct Answer<Task<T>> {
    using Type = T;
};

template <auto handler> struct Signature;
template <class Result, class Request, Result (*handler)(Call&, Request)> struct Signature<handler> {
    using RequestType = Request;
    using Response = typename Answer<Result>::Type;
};

template <class T> const T* sent(const T& response) { return &response; }
template <class T> const T* sent(const std::optional<T>& response) { return response ? &*response : nullptr; }

/// Lets go of the frame, but for the slices that the request shares with it.
template <class Request> bool decode_within(Request& request, Bytes body, Call& call) {
    kafka::Reader in(std::move(body));
    in.limit_memory(call.decoded_bytes_max);
    // What follows a whole request is not looked at, as in Kafka: librdkafka 2.15 leaves three bytes behind a
    // Metadata request for all topics.
    if (!decode(request, in, call.version)) return false;
    constexpr std::size_t with_answer = 2; // which has about as much for each element
    call.memory = call.responses.charge(in.memory_used() * with_answer);
    return true;
}

template <auto handler> Task<ApiRow::Result> run(Call& call, Bytes body, kafka::Writer& out) {
    typename Signature<handler>::RequestType request;
    if (!decode_within(request, std::exchange(body, {}), call)) co_return ApiRow::Result::undecodable;
    auto  response = co_await handler(call, std::move(request));
    auto* answer = sent(response);
    if (!answer) co_return ApiRow::Result::silent;
    constexpr kafka::ApiKey key = Signature<handler>::RequestType::api.key;
    kafka::for_each_error(*answer, [&](kafka::ErrorCode error) { call.metrics.add(key, error); });
    encode(*answer, out, call.version);
    co_return ApiRow::Result::answered;
}

} // namespace api_detail

/// A handler is a plain function `Task<Response> heartbeat(Call&, HeartbeatRequest)`, or one that gives
/// `Task<std::optional<Response>>` where a request may want no answer (Produce with acks=0).
template <auto handler>
ApiRow api_row(AnswerSize answer = AnswerSize::small, Overlap overlap = Overlap::none) {
    constexpr kafka::Api api = api_detail::Signature<handler>::RequestType::api;
    return {api, api.versions.low, overlap, answer, api_detail::run<handler>};
}

/// Every API that this broker serves, by key. Dispatch, the ApiVersions answer and docs/compatibility.md come
/// from it.
std::span<const ApiRow> api_table();
const ApiRow*           find_api(std::int16_t key);

} // namespace riacho::broker
