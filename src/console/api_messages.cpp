#include "browse/cluster_source.hpp"
#include "browse/message.hpp"
#include "browse/search.hpp"
#include "codec/base64.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"
#include "http/event_stream.hpp"
#include "kafka/batch/batch_builder.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using http::Status;
using kafka::ErrorCode;

constexpr std::size_t whole_message = SIZE_MAX;

Problem problem_of_source(const Failure<browse::SourceError>& failure) {
    switch (failure.code) {
    case browse::SourceError::unknown_topic:
    case browse::SourceError::unknown_partition:
        return problem_of(ErrorCode::unknown_topic_or_partition, failure.detail);
    case browse::SourceError::not_allowed:
        return problem_of(ErrorCode::topic_authorization_failed, failure.detail);
    case browse::SourceError::unreachable:
        return {Status::service_unavailable, "CLUSTER_UNREACHABLE", failure.detail};
    case browse::SourceError::unreadable:
        break;
    }
    return problem_of(ErrorCode::corrupt_message, failure.detail);
}

/// How many characters are before a byte of UTF-8.
std::size_t code_points(std::string_view text, std::size_t bytes) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text.substr(0, bytes), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Problem problem_of_expression(std::string_view text, const browse::Problem& problem) {
    return {Status::bad_request, "BAD_EXPRESSION", problem.message, code_points(text, problem.at),
            problem.hint};
}

OrProblem<browse::Expression> expression_in(const http::Target& target) {
    const std::string* where = target.find("where");
    const std::string* text = target.find("text");
    if (where && text) return bad_request("text and where exclude each other");
    if (text) return browse::Expression::containing(*text);
    std::string_view said = where ? std::string_view(*where) : "";
    auto             compiled = browse::Expression::compile(said);
    if (!compiled) return std::unexpected(problem_of_expression(said, compiled.error()));
    return *std::move(compiled);
}

OrProblem<client::Isolation> isolation_in(const http::Target& target) {
    TRY(std::string isolation, choice_in(target, "isolation", {"read_committed", "read_uncommitted"}));
    return isolation == "read_committed" ? client::Isolation::read_committed
                                         : client::Isolation::read_uncommitted;
}

OrProblem<browse::SearchRequest> search_in(const http::Target& target) {
    browse::SearchRequest request;
    TRY(auto partitions, partitions_in_query(target));
    for (std::int32_t partition : partitions) request.partitions.push_back(PartitionIndex{partition});
    if (const std::string* from = target.find("from")) {
        auto start = browse::parse_search_start(*from);
        if (!start) return bad_request("from: " + start.error().detail);
        request.start = *std::move(start);
    }
    if (const std::string* to = target.find("to")) {
        auto end = browse::parse_search_end(*to);
        if (!end) return bad_request("to: " + end.error().detail);
        request.end = *std::move(end);
    }
    if (const std::string* cursor = target.find("cursor")) {
        auto resume = browse::parse_cursor(*cursor);
        if (!resume) return bad_request("cursor: " + resume.error().detail);
        request.start = *std::move(resume);
    }
    TRY(std::int64_t limit, number_in(target, "limit", 200, 1, 100'000));
    TRY(bool live, flag_in(target, "live", "false"));
    request.hits_max = static_cast<std::size_t>(limit);
    request.follow = live ? browse::Follow::yes : browse::Follow::no;
    return request;
}

Json progress_json(const browse::SearchProgress& progress) {
    Json::Array places;
    for (const auto& place : progress.places)
        places.push_back(Json::Object{{"partition", static_cast<std::int32_t>(place.partition)},
                                      {"position", int64_json(place.position.value)},
                                      {"end", int64_json(place.end.value)}});
    auto count = [](std::uint64_t number) { return int64_json(static_cast<std::int64_t>(number)); };
    auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(progress.elapsed).count();
    return Json::Object{{"scanned", count(progress.records)},
                        {"bytes", count(progress.bytes)},
                        {"hits", count(progress.hits)},
                        {"share", rate_json(progress.share)},
                        {"elapsed_ms", elapsed},
                        {"partitions", std::move(places)}};
}

Json done_json(const browse::SearchDone& done) {
    bool is_limit = done.reason == browse::SearchDone::Reason::limit;
    Json cursor = done.resume ? Json(browse::cursor_text(*done.resume)) : Json(nullptr);
    return Json::Object{{"reason", is_limit ? "limit" : "end"},
                        {"cursor", std::move(cursor)},
                        {"progress", progress_json(done.progress)}};
}

/// A search that is under way, with what it reads from.
struct Running {
    std::unique_ptr<browse::ClusterSource> source;
    std::unique_ptr<browse::Search>        search;
    std::size_t                            payload_bytes_max;
};

Task<OrProblem<Running>> begin_search(Asked asked) {
    CO_TRY(auto request, search_in(asked.target()));
    CO_TRY(auto expression, expression_in(asked.target()));
    CO_TRY(auto isolation, isolation_in(asked.target()));
    CO_TRY(std::int64_t payload, number_in(asked.target(), "payload_limit", 4096, 64, 1 << 20));
    Running running{
        std::make_unique<browse::ClusterSource>(asked.cluster().admin(), asked.topic(), isolation), nullptr,
        static_cast<std::size_t>(payload)};
    auto search = co_await browse::Search::begin(asked.exchange.shard(), *running.source, std::move(request),
                                                 std::move(expression));
    if (!search) co_return std::unexpected(problem_of_source(search.error()));
    running.search = *std::move(search);
    co_return running;
}

/// Gives events until the search or its reader ends.
Task<> stream(Running& running, http::Exchange& exchange, std::string topic) {
    http::EventStream events(exchange);
    co_await events.begin();
    while (!exchange.is_over()) {
        auto event = co_await running.search->next();
        if (!event) {
            co_await events.send(
                {.name = "problem", .data = data::write_json(json_of(problem_of_source(event.error())))});
            co_return;
        }
        if (auto* found = std::get_if<browse::FoundRecord>(&*event)) {
            auto message = browse::message_of(topic, *found, running.payload_bytes_max);
            co_await events.send({.name = "message", .data = data::write_json(browse::to_json(message))});
        } else if (auto* progress = std::get_if<browse::SearchProgress>(&*event)) {
            co_await events.send({.name = "progress", .data = data::write_json(progress_json(*progress))});
        } else {
            auto& done = std::get<browse::SearchDone>(*event);
            co_await events.send({.name = "done", .data = data::write_json(done_json(done))});
            co_return;
        }
    }
}

OrProblem<std::int64_t> number_in_path(const Asked& asked, std::string_view name) {
    const std::string& text = asked.exchange.parameter(name);
    std::int64_t       number = 0;
    auto               end = text.data() + text.size();
    auto               read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < 0)
        return bad_request(fmt::format("{}: no number: {}", name, text));
    return number;
}

/// A part of a message to produce: nothing for null.
OrProblem<std::optional<std::vector<std::byte>>> payload_in(const Json* json, std::string_view where) {
    if (!json || json->is_null()) return std::nullopt;
    const Json* text = json->find("text");
    const Json* base = json->find("base64");
    if (text && text->string() && !base) {
        ByteView bytes = as_bytes(*text->string());
        return std::vector<std::byte>(bytes.begin(), bytes.end());
    }
    if (!base || !base->string() || text)
        return bad_request(fmt::format("{}: must be null, {{\"text\"}} or {{\"base64\"}}", where));
    auto bytes = parse_base64(*base->string());
    if (!bytes) return bad_request(fmt::format("{}.base64: is no base64", where));
    return *std::move(bytes);
}

struct NewMessage {
    struct Header {
        std::string                           name;
        std::optional<std::vector<std::byte>> value;
    };
    std::optional<std::int64_t>           partition, timestamp;
    std::optional<std::vector<std::byte>> key, value;
    std::vector<Header>                   headers;
};

OrProblem<NewMessage> message_in(Body& body) {
    NewMessage message;
    TRY(message.partition, body.number_or_none("partition", 0, INT32_MAX));
    TRY(message.key, payload_in(body.take("key"), "key"));
    TRY(message.value, payload_in(body.take("value"), "value"));
    TRY(auto timestamp, body.text_or_none("timestamp"));
    if (timestamp) {
        auto number = data::Number::from_text(*timestamp);
        message.timestamp = number ? Json(*number).int64() : std::nullopt;
        if (!message.timestamp) return bad_request("timestamp: must be a whole number, as text");
    }
    if (const Json* headers = body.take("headers")) {
        if (!headers->array()) return bad_request("headers: must be a list");
        for (const Json& header : *headers->array()) {
            const Json* name = header.find("name");
            if (!name || !name->string()) return bad_request("headers: each has a name");
            TRY(auto value, payload_in(header.find("value"), "headers.value"));
            message.headers.push_back({*name->string(), std::move(value)});
        }
    }
    if (auto end = body.end(); !end) return std::unexpected(end.error());
    return message;
}

std::optional<ByteView> view_of(const std::optional<std::vector<std::byte>>& bytes) {
    return bytes ? std::optional(ByteView(*bytes)) : std::nullopt;
}

/// Kafka's murmur2 with its seed, of which the default partitioner of its Java client takes 31 bits.
std::uint32_t murmur2(ByteView bytes) {
    constexpr std::uint32_t multiplier = 0x5bd1e995;
    auto                    length = static_cast<std::uint32_t>(bytes.size());
    std::uint32_t           hash = 0x9747b28cu ^ length;
    auto                    at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
    std::size_t             i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
        std::uint32_t word = at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24;
        word *= multiplier;
        word ^= word >> 24;
        word *= multiplier;
        hash = hash * multiplier ^ word;
    }
    std::size_t left = bytes.size() - i;
    if (left == 3) hash ^= at(i + 2) << 16;
    if (left >= 2) hash ^= at(i + 1) << 8;
    if (left >= 1) hash = (hash ^ at(i)) * multiplier;
    hash ^= hash >> 13;
    hash *= multiplier;
    return hash ^ hash >> 15;
}

/// Without a partition: as the key says, or, without a key, the partition with the fewest messages.
std::int32_t partition_for(const NewMessage& message, const TopicPicture& topic) {
    if (message.partition) return static_cast<std::int32_t>(*message.partition);
    auto count = static_cast<std::uint32_t>(topic.partitions.size());
    if (message.key) return static_cast<std::int32_t>((murmur2(*message.key) & 0x7fffffff) % count);
    auto fewest = std::ranges::min_element(topic.partitions, {}, [](const PartitionPicture& partition) {
        return partition.end.value_or(0) - partition.start.value_or(0);
    });
    return fewest->index;
}

} // namespace

Task<OrProblem<void>> search_messages(Asked asked) {
    auto slot = asked.console.take_search_slot();
    if (!slot)
        co_return problem(Status::too_many_requests, "TOO_MANY_SEARCHES",
                          "as many searches run as this console allows: end one, or ask again soon");
    CO_TRY(Running running, co_await begin_search(asked));
    std::exception_ptr broken;
    try {
        co_await stream(running, asked.exchange, asked.topic());
    } catch (...) { broken = std::current_exception(); } // its reader left
    co_await running.search->stop();
    if (broken) std::rethrow_exception(broken);
    co_return OrProblem<void>();
}

Task<OrProblem<Answer>> get_message(Asked asked) {
    CO_TRY(std::int64_t partition, number_in_path(asked, "partition"));
    CO_TRY(std::int64_t offset, number_in_path(asked, "offset"));
    browse::ClusterSource source(asked.cluster().admin(), asked.topic(), client::Isolation::read_uncommitted);
    auto                  found = co_await browse::find_record(
        asked.exchange.shard(), source, PartitionIndex{static_cast<std::int32_t>(partition)}, Offset{offset});
    if (!found) co_return std::unexpected(problem_of_source(found.error()));
    if (!*found)
        co_return problem(
            Status::not_found, "NO_SUCH_MESSAGE",
            fmt::format("partition {} has no message at {}: it is deleted, compacted away or to come",
                        partition, offset));
    co_return Answer{browse::to_json(browse::message_of(asked.topic(), **found, whole_message))};
}

Task<OrProblem<Answer>> check_expression(Asked asked) {
    const std::string* where = asked.target().find("where");
    if (!where) co_return bad_request("where is missing");
    auto compiled = browse::Expression::compile(*where);
    Json wrong = nullptr;
    if (!compiled) wrong = json_of(problem_of_expression(*where, compiled.error()));
    co_return Answer{Json::Object{{"valid", compiled.has_value()}, {"problem", std::move(wrong)}}};
}

Task<OrProblem<Answer>> produce_message(Asked asked) {
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    CO_TRY(NewMessage message, message_in(body));
    CO_TRY(auto picture, co_await asked.cluster().picture());
    CO_TRY(const TopicPicture* topic, topic_in(*picture, asked.topic()));
    std::int32_t                     partition = partition_for(message, *topic);
    Timestamp                        time{message.timestamp.value_or(asked.console.clock().wall().ms)};
    std::vector<kafka::RecordHeader> headers;
    for (const auto& header : message.headers) headers.push_back({header.name, view_of(header.value)});
    kafka::BatchBuilder builder({});
    builder.add({.timestamp = time,
                 .key = view_of(message.key),
                 .value = view_of(message.value),
                 .headers = headers});
    auto produced = co_await asked.cluster().admin().produce(topic->name, partition, builder.build());
    if (!produced) co_return std::unexpected(problem_of(produced.error()));
    if (produced->error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(produced->error_code, produced->error_message.value_or("")));
    asked.cluster().forget();
    std::int64_t written = produced->log_append_time_ms >= 0 ? produced->log_append_time_ms : time.ms;
    co_return Answer{Json::Object{{"partition", partition},
                                  {"offset", int64_json(produced->base_offset)},
                                  {"timestamp", int64_json(written)}},
                     Status::created};
}

} // namespace riacho::console
