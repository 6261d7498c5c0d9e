#include "app/open_files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sys/resource.h>

namespace riacho::app {
namespace {

constexpr std::size_t fallback_limit = 1024;
constexpr std::size_t reserved_files = 128; ///< the write-ahead log, listeners, files that are being replaced
constexpr std::size_t part_of_segments = 4; ///< a quarter, if it must be

} // namespace

std::size_t raise_open_files_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return fallback_limit;
    rlimit raised{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    return static_cast<std::size_t>(limit.rlim_cur);
}

std::optional<std::string> fit_into_open_files(broker::BrokerOptions& options, std::size_t limit) {
    std::size_t& segments = options.store.open_files_max;
    segments = std::min(segments, std::max<std::size_t>(limit / part_of_segments, 1));
    std::size_t  taken = std::min(segments + reserved_files, limit - 1);
    auto         fit = static_cast<std::int32_t>(std::min<std::size_t>(limit - taken, INT32_MAX));
    std::int32_t wanted = options.max_connections;
    if (wanted <= fit) return std::nullopt;
    options.max_connections = fit;
    if (wanted == broker::BrokerOptions{}.max_connections) return std::nullopt;
    return fmt::format("max.connections={} is more than the {} files that may be open leave: {} are served",
                       wanted, limit, fit);
}

} // namespace riacho::app
