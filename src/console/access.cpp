#include "console/access.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::console {
namespace {

using http::Method;
using http::Status;

/// "localhost:9021" and "[::1]:9021" without the port and the brackets.
std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    return authority.substr(0, authority.find(':'));
}

bool is_own_name(const ConsoleOptions& options, const http::Exchange& exchange) {
    std::string_view host = host_of(exchange.head().authority);
    for (std::string_view own : {"localhost", "127.0.0.1", "::1"})
        if (http::equals_ignoring_case(host, own)) return true;
    // An address cannot be rebound: who says it in numbers means the machine that has it.
    if (host == exchange.peers().local.host) return true;
    return std::ranges::any_of(options.host_names,
                               [&](const std::string& own) { return http::equals_ignoring_case(host, own); });
}

bool is_of_session(const http::Exchange& exchange) {
    constexpr std::string_view path[] = {"api", "v1", "session"};
    return std::ranges::equal(exchange.target().segments, path);
}

/// Of a cluster: to sign in and out is nobody else's business.
bool changes_something(const http::Exchange& exchange) {
    Method method = exchange.head().method;
    return method != Method::get && method != Method::head && !is_of_session(exchange);
}

} // namespace

Outcome<void, Status> check_signed_in(const SignIns& sign_ins, const http::Exchange& exchange) {
    const auto& path = exchange.target().segments;
    bool        is_open = path.empty() || path.front() != "api" || is_of_session(exchange);
    if (is_open || sign_ins.is_signed_in(exchange.head())) return {};
    return fail(Status::unauthorized, "sign in at /api/v1/session, or send the token of this console");
}

OrProblem<void> check_access(const ConsoleOptions& options, const http::Exchange& exchange) {
    const http::RequestHead& head = exchange.head();
    if (!is_own_name(options, exchange))
        return problem(
            Status::forbidden, "HOST_REFUSED",
            fmt::format(
                "this console is not called {}: use localhost or its address, or start it with --host-name",
                head.authority));
    const std::string* origin = head.fields.find("origin");
    bool               is_own_page =
        origin && (*origin == "http://" + head.authority || *origin == "https://" + head.authority);
    if (origin && !is_own_page)
        return problem(Status::forbidden, "ORIGIN_REFUSED",
                       fmt::format("a page of {} may not use this console", *origin));
    bool is_read_only = options.access == ConsoleOptions::Access::read_only;
    if (is_read_only && changes_something(exchange))
        return problem(Status::forbidden, "READ_ONLY", "this console was started to read only");
    return {};
}

} // namespace riacho::console
