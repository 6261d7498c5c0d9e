#include "ops/ops.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace riacho::ops {
namespace {

using Kind = MetricsPage::Kind;

std::string content_of(const char* path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The fields of /proc/self/stat behind the program's name, which may hold spaces: `field` counts as proc(5)
/// does.
std::uint64_t stat_field(std::string_view stat, int field) {
    stat.remove_prefix(std::min(stat.rfind(')') + 1, stat.size()));
    for (int at = 3; at < field && !stat.empty(); ++at)
        stat.remove_prefix(std::min(stat.find(' ', 1), stat.size()));
    while (stat.starts_with(' ')) stat.remove_prefix(1);
    std::uint64_t value = 0;
    std::from_chars(stat.data(), stat.data() + stat.size(), value);
    return value;
}

std::uint64_t count_open_files() {
    std::error_code error;
    std::uint64_t   count = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
         at.increment(error))
        ++count;
    return count;
}

void gauge(MetricsPage& page, std::string_view name, std::uint64_t value, std::string_view help) {
    page.family(name, Kind::gauge, help);
    page.sample(value);
}

} // namespace

void write_process_metrics(MetricsPage& page) {
    constexpr int user_ticks = 14, system_ticks = 15, virtual_bytes = 23, resident_pages = 24; // proc(5)
    std::string   stat = content_of("/proc/self/stat");
    auto          ticks = static_cast<double>(stat_field(stat, user_ticks) + stat_field(stat, system_ticks));
    page.family("process_cpu_seconds_total", Kind::counter,
                "User and system time of the process, in seconds.");
    page.sample({}, ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)));
    gauge(page, "process_resident_memory_bytes",
          stat_field(stat, resident_pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
          "Memory of the process that is not swapped out.");
    gauge(page, "process_virtual_memory_bytes", stat_field(stat, virtual_bytes),
          "Addresses that the process has.");
    gauge(page, "process_open_fds", count_open_files(), "Open file descriptors.");
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
        gauge(page, "process_max_fds", files.rlim_cur, "How many file descriptors may be open.");
}

} // namespace riacho::ops
