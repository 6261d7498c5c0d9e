#include "cli/run/run_command.hpp"

#include "cli/run/programs.hpp"

#include <fmt/format.h>
#include <optional>

namespace riacho::cli {
namespace {

using Program = Task<int> (*)(Runtime&, RunOptions, Output&);

Flag bootstrap_flag() {
    return {.name = "--bootstrap-servers",
            .about = "Where to find the cluster",
            .value_name = "HOST:PORT,...",
            .fallback = "localhost:9092"};
}
Flag topic_flag() {
    return {.name = "--topic", .about = "The topic", .value_name = "NAME", .fallback = "meu-topico"};
}
Flag settings_flag() {
    return {.name = "-X",
            .about = "A setting of librdkafka's, by its name; may be given several times",
            .takes = Takes::texts,
            .value_name = "KEY=VALUE"};
}
Flag timeout_flag() {
    return {.name = "--timeout",
            .about = "How long to wait for the first answer of a broker",
            .takes = Takes::number,
            .value_name = "SECONDS",
            .fallback = "10"};
}

std::optional<Settings> parse_settings(const Arguments& arguments, Output& output) {
    Settings settings;
    for (const std::string& given : arguments.texts("-X")) {
        auto equals = given.find('=');
        if (equals == std::string::npos || equals == 0) {
            output.problem(fmt::format("riacho run: -X takes KEY=VALUE, not \"{}\"", given));
            return std::nullopt;
        }
        settings.emplace_back(given.substr(0, equals), given.substr(equals + 1));
    }
    return settings;
}

int run_program(Program program, RunOptions options, const Arguments& arguments, Output& output) {
    auto settings = parse_settings(arguments, output);
    if (!settings) return exit_usage;
    options.bootstrap_servers = arguments.text("--bootstrap-servers");
    options.topic = arguments.text("--topic");
    options.patience = std::chrono::seconds(arguments.number("--timeout"));
    options.settings = std::move(*settings);
    return riacho::run([&](Runtime& runtime) { return program(runtime, options, output); });
}

int run_producer_command(const Arguments& arguments, Output& output) {
    return run_program(run_producer, {}, arguments, output);
}

int run_consumer_command(const Arguments& arguments, Output& output) {
    RunOptions options;
    options.group = arguments.text("--group");
    options.reset = arguments.text("--reset");
    options.commits = arguments.text("--commit") == "auto" ? Commits::by_itself : Commits::by_hand;
    return run_program(run_consumer, std::move(options), arguments, output);
}

/// `riacho run`, and `riacho run` with something that is no program: the article's own words.
int run_nothing(const Arguments& arguments, Output& output) {
    output.line(arguments.words.empty() ? "Uso: riacho run [producer|consumer]"
                                        : "Modo não reconhecido. Use 'producer' ou 'consumer'");
    return exit_usage;
}

} // namespace

Command run_command() {
    Command producer{.name = "producer",
                     .about = "Send Hello, Kafka and World",
                     .flags = {bootstrap_flag(), topic_flag(), timeout_flag(), settings_flag()},
                     .run = run_producer_command};
    Command consumer{
        .name = "consumer",
        .about = "Print what arrives, until Ctrl-C",
        .flags = {bootstrap_flag(),
                  topic_flag(),
                  {.name = "--group", .about = "The group", .value_name = "NAME", .fallback = "meu-grupo"},
                  {.name = "--commit",
                   .about = "Commit each record once it is printed, or leave that to the client",
                   .value_name = "HOW",
                   .fallback = "manual",
                   .allowed = {"manual", "auto"}},
                  {.name = "--reset",
                   .about = "Where a group without commits begins",
                   .value_name = "WHERE",
                   .fallback = "earliest",
                   .allowed = {"earliest", "latest"}},
                  timeout_flag(),
                  settings_flag()},
        .run = run_consumer_command};
    return {.name = "run",
            .about = "Run one of the article's two programs",
            .run = run_nothing,
            .commands = {std::move(producer), std::move(consumer)},
            .takes_words = true};
}

} // namespace riacho::cli
