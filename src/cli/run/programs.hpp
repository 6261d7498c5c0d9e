#pragma once

#include "cli/output.hpp"
#include "riacho/error.hpp"
#include "riacho/runtime.hpp"
#include "riacho/settings.hpp"

#include <chrono>
#include <string>

namespace riacho::cli {

enum class Commits { by_hand, by_itself };

/// What `riacho run` was told.
struct RunOptions {
    std::string          bootstrap_servers = "localhost:9092";
    std::string          topic = "meu-topico";
    std::string          group = "meu-grupo";
    std::string          reset = "earliest";
    Commits              commits = Commits::by_hand;
    std::chrono::seconds patience{10}; ///< for the first answer of a broker
    Settings             settings{};   ///< -X: after ours, so they win
};

/// Sends "Hello", "Kafka" and "World", one after the other, and prints where each lies.
Task<int> run_producer(Runtime& runtime, RunOptions options, Output& output);

/// Prints what arrives until SIGINT or SIGTERM, and commits each record once it is printed.
Task<int> run_consumer(Runtime& runtime, RunOptions options, Output& output);

/// One line for "no broker answered".
std::string no_broker(const RunOptions& options, const Error& error);

} // namespace riacho::cli
