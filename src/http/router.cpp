#include "http/router.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::http {
namespace {

constexpr log::Logger router_log{"http"};

/// What a peer can bring about with every request does not fill the log.
void say_cut_off(const Exchange& exchange, const Failure<Status>& failure) {
    constexpr std::string_view format = "the answer to {} {} is cut off: {}";
    std::string_view           method = name_of(exchange.head().method);
    if (number_of(failure.code) >= 500)
        router_log.warn(format, method, exchange.head().target, failure.detail);
    else
        router_log.debug(format, method, exchange.head().target, failure.detail);
}

/// A GET answers HEAD too; the exchange leaves out the body.
bool serves(Method route, Method asked) {
    return route == asked || (route == Method::get && asked == Method::head);
}

} // namespace

Router::Router() : error_text_(plain_error) {}

Response plain_error(const Exchange&, const Failure<Status>& failure) {
    std::string text = fmt::format("{} {}", number_of(failure.code), reason_of(failure.code));
    if (!failure.detail.empty()) text += ": " + failure.detail;
    return response("text/plain; charset=utf-8", text + "\n", failure.code);
}

std::vector<Router::Segment> Router::segments_of(std::string_view pattern) {
    check(pattern.starts_with('/'), "a pattern is a path");
    std::vector<Segment> segments;
    for (pattern.remove_prefix(1);;) {
        std::size_t      end = std::min(pattern.find('/'), pattern.size());
        std::string_view text = pattern.substr(0, end);
        bool             is_name = text.starts_with('{') && text.ends_with('}');
        if (is_name) text = text.substr(1, text.size() - 2);
        bool is_rest = is_name && text.ends_with("...");
        if (is_rest) text.remove_suffix(3);
        check(!is_rest || end == pattern.size(), "the rest is the last part of a pattern");
        segments.push_back({is_rest ? Kind::rest : is_name ? Kind::name : Kind::word, std::string(text)});
        if (end == pattern.size()) return segments;
        pattern.remove_prefix(end + 1);
    }
}

bool Router::comes_before(const Route& a, const Route& b) {
    return std::ranges::lexicographical_compare(a.segments, b.segments, std::less<>(), &Segment::kind,
                                                &Segment::kind);
}

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
    Route route{method, segments_of(pattern), std::move(handler), options};
    auto  place = std::ranges::upper_bound(routes_, route, comes_before);
    routes_.insert(place, std::move(route));
}

std::optional<Router::Parameters> Router::match(const Route& route, const std::vector<std::string>& path) {
    Parameters parameters;
    for (std::size_t i = 0; i < route.segments.size(); ++i) {
        const auto& [kind, text] = route.segments[i];
        if (i == path.size()) return std::nullopt;
        if (kind == Kind::rest) {
            std::string& rest = parameters[text];
            for (std::size_t j = i; j < path.size(); ++j) rest += (j == i ? "" : "/") + path[j];
            return parameters;
        }
        if (kind == Kind::word && path[i] != text) return std::nullopt;
        if (kind == Kind::name && path[i].empty()) return std::nullopt;
        if (kind == Kind::name) parameters[text] = path[i];
    }
    if (path.size() != route.segments.size()) return std::nullopt;
    return parameters;
}

Task<Outcome<void, Status>> Router::refuse_method(Exchange& exchange, std::vector<Method> allowed) const {
    if (allowed.empty()) co_return fail(Status::not_found, "nothing is here");
    std::ranges::sort(allowed);
    std::string names;
    for (Method method : allowed) {
        std::string name(name_of(method));
        if (method == Method::get) name += ", HEAD";
        if (!names.contains(name)) names += names.empty() ? name : ", " + name;
    }
    names += ", OPTIONS";
    Method asked = exchange.head().method;
    if (asked == Method::options) {
        co_await exchange.respond({Status::no_content, {{"Allow", names}}});
        co_return Outcome<void, Status>{};
    }
    Response answer = error_text_(
        exchange, {Status::method_not_allowed, fmt::format("{} is not one of {}", name_of(asked), names)});
    answer.fields.set("Allow", names);
    co_await exchange.respond(std::move(answer));
    co_return Outcome<void, Status>{};
}

Task<Outcome<void, Status>> Router::ask(Exchange& exchange) const {
    auto target = target_of(exchange.head().target);
    if (!target) co_return fail(Status::bad_request, "the path or the query is not encoded as it must be");
    exchange.set_target(*std::move(target));
    if (guard_) {
        if (auto passed = guard_(exchange); !passed) co_return passed;
    }
    std::vector<Method> allowed;
    bool                is_allowed_by_rest = false;
    for (const Route& route : routes_) {
        bool is_rest = route.segments.back().kind == Kind::rest;
        if (is_rest && !allowed.empty() && !is_allowed_by_rest) break; // the path is another route's
        auto parameters = match(route, exchange.target().segments);
        if (!parameters) continue;
        is_allowed_by_rest = is_rest;
        allowed.push_back(route.method);
        if (!serves(route.method, exchange.head().method)) continue;
        std::uint64_t bytes = route.options.body_bytes_max.value_or(exchange.body_bytes_max());
        exchange.set_route(*std::move(parameters), bytes);
        co_return co_await route.handler(exchange);
    }
    co_return co_await refuse_method(exchange, std::move(allowed));
}

Task<> Router::answer(Exchange& exchange) const {
    Outcome<void, Status> done;
    try {
        done = co_await ask(exchange);
    } catch (const io::StreamError& error) {
        // The peer's own connection, or one that the handler had to somebody else.
        if (exchange.has_begun()) throw;
        done = fail(Status::bad_gateway, error.what());
    }
    if (done) {
        check(exchange.has_begun(), "a handler answers, or says why not");
        co_return co_await exchange.finish();
    }
    if (exchange.has_begun()) {
        say_cut_off(exchange, done.error());
        exchange.cut_off();
        co_return;
    }
    co_await refuse(exchange, done.error());
}

Task<> Router::refuse(Exchange& exchange, Failure<Status> failure) const {
    co_await exchange.respond(error_text_(exchange, failure));
}

} // namespace riacho::http
