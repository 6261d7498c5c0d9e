#include "ops/ops.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::ops {
namespace {

using http::Exchange;
using http::Status;
using Answer = Task<Outcome<void, Status>>;

Answer send_metrics(const Sources& sources, Exchange& exchange) {
    MetricsPage page;
    for (const auto& write : sources.metrics) co_await write(page);
    co_await exchange.respond(http::response(std::string(MetricsPage::content_type), page.text()));
    co_return {};
}

Answer send_readiness(const Sources& sources, Exchange& exchange) {
    std::vector<Readiness> services = co_await sources.readiness();
    bool is_ready = std::ranges::all_of(services, [](const Readiness& one) { return one.problem.empty(); });
    std::string text = is_ready ? "ready\n" : "not ready\n";
    for (const Readiness& one : services)
        text += one.problem.empty() ? fmt::format("{}: ready\n", one.service)
                                    : fmt::format("{}: {}\n", one.service, one.problem);
    Status status = is_ready ? Status::ok : Status::service_unavailable;
    co_await exchange.respond(http::response("text/plain; charset=utf-8", std::move(text), status));
    co_return {};
}

Answer send_live(Exchange& exchange) {
    co_await exchange.respond(http::response("text/plain; charset=utf-8", "live\n"));
    co_return {};
}

} // namespace

http::Router make_router(const Sources& sources) {
    http::Router router;
    auto         asks_sources = [&sources](auto answer) {
        return [&sources, answer](Exchange& exchange) { return answer(sources, exchange); };
    };
    router.add(http::Method::get, "/metrics", asks_sources(send_metrics));
    router.add(http::Method::get, "/ready", asks_sources(send_readiness));
    router.add(http::Method::get, "/live", send_live);
    router.set_common_fields({{"cache-control", "no-store"}});
    return router;
}

} // namespace riacho::ops
