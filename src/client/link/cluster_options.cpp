#include "client/link/cluster_options.hpp"

#include "client/link/bootstrap.hpp"

#include <charconv>
#include <fmt/format.h>

namespace riacho::client {
namespace {

struct TimeOption {
    std::string_view name;
    Time ClusterOptions::* field;
};
constexpr TimeOption time_options[] = {
    {"default.api.timeout.ms", &ClusterOptions::call_timeout},
    {"request.timeout.ms", &ClusterOptions::request_timeout},
    {"socket.connection.setup.timeout.ms", &ClusterOptions::connect_timeout},
    {"retry.backoff.ms", &ClusterOptions::retry_backoff},
    {"retry.backoff.max.ms", &ClusterOptions::retry_backoff_max},
    {"reconnect.backoff.ms", &ClusterOptions::reconnect_backoff},
    {"reconnect.backoff.max.ms", &ClusterOptions::reconnect_backoff_max},
    {"metadata.max.age.ms", &ClusterOptions::metadata_max_age},
};

Outcome<std::int64_t, SettingError> whole_number(std::string_view name, std::string_view text) {
    std::int64_t number = 0;
    auto         parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || number < 0)
        return fail(SettingError::bad_value,
                    fmt::format("{}={}: a whole number of 0 or more is needed", name, text));
    return number;
}

} // namespace

Outcome<ClusterOptions, SettingError> read_cluster_options(const Properties& properties) {
    ClusterOptions options;
    auto           servers = properties.find("bootstrap.servers");
    if (servers == properties.end()) return fail(SettingError::missing, "bootstrap.servers is needed");
    auto parsed = parse_bootstrap_servers(servers->second);
    if (!parsed) return fail(SettingError::bad_value, "bootstrap.servers: " + parsed.error().detail);
    options.bootstrap = std::move(*parsed);
    if (auto id = properties.find("client.id"); id != properties.end()) options.client_id = id->second;
    for (const TimeOption& option : time_options) {
        auto set = properties.find(option.name);
        if (set == properties.end()) continue;
        TRY(std::int64_t ms, whole_number(option.name, set->second));
        constexpr std::int64_t ms_max = std::chrono::milliseconds(std::chrono::hours(24 * 365)).count();
        options.*option.field = std::chrono::milliseconds(std::min(ms, ms_max));
    }
    return options;
}

} // namespace riacho::client
