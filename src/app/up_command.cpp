#include "app/up_command.hpp"

#include "app/console_settings.hpp"
#include "app/up.hpp"
#include "broker/config/broker_options.hpp"
#include "broker/server/api.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>
#include <span>
#include <string>
#include <utility>

namespace riacho::app {
namespace {

using cli::Takes;

std::vector<cli::Flag> serving_flags() {
    return {
        {.name = "--data",
         .about = "The data folder; ~/.local/share/riacho if not given",
         .value_name = "DIR"},
        {.name = "--ephemeral",
         .about = "Keep everything in a temporary folder, gone at the end",
         .takes = Takes::nothing},
        {.name = "--bind", .about = "The address to listen on; loopback if not given", .value_name = "ADDR"},
        {.name = "--advertise",
         .about = "Where clients of a listener are told to connect to",
         .takes = Takes::texts,
         .value_name = "LISTENER=HOST:PORT"},
        {.name = "--port-offset",
         .about = "Added to every port",
         .takes = Takes::number,
         .value_name = "N",
         .fallback = "0"},
        {.name = "--config", .about = "A server.properties file with Kafka's names", .value_name = "FILE"},
        {.name = "--set",
         .about = "One configuration, by Kafka's name; wins over environment and file",
         .takes = Takes::texts,
         .value_name = "NAME=VALUE"},
        {.name = "--accept-data-loss",
         .about = "Go on with what is left where the disk lost something that was acknowledged",
         .takes = Takes::nothing},
        {.name = "--merge-stranded",
         .about = "Bring back partitions that went offline, once their files are repaired",
         .takes = Takes::nothing},
        {.name = "--wait",
         .about = "Say \"ready\" only once a client would find it ready",
         .takes = Takes::nothing},
    };
}

std::vector<std::string> split_names(const std::string& names) {
    std::vector<std::string> result;
    std::size_t              from = 0;
    while (from < names.size()) {
        std::size_t comma = std::min(names.find(',', from), names.size());
        if (comma > from) result.push_back(names.substr(from, comma - from));
        from = comma + 1;
    }
    return result;
}

UpOptions serving_options(const cli::Arguments& arguments) {
    UpOptions options;
    options.data = arguments.text("--data");
    options.is_ephemeral = arguments.has("--ephemeral");
    options.bind = arguments.text("--bind");
    options.advertise = arguments.texts("--advertise");
    options.port_offset =
        static_cast<std::uint32_t>(std::min<std::int64_t>(arguments.number("--port-offset"), 1 << 20));
    options.config = arguments.text("--config");
    options.set = arguments.texts("--set");
    options.accepts_data_loss = arguments.has("--accept-data-loss");
    options.merges_stranded = arguments.has("--merge-stranded");
    options.waits = arguments.has("--wait");
    return options;
}

int run_up(const cli::Arguments& arguments, cli::Output&) {
    UpOptions options = serving_options(arguments);
    options.only = split_names(arguments.text("--only"));
    return up(options);
}

int run_broker(const cli::Arguments& arguments, cli::Output&) {
    UpOptions options = serving_options(arguments);
    options.only = {"broker"};
    return up(options);
}

int print_api_versions(const cli::Arguments&, cli::Output& output) {
    output.line("| key | API | served | advertised from |");
    output.line("|--|--|--|--|");
    for (const broker::ApiRow& row : broker::api_table())
        output.line(fmt::format("| {} | {} | {}-{} | {} |", static_cast<int>(row.api.key), row.api.name,
                                row.api.versions.low, row.api.versions.high, row.advertised_low));
    return cli::exit_ok;
}

template <class Options> void print_options(std::span<const Option<Options>> table, cli::Output& output) {
    Options defaults;
    output.line("| name | default | what it does |");
    output.line("|--|--|--|");
    for (const auto& option : table)
        if (option.standing == Standing::acted_on)
            output.line(fmt::format("| `{}` | {} | {} |", option.name, option.get(defaults), option.about));
}

int print_all_options(const cli::Arguments&, cli::Output& output) {
    output.line("### Of the broker\n");
    print_options(broker::broker_options(), output);
    output.line("\n### Of a topic\n");
    print_options(broker::topic_options(), output);
    output.line("\n### Of the console\n");
    print_options(console_options(), output);
    return cli::exit_ok;
}

} // namespace

cli::Command options_command() {
    return {.name = "options",
            .about = "Print every configuration that riacho acts on, with its default",
            .run = print_all_options};
}

cli::Command up_command() {
    cli::Command command{
        .name = "up", .about = "Start everything there is, in the foreground", .run = run_up};
    command.flags = serving_flags();
    command.flags.insert(command.flags.begin(),
                         {.name = "--only",
                          .about = "Only these services; there are: broker, ops, console",
                          .value_name = "SERVICE,..."});
    return command;
}

cli::Command broker_command() {
    return {.name = "broker",
            .about = "Start the broker alone: up --only broker",
            .flags = serving_flags(),
            .run = run_broker};
}

cli::Command api_versions_command() {
    return {.name = "api-versions",
            .about = "Print which APIs the broker serves, in which versions",
            .flags = {{.name = "--markdown",
                       .about = "As a table in Markdown, the default",
                       .takes = Takes::nothing}},
            .run = print_api_versions};
}

} // namespace riacho::app
