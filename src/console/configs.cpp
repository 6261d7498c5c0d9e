#include "console/configs.hpp"

#include "console/request.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using kafka::ErrorCode;

/// ConfigSource of the API by Kafka's number.
std::string_view source_name(std::int8_t source) {
    switch (source) {
    case 1:
        return "topic";
    case 2:
        return "broker";
    case 3:
        return "cluster";
    case 4:
        return "static";
    case 5:
        return "default";
    case 8:
        return "group";
    default:
        return "unknown";
    }
}

std::string_view type_name(std::int8_t type) {
    constexpr std::string_view names[] = {"string", "boolean", "string", "int",   "short",
                                          "long",   "double",  "list",   "class", "password"};
    auto                       at = static_cast<std::size_t>(type);
    return at < std::size(names) ? names[at] : names[0];
}

std::optional<std::string_view> unit_of(std::string_view name) {
    if (name.ends_with(".ms")) return "ms";
    if (name.ends_with(".bytes")) return "bytes";
    return std::nullopt;
}

/// The values of those that have few.
std::vector<std::string_view> choices_of(std::string_view name) {
    if (name.ends_with("compression.type"))
        return {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"};
    if (name.ends_with("message.timestamp.type")) return {"CreateTime", "LogAppendTime"};
    if (name.ends_with("cleanup.policy")) return {"delete", "compact"};
    return {};
}

/// Where the value would come from if it were not set where it is.
Json default_of(const DescribedConfig& config) {
    for (const auto& synonym : config.synonyms)
        if (synonym.source != config.config_source) return or_null(synonym.value);
    bool is_default = config.config_source == 5;
    return is_default ? or_null(config.value) : Json(nullptr);
}

} // namespace

data::Json config_json(const DescribedConfig& config) {
    Json::Array synonyms;
    for (const auto& synonym : config.synonyms)
        synonyms.push_back(Json::Object{{"name", synonym.name},
                                        {"value", or_null(synonym.value)},
                                        {"source", source_name(synonym.source)}});
    Json::Object json{{"name", config.name},
                      {"value", or_null(config.value)},
                      {"default", default_of(config)},
                      {"source", source_name(config.config_source)},
                      {"type", type_name(config.config_type)},
                      {"sensitive", config.is_sensitive},
                      {"read_only", config.read_only},
                      {"documentation", or_null(config.documentation)}};
    if (auto choices = choices_of(config.name); !choices.empty())
        json.push_back({"choices", Json::Array(choices.begin(), choices.end())});
    if (auto unit = unit_of(config.name)) json.push_back({"unit", *unit});
    json.push_back({"synonyms", std::move(synonyms)});
    return json;
}

Task<OrProblem<std::vector<DescribedConfig>>> describe_configs(ClusterView& cluster, ConfigResource of) {
    kafka::DescribeConfigsRequest request;
    request.resources.push_back({static_cast<std::int8_t>(of.type), of.name, std::nullopt});
    request.include_synonyms = request.include_documentation = true;
    auto response = co_await cluster.admin().describe_configs(std::move(request));
    if (!response) co_return std::unexpected(problem_of(response.error()));
    auto& result = response->results.at(0);
    if (result.error_code != ErrorCode::none)
        co_return std::unexpected(problem_of(result.error_code, result.error_message.value_or("")));
    std::ranges::sort(result.configs, {}, &DescribedConfig::name);
    co_return std::move(result.configs);
}

} // namespace riacho::console
