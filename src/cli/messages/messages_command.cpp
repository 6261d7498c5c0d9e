#include "cli/messages/messages_command.hpp"

#include "browse/cluster_source.hpp"
#include "browse/search.hpp"
#include "browse/time_text.hpp"
#include "cli/messages/message_text.hpp"
#include "cli/on_cluster.hpp"
#include "cli/streamed_output.hpp"

#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <utility>

namespace riacho::cli {
namespace {

using Append = void (*)(std::string& out, const browse::Message& message);

constexpr std::string_view messages_name = "riacho messages";
constexpr std::size_t      no_limit = std::numeric_limits<std::size_t>::max();

/// What the flags say, understood.
struct Reading {
    std::string           topic;
    browse::SearchRequest request;
    client::Isolation     isolation = client::Isolation::read_committed;
    std::size_t           messages_max = no_limit;
    Append                append = append_text_line;
    std::string           first_line{};
};

template <class Place> std::optional<Place> plain_place(std::string_view text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number >= 0) return Offset{number};
    if (auto time = browse::parse_time(text)) return *time;
    return std::nullopt;
}

Outcome<std::vector<PartitionIndex>, std::monostate> partitions_of(const Arguments& arguments) {
    std::vector<PartitionIndex> partitions;
    for (const std::string& text : arguments.texts("--partition")) {
        std::int32_t number = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size() || number < 0)
            return fail(std::monostate(), fmt::format("--partition takes a number, not \"{}\"", text));
        partitions.push_back(PartitionIndex{number});
    }
    return partitions;
}

void choose_format(Reading& reading, std::string_view format) {
    if (format == "json") reading.append = browse::append_json_line;
    if (format != "csv") return;
    reading.append = browse::append_csv_line;
    browse::append_csv_names(reading.first_line);
}

Outcome<Reading, std::monostate> reading_of(const Arguments& arguments) {
    Reading reading{.topic = arguments.words.front(), .request = {}};
    bool    follows = arguments.has("--follow");
    TRY(reading.request.partitions, partitions_of(arguments));
    std::string from = arguments.has("--from") ? arguments.text("--from") : follows ? "end" : "beginning";
    auto        start = parse_from(from);
    if (!start) return fail(std::monostate(), "--from: " + start.error().detail);
    if (std::holds_alternative<browse::Latest>(*start) && !follows)
        return fail(std::monostate(), fmt::format("--from {}: nothing is there yet; add --follow", from));
    reading.request.start = *std::move(start);
    if (arguments.has("--to")) {
        auto end = parse_to(arguments.text("--to"));
        if (!end) return fail(std::monostate(), "--to: " + end.error().detail);
        if (follows) return fail(std::monostate(), "--to and --follow exclude each other");
        reading.request.end = *end;
    }
    if (arguments.has("--limit"))
        reading.messages_max = static_cast<std::size_t>(arguments.number("--limit"));
    reading.request.follow = follows ? browse::Follow::yes : browse::Follow::no;
    reading.request.hits_max =
        no_limit; // counted here: while following, a search counts what was there before
    if (arguments.text("--isolation") == "read_uncommitted")
        reading.isolation = client::Isolation::read_uncommitted;
    choose_format(reading, arguments.text("--format"));
    return reading;
}

int code_of(browse::SourceError error) {
    return error == browse::SourceError::unreachable ? exit_timeout : exit_error;
}

void say_what_was_missed(const browse::SearchProgress& progress, Output& output) {
    if (progress.damaged_batches > 0)
        output.problem(
            fmt::format("{}: {} damaged batches were passed over", messages_name, progress.damaged_batches));
    if (progress.patterns_given_up > 0)
        output.problem(
            fmt::format("{}: a pattern was given up {} times, because it cost too much: these messages "
                        "count as not found",
                        messages_name, progress.patterns_given_up));
}

/// Prints what is found until the search, its reader or somebody's patience ends.
Task<Outcome<void, browse::SourceError>> print_found(browse::Search& search, const Reading& reading,
                                                     StreamedOutput& printed) {
    bool is_at_once = reading.request.follow == browse::Follow::yes;
    for (std::size_t count = 0; count < reading.messages_max;) {
        CO_TRY(browse::SearchEvent event, co_await search.next());
        auto* found = std::get_if<browse::FoundRecord>(&event);
        if (found) {
            count++;
            reading.append(printed.waiting(), browse::message_of(reading.topic, *found, SIZE_MAX));
        }
        bool is_due = !found || is_at_once || printed.is_full();
        if (is_due && co_await printed.flush() == Reader::gone) break;
        if (std::holds_alternative<browse::SearchDone>(event)) break;
    }
    co_await printed.flush();
    co_return Outcome<void, browse::SourceError>();
}

Task<int> read_messages(AskedCluster& asked, Reading reading, browse::Expression expression, Output& output) {
    browse::ClusterSource source(asked.admin, reading.topic, reading.isolation);
    StreamedOutput        printed(asked.shard, output);
    asked.on_stop = [&] {
        source.stop();
        printed.give_up();
    };
    printed.waiting() += reading.first_line;
    Outcome<void, browse::SourceError> result;
    auto search = co_await browse::Search::begin(asked.shard, source, reading.request, std::move(expression));
    if (search) {
        result = co_await print_found(**search, reading, printed);
        say_what_was_missed((*search)->progress(), output);
        co_await (*search)->stop();
    } else {
        result = std::unexpected(search.error());
    }
    asked.on_stop = nullptr;
    if (result || asked.is_stopped) co_return exit_ok;
    output.problem(fmt::format("{}: {}", messages_name, result.error().detail));
    co_return code_of(result.error().code);
}

int run_messages(const Arguments& arguments, Output& output, client::TokenIssuer* issuer) {
    auto reading = reading_of(arguments);
    if (!reading) {
        output.problem(fmt::format("{}: {}", messages_name, reading.error().detail));
        return exit_usage;
    }
    std::string where = arguments.text("--where");
    auto        expression = browse::Expression::compile(where);
    if (!expression) {
        output.problem(
            fmt::format("{}: --where: {}", messages_name, text_of_problem(where, expression.error())));
        return exit_usage;
    }
    return on_cluster({messages_name, issuer}, arguments, output, [&](AskedCluster& asked) {
        return read_messages(asked, *std::move(reading), *std::move(expression), output);
    });
}

} // namespace

Outcome<browse::SearchStart, browse::PlaceError> parse_from(std::string_view text) {
    if (text == "beginning") return browse::Earliest{};
    if (text == "end") return browse::Latest{};
    if (auto place = plain_place<browse::SearchStart>(text)) return *place;
    if (auto start = browse::parse_search_start(text)) return *start;
    return fail(browse::PlaceError::malformed,
                fmt::format("'{}' is no place to begin at: beginning, end, an offset, a time such as "
                            "2024-01-31T12:30, or last:N",
                            text));
}

Outcome<browse::SearchEnd, browse::PlaceError> parse_to(std::string_view text) {
    if (auto place = plain_place<browse::SearchEnd>(text)) return *place;
    if (auto end = browse::parse_search_end(text)) return *end;
    return fail(
        browse::PlaceError::malformed,
        fmt::format("'{}' is no place to end at: an offset, or a time such as 2024-01-31T12:30", text));
}

Command messages_command(client::TokenIssuer* issuer) {
    std::vector<Flag> own{
        {.name = "--where",
         .about = "Only what this search finds (docs/search.md)",
         .value_name = "EXPRESSION"},
        {.name = "--from",
         .about =
             "Where to begin: beginning, end, an offset, a time, or last:N; beginning, or end with --follow",
         .value_name = "PLACE"},
        {.name = "--to", .about = "Where to end, before an offset or a time", .value_name = "PLACE"},
        {.name = "--partition",
         .about = "Only this partition; may be given several times",
         .takes = Takes::texts,
         .value_name = "NUMBER"},
        {.name = "--limit",
         .about = "End after so many messages",
         .takes = Takes::number,
         .value_name = "COUNT"},
        {.name = "--follow", .about = "Go on with what arrives, until Ctrl-C", .takes = Takes::nothing},
        {.name = "--format",
         .about = "A line for each message: text for people, JSON, or CSV under a line of names",
         .value_name = "FORMAT",
         .fallback = "text",
         .allowed = {"text", "json", "csv"}},
        {.name = "--isolation",
         .about = "Whether messages of open and aborted transactions are seen",
         .value_name = "LEVEL",
         .fallback = "read_committed",
         .allowed = {"read_committed", "read_uncommitted"}}};
    return {.name = "messages",
            .about = "Read, search or follow the messages of a topic",
            .flags = cluster_flags(std::move(own)),
            .run = [issuer](const Arguments& arguments,
                            Output&          output) { return run_messages(arguments, output, issuer); },
            .word = "TOPIC",
            .about_word = "The topic"};
}

} // namespace riacho::cli
