#include "cli/groups_command.hpp"

#include "browse/group_offsets.hpp"
#include "browse/time_text.hpp"
#include "cli/on_cluster.hpp"

#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace riacho::cli {
namespace {

using browse::ResetTo;

constexpr std::string_view reset_name = "riacho groups reset";

template <class Int> std::optional<Int> number_of(std::string_view text) {
    Int number{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

/// `orders`, or `orders:0,3` for some of its partitions.
Outcome<browse::ResetRequest::Topic, std::monostate> parse_topic(std::string_view text) {
    browse::ResetRequest::Topic topic{std::string(text.substr(0, text.find(':'))), {}};
    std::string_view            rest = text.substr(topic.name.size());
    while (!rest.empty()) {
        rest.remove_prefix(1);
        std::string_view part = rest.substr(0, rest.find(','));
        auto             partition = number_of<std::int32_t>(part);
        if (!partition || *partition < 0)
            return fail(std::monostate(), fmt::format("--topic takes NAME or NAME:0,1, not \"{}\"", text));
        topic.partitions.push_back(*partition);
        rest.remove_prefix(part.size());
    }
    return topic;
}

Outcome<browse::ResetRequest, std::monostate> request_of(const Arguments& arguments) {
    browse::ResetRequest request{.group = arguments.words.front(), .topics = {}, .rule = {}};
    for (const std::string& text : arguments.texts("--topic")) {
        TRY(auto topic, parse_topic(text));
        request.topics.push_back(std::move(topic));
    }
    if (request.topics.empty()) return fail(std::monostate(), "--topic is missing");
    if (!arguments.has("--to")) return fail(std::monostate(), "--to is missing");
    TRY(request.rule, parse_reset(arguments.text("--to")));
    return request;
}

std::string offset_text(const std::optional<Offset>& offset) {
    return offset ? std::to_string(offset->value) : "-";
}

Task<int> move_offsets(AskedCluster& asked, browse::ResetRequest request, browse::Apply apply,
                       Output& output) {
    auto moved = co_await browse::reset_offsets(asked.admin, std::move(request), apply);
    if (!moved) {
        output.problem(fmt::format("{}: {}", reset_name, moved.error().detail));
        co_return moved.error().code == browse::GroupError::unreachable ? exit_timeout : exit_error;
    }
    int code = exit_ok;
    output.line(fmt::format("{:<32} {:>9} {:>14} {:>14}", "TOPIC", "PARTITION", "FROM", "TO"));
    for (const browse::OffsetMove& move : *moved) {
        output.line(fmt::format("{:<32} {:>9} {:>14} {:>14}", move.topic, move.partition,
                                offset_text(move.from), offset_text(move.to)));
        if (!move.problem) continue;
        output.problem(fmt::format("{}: {}:{} stays as it is: {}", reset_name, move.topic, move.partition,
                                   *move.problem));
        code = exit_error;
    }
    if (apply == browse::Apply::preview) output.line("nothing was changed: --dry-run");
    co_return code;
}

int run_reset(const Arguments& arguments, Output& output, client::TokenIssuer* issuer) {
    auto request = request_of(arguments);
    if (!request) {
        output.problem(fmt::format("{}: {}", reset_name, request.error().detail));
        return exit_usage;
    }
    auto apply = arguments.has("--dry-run") ? browse::Apply::preview : browse::Apply::commit;
    return on_cluster({reset_name, issuer}, arguments, output, [&](AskedCluster& asked) {
        return move_offsets(asked, *std::move(request), apply, output);
    });
}

} // namespace

Outcome<browse::ResetRule, std::monostate> parse_reset(std::string_view text) {
    if (text == "earliest") return browse::ResetRule{ResetTo::earliest};
    if (text == "latest") return browse::ResetRule{ResetTo::latest};
    if (text == "current") return browse::ResetRule{ResetTo::current};
    if (auto offset = number_of<std::int64_t>(text); offset && *offset >= 0)
        return browse::ResetRule{ResetTo::offset, *offset};
    if (auto time = browse::parse_time(text)) return browse::ResetRule{ResetTo::time, time->ms};
    constexpr std::string_view shift = "shift:";
    if (text.starts_with(shift)) {
        if (auto by = number_of<std::int64_t>(text.substr(shift.size())))
            return browse::ResetRule{ResetTo::shift, *by};
    }
    return fail(std::monostate(),
                fmt::format("--to takes earliest, latest, current, an offset, a time such as "
                            "2024-01-31T12:30, or shift:N, not \"{}\"",
                            text));
}

Command groups_command(client::TokenIssuer* issuer) {
    std::vector<Flag> own{{.name = "--topic",
                           .about = "A topic, or some of its partitions; may be given several times",
                           .takes = Takes::texts,
                           .value_name = "NAME[:0,1]"},
                          {.name = "--to",
                           .about =
                               "earliest, latest, current, an offset, a time, or shift:N (back where N is "
                               "negative)",
                           .value_name = "WHERE"},
                          {.name = "--dry-run", .about = "Only say what would be", .takes = Takes::nothing}};
    Command           reset{.name = "reset",
                            .about = "Move what a group without members has committed",
                            .flags = cluster_flags(std::move(own)),
                            .run = [issuer](const Arguments& arguments,
                                  Output&          output) { return run_reset(arguments, output, issuer); },
                            .word = "GROUP",
                            .about_word = "The group"};
    return {.name = "groups", .about = "Consumer groups", .commands = {std::move(reset)}};
}

} // namespace riacho::cli
