#include "load.hpp"

#include <cstdio>
#include <functional>
#include <map>
#include <string_view>

namespace riacho::bench {
namespace {

constexpr std::string_view usage = "bench_load produce|fetch|latency|device|null [--name value]...\n";

Load load_of(const std::vector<std::string>& words) {
    Load                                                          load;
    const std::map<std::string, std::function<void(std::string)>> options = {
        {"--port",
         [&](const std::string& value) { load.port = static_cast<std::uint16_t>(std::stoi(value)); }},
        {"--topic", [&](const std::string& value) { load.topic = value; }},
        {"--partitions", [&](const std::string& value) { load.partitions = std::stoi(value); }},
        {"--connections", [&](const std::string& value) { load.connections = std::stoul(value); }},
        {"--record-bytes", [&](const std::string& value) { load.record_bytes = std::stoul(value); }},
        {"--batch-bytes", [&](const std::string& value) { load.batch_bytes = std::stoul(value); }},
        {"--in-flight", [&](const std::string& value) { load.in_flight = std::stoul(value); }},
        {"--warm-seconds", [&](const std::string& value) { load.warm_seconds = std::stod(value); }},
        {"--seconds", [&](const std::string& value) { load.seconds = std::stod(value); }},
        {"--bytes", [&](const std::string& value) { load.bytes_max = std::stoull(value); }},
        {"--rate", [&](const std::string& value) { load.rate = std::stod(value); }},
        {"--watch", [&](const std::string& value) { load.watched = std::stoi(value); }},
        {"--file", [&](const std::string& value) { load.file = value; }},
    };
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) options.at(words[i])(words[i + 1]);
    if (words.size() % 2 != 0) throw Broken("every option has a value");
    return load;
}

int run(const std::vector<std::string>& words) {
    const std::map<std::string_view, void (*)(const Load&)> programs = {
        {"produce", run_produce}, {"fetch", run_fetch},      {"latency", run_latency},
        {"device", run_device},   {"null", run_null_broker},
    };
    auto program = words.empty() ? programs.end() : programs.find(words.front());
    if (program == programs.end()) {
        std::fputs(usage.data(), stderr);
        return 2;
    }
    try {
        program->second(load_of({words.begin() + 1, words.end()}));
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_load: {}\n", error.what());
        return 1;
    }
}

} // namespace
} // namespace riacho::bench

int main(int count, char** words) { return riacho::bench::run({words + 1, words + count}); }
