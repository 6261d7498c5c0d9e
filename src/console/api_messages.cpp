#include "browse/cluster_source.hpp"
#include "browse/message.hpp"
#include "browse/search.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"

#include <charconv>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using http::Status;
using kafka::ErrorCode;

OrProblem<std::int64_t> number_in_path(const Asked& asked, std::string_view name, std::int64_t high) {
    const std::string& text = asked.exchange.parameter(name);
    std::int64_t       number = 0;
    auto               end = text.data() + text.size();
    auto               read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < 0 || number > high)
        return bad_request(fmt::format("{}: no number: {}", name, text));
    return number;
}

/// The message that the path names.
Task<OrProblem<browse::FoundRecord>> message_in_path(Asked asked) {
    CO_TRY(std::int64_t partition, number_in_path(asked, "partition", INT32_MAX));
    CO_TRY(std::int64_t offset, number_in_path(asked, "offset", INT64_MAX));
    browse::ClusterSource source(asked.cluster().admin(), asked.topic(), client::Isolation::read_uncommitted);
    auto                  found = co_await browse::find_record(
        asked.exchange.shard(), source, PartitionIndex{static_cast<std::int32_t>(partition)}, Offset{offset});
    if (!found) co_return std::unexpected(problem_of(found.error()));
    if (!*found)
        co_return problem(
            Status::not_found, "NO_SUCH_MESSAGE",
            fmt::format("partition {} has no message at {}: it is deleted, compacted away or to come",
                        partition, offset));
    co_return **std::move(found);
}

} // namespace

Problem problem_of(const Failure<browse::SourceError>& failure) {
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

std::string attachment(std::string_view file_name) {
    std::string safe;
    for (char c : file_name) {
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '.' || c == '_' || c == '-';
        safe += is_plain ? c : '_';
    }
    return fmt::format("attachment; filename=\"{}\"", safe);
}

Task<OrProblem<Answer>> get_message(Asked asked) {
    CO_TRY(auto found, co_await message_in_path(asked));
    co_return Answer{browse::to_json(browse::message_of(asked.topic(), found, whole_message))};
}

Task<OrProblem<void>> get_message_bytes(Asked asked) {
    const std::string& part = asked.exchange.parameter("part");
    if (part != "key" && part != "value")
        co_return problem(Status::not_found, "NO_SUCH_PATH", "a message has a key and a value");
    CO_TRY(auto found, co_await message_in_path(asked));
    auto bytes = part == "key" ? found.record().key : found.record().value;
    if (!bytes) {
        co_await asked.exchange.respond({.status = Status::no_content});
        co_return OrProblem<void>();
    }
    std::string name = fmt::format("{}-{}-{}-{}.bin", asked.topic(), asked.exchange.parameter("partition"),
                                   asked.exchange.parameter("offset"), part);
    co_await asked.exchange.respond(
        {.fields = {{"Content-Type", "application/octet-stream"}, {"Content-Disposition", attachment(name)}}},
        *bytes);
    co_return OrProblem<void>();
}

} // namespace riacho::console
