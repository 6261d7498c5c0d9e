#include "browse/cluster_source.hpp"
#include "browse/message.hpp"
#include "browse/search.hpp"
#include "console/access.hpp"
#include "console/api.hpp"
#include "console/api_parts.hpp"
#include "console/console.hpp"
#include "http/event_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;
using http::Status;

constexpr std::size_t expression_max = 8192;  ///< characters
constexpr std::size_t piece_bytes = 64 << 10; ///< of a file, before it is sent

Problem problem_of_expression(std::string_view text, const browse::Problem& problem) {
    return {Status::bad_request, "BAD_EXPRESSION", problem.message, code_points(text.substr(0, problem.at)),
            problem.hint};
}

OrProblem<browse::Expression> expression_in(const http::Target& target) {
    TRY(const std::string* where, text_in(target, "where", {1, expression_max}));
    TRY(const std::string* text, text_in(target, "text", {1, expression_max}));
    if (where && text) return bad_request("text and where exclude each other");
    if (text) return browse::Expression::containing(*text);
    std::string_view said = where ? std::string_view(*where) : "";
    auto             compiled = browse::Expression::compile(said);
    if (!compiled) return std::unexpected(problem_of_expression(said, compiled.error()));
    return *std::move(compiled);
}

OrProblem<client::Isolation> isolation_in(const http::Target& target) {
    TRY(std::string isolation, choice_in(target, "isolation", {"read_committed", "read_uncommitted"}));
    return isolation == "read_committed" ? client::Isolation::read_committed
                                         : client::Isolation::read_uncommitted;
}

/// What a search and a file are asked alike.
OrProblem<browse::SearchRequest> range_in(const http::Target& target) {
    browse::SearchRequest request;
    TRY(auto partitions, partitions_in_query(target));
    for (std::int32_t partition : partitions) request.partitions.push_back(PartitionIndex{partition});
    if (const std::string* from = target.find("from")) {
        auto start = browse::parse_search_start(*from);
        if (!start) return bad_request("from: " + start.error().detail);
        request.start = *std::move(start);
    }
    if (const std::string* to = target.find("to")) {
        auto end = browse::parse_search_end(*to);
        if (!end) return bad_request("to: " + end.error().detail);
        request.end = *std::move(end);
    }
    return request;
}

/// What is looked for, and how much of each message is given.
struct Wanted {
    browse::SearchRequest request;
    std::size_t           payload_bytes_max = whole_message;
};

OrProblem<Wanted> search_in(const http::Target& target) {
    Wanted wanted;
    TRY(wanted.request, range_in(target));
    if (const std::string* cursor = target.find("cursor")) {
        auto resume = browse::parse_cursor(*cursor);
        if (!resume) return bad_request("cursor: " + resume.error().detail);
        wanted.request.start = *std::move(resume);
    }
    TRY(std::int64_t limit, number_in(target, "limit", 200, 1, 100'000));
    TRY(bool live, flag_in(target, "live", "false"));
    TRY(std::int64_t payload, number_in(target, "payload_limit", 4096, 64, 1 << 20));
    wanted.request.hits_max = static_cast<std::size_t>(limit);
    wanted.request.follow = live ? browse::Follow::yes : browse::Follow::no;
    wanted.payload_bytes_max = static_cast<std::size_t>(payload);
    return wanted;
}

OrProblem<Wanted> file_in(const http::Target& target) {
    Wanted wanted;
    TRY(wanted.request, range_in(target));
    TRY(std::int64_t limit, number_in(target, "limit", INT64_MAX, 1, INT64_MAX));
    wanted.request.hits_max = static_cast<std::size_t>(limit);
    if (!target.find("format")) return bad_request("format is missing: json or csv");
    TRY(std::string format, choice_in(target, "format", {"json", "csv"}));
    return wanted;
}

Json progress_json(const browse::SearchProgress& progress) {
    Json::Array places;
    for (const auto& place : progress.places)
        places.push_back(Json::Object{{"partition", static_cast<std::int32_t>(place.partition)},
                                      {"position", int64_json(place.position.value)},
                                      {"end", int64_json(place.end.value)}});
    auto count = [](std::uint64_t number) { return int64_json(static_cast<std::int64_t>(number)); };
    auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(progress.elapsed).count();
    return Json::Object{{"scanned", count(progress.records)},
                        {"bytes", count(progress.bytes)},
                        {"hits", count(progress.hits)},
                        {"share", rate_json(progress.share)},
                        {"elapsed_ms", elapsed},
                        {"partitions", std::move(places)}};
}

Json done_json(const browse::SearchDone& done) {
    bool is_limit = done.reason == browse::SearchDone::Reason::limit;
    Json cursor = done.resume ? Json(browse::cursor_text(*done.resume)) : Json(nullptr);
    return Json::Object{{"reason", is_limit ? "limit" : "end"},
                        {"cursor", std::move(cursor)},
                        {"progress", progress_json(done.progress)}};
}

/// A search that is under way, with what it reads from.
struct Running {
    std::unique_ptr<browse::ClusterSource> source;
    std::unique_ptr<browse::Search>        search;
    std::size_t                            payload_bytes_max;
};

Task<OrProblem<Running>> begin_search(Asked asked, Wanted wanted) {
    CO_TRY(auto expression, expression_in(asked.target()));
    CO_TRY(auto isolation, isolation_in(asked.target()));
    Running running{
        std::make_unique<browse::ClusterSource>(asked.cluster().admin(), asked.topic(), isolation), nullptr,
        wanted.payload_bytes_max};
    auto search = co_await browse::Search::begin(asked.exchange.shard(), *running.source,
                                                 std::move(wanted.request), std::move(expression));
    if (!search) co_return std::unexpected(problem_of(search.error()));
    running.search = *std::move(search);
    co_return running;
}

bool wants_no_body(const http::Exchange& exchange) { return exchange.head().method == http::Method::head; }

/// The next event of a search, for as long as its reader is signed in: that is looked at with each progress.
Task<OrProblem<browse::SearchEvent>> next_event(Running& running, Asked asked) {
    auto event = co_await running.search->next();
    if (!event) co_return std::unexpected(problem_of(event.error()));
    if (std::holds_alternative<browse::SearchProgress>(*event))
        if (auto allowed = check_signed_in(asked.console.sign_ins(), asked.exchange); !allowed)
            co_return std::unexpected(problem_of(allowed.error()));
    co_return *std::move(event);
}

/// Gives events until the search or its reader ends.
Task<OrProblem<void>> give_events(Running& running, Asked asked) {
    http::EventStream events(asked.exchange);
    co_await events.begin();
    while (!asked.exchange.is_over() && !wants_no_body(asked.exchange)) {
        auto event = co_await next_event(running, asked);
        if (!event) {
            co_await events.send({.name = "problem", .data = data::write_json(json_of(event.error()))});
            break;
        }
        if (auto* found = std::get_if<browse::FoundRecord>(&*event)) {
            auto message = browse::message_of(asked.topic(), *found, running.payload_bytes_max);
            co_await events.send({.name = "message", .data = data::write_json(browse::to_json(message))});
        } else if (auto* progress = std::get_if<browse::SearchProgress>(&*event)) {
            co_await events.send({.name = "progress", .data = data::write_json(progress_json(*progress))});
        } else {
            auto& done = std::get<browse::SearchDone>(*event);
            co_await events.send({.name = "done", .data = data::write_json(done_json(done))});
            break;
        }
    }
    co_return OrProblem<void>();
}

/// The text of a file, message by message.
class FileText {
public:
    enum class Format { json, csv };
    FileText(std::string topic, Format format) : topic_(std::move(topic)), is_csv_(format == Format::csv) {}

    http::Fields fields() const {
        const char* type = is_csv_ ? "text/csv; charset=utf-8; header=present" : "application/json";
        return {{"Content-Type", type},
                {"Content-Disposition", attachment(fmt::format("{}.{}", topic_, is_csv_ ? "csv" : "json"))}};
    }
    void begin(std::string& out) const {
        if (is_csv_)
            browse::append_csv_names(out);
        else
            out += '[';
    }
    void add(std::string& out, const browse::FoundRecord& found) {
        auto message = browse::message_of(topic_, found, whole_message);
        if (is_csv_) return browse::append_csv_line(out, message);
        out += std::exchange(has_some_, true) ? ",\n" : "\n";
        data::append_json(out, browse::to_json(message));
    }
    void end(std::string& out) const {
        if (!is_csv_) out += "\n]\n";
    }

private:
    std::string topic_;
    bool        is_csv_;
    bool        has_some_ = false;
};

/// Nothing is read that the reader did not take. A file that is not whole is cut off, or it would look whole.
Task<OrProblem<void>> give_file(Running& running, Asked asked) {
    bool        is_csv = *asked.target().find("format") == "csv";
    FileText    file(asked.topic(), is_csv ? FileText::Format::csv : FileText::Format::json);
    std::string text;
    file.begin(text);
    for (bool is_done = false; !is_done;) {
        CO_TRY(auto event, co_await next_event(running, asked));
        if (asked.exchange.is_over())
            co_return std::unexpected(
                problem_of(Failure<Status>{Status::service_unavailable, "the console stops"}));
        if (!asked.exchange.has_begun()) co_await asked.exchange.begin({.fields = file.fields()});
        if (wants_no_body(asked.exchange)) break;
        is_done = std::holds_alternative<browse::SearchDone>(event);
        auto* found = std::get_if<browse::FoundRecord>(&event);
        if (found) file.add(text, *found);
        if (is_done) file.end(text);
        if (found && text.size() < piece_bytes) continue;
        co_await asked.exchange.write(std::exchange(text, {}));
    }
    co_return OrProblem<void>();
}

/// A way to look for messages, and to give what is found.
struct Delivery {
    OrProblem<Wanted> (*wanted)(const http::Target&);
    Task<OrProblem<void>> (*give)(Running&, Asked);
};

Task<OrProblem<void>> deliver(Asked asked, Delivery delivery) {
    CO_TRY(Wanted wanted, delivery.wanted(asked.target()));
    auto slot = asked.console.take_search_slot();
    if (!slot)
        co_return problem(Status::too_many_requests, "TOO_MANY_SEARCHES",
                          "as many searches run as this console allows: end one, or ask again soon");
    CO_TRY(Running running, co_await begin_search(asked, std::move(wanted)));
    OrProblem<void>    given;
    std::exception_ptr broken;
    try {
        given = co_await delivery.give(running, asked);
    } catch (...) { broken = std::current_exception(); } // its reader left
    co_await running.search->stop();
    if (broken) std::rethrow_exception(broken);
    co_return given;
}

} // namespace

Task<OrProblem<void>> search_messages(Asked asked) { return deliver(asked, {search_in, give_events}); }

Task<OrProblem<void>> download_messages(Asked asked) { return deliver(asked, {file_in, give_file}); }

Task<OrProblem<Answer>> check_expression(Asked asked) {
    CO_TRY(const std::string* where, text_in(asked.target(), "where", {0, expression_max}));
    if (!where) co_return bad_request("where is missing");
    auto compiled = browse::Expression::compile(*where);
    Json wrong = nullptr;
    if (!compiled) wrong = json_of(problem_of_expression(*where, compiled.error()));
    co_return Answer{Json::Object{{"valid", compiled.has_value()}, {"problem", std::move(wrong)}}};
}

} // namespace riacho::console
