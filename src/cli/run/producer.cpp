#include "riacho/producer.hpp"

#include "cli/exit.hpp"
#include "cli/run/go_text.hpp"
#include "cli/run/programs.hpp"

#include <fmt/format.h>

namespace riacho::cli {

Task<int> run_producer(Runtime& runtime, RunOptions options, Output& output) {
    // A broker that is started a moment later is found a moment later.
    Settings settings{{"bootstrap.servers", options.bootstrap_servers}, {"reconnect.backoff.max.ms", "1000"}};
    settings.insert(settings.end(), options.settings.begin(), options.settings.end());
    auto producer = Producer::create(runtime, settings);
    if (!producer) {
        output.problem(fmt::format("Failed to create producer: {}", producer.error().text()));
        co_return exit_usage;
    }
    if (auto connected = co_await producer->connect(options.patience); !connected) {
        output.problem(no_broker(options, connected.error()));
        co_return exit_error;
    }
    int result = exit_ok;
    for (std::string_view word : {"Hello", "Kafka", "World"}) {
        auto delivered = co_await producer->send({.topic = options.topic, .value = std::string(word)});
        if (delivered) {
            output.line(fmt::format("Delivered message to {}", go_text(*delivered)));
        } else {
            output.line(fmt::format("Delivery failed: {}", delivered.error().text()));
            result = exit_error;
        }
    }
    co_return result;
}

std::string no_broker(const RunOptions& options, const Error& error) {
    return fmt::format(
        "riacho: no broker answered at {} within {} s ({}): start one with \"riacho up\", or name "
        "another with --bootstrap-servers",
        options.bootstrap_servers, options.patience.count(), error.text());
}

} // namespace riacho::cli
