#include "console/console.hpp"

#include "console/access.hpp"
#include "console/api.hpp"
#include "console/page.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using http::Method;

constexpr std::size_t searches_max = 16;
constexpr std::size_t sign_in_bytes_max = 16 << 10; ///< anybody may send them
constexpr Time        list_age_max = std::chrono::seconds(5);
constexpr Time        sample_span_max = std::chrono::minutes(5);
constexpr int         sample_share_max = 20; ///< of the time, one part in so many is spent on sampling
constexpr Time        first_look_max = std::chrono::milliseconds(300);

struct Route {
    Method             method;
    std::string_view   path; ///< behind /api/v1
    Operation          operation;
    Streaming          streaming = nullptr; ///< instead
    http::RouteOptions options = {};
};

constexpr Route routes[] = {
    {Method::get, "/session", get_session},
    {Method::post, "/session", sign_in, nullptr, {sign_in_bytes_max}},
    {Method::remove, "/session", sign_out},
    {Method::get, "/clusters", list_clusters},
    {Method::get, "/clusters/{cluster}", get_cluster},
    {Method::get, "/clusters/{cluster}/brokers", list_brokers},
    {Method::get, "/clusters/{cluster}/brokers/{broker}", get_broker},
    {Method::get, "/clusters/{cluster}/brokers/{broker}/configs", get_broker_configs},
    {Method::patch, "/clusters/{cluster}/brokers/{broker}/configs", change_broker_configs},
    {Method::get, "/clusters/{cluster}/brokers/{broker}/log-folders", get_log_folders},
    {Method::get, "/clusters/{cluster}/topic-configs", get_topic_config_defaults},
    {Method::get, "/clusters/{cluster}/topics", list_topics},
    {Method::post, "/clusters/{cluster}/topics", create_topic},
    {Method::get, "/clusters/{cluster}/topics/{topic}", get_topic},
    {Method::remove, "/clusters/{cluster}/topics/{topic}", delete_topic},
    {Method::post, "/clusters/{cluster}/topics/{topic}/partitions", add_partitions},
    {Method::get, "/clusters/{cluster}/topics/{topic}/groups", list_topic_groups},
    {Method::get, "/clusters/{cluster}/topics/{topic}/messages", nullptr, search_messages},
    {Method::post, "/clusters/{cluster}/topics/{topic}/messages", produce_message},
    {Method::get, "/clusters/{cluster}/topics/{topic}/messages/download", nullptr, download_messages},
    {Method::get, "/clusters/{cluster}/topics/{topic}/messages/{partition}/{offset}", get_message},
    {Method::get, "/clusters/{cluster}/topics/{topic}/messages/{partition}/{offset}/{part}", nullptr,
     get_message_bytes},
    {Method::get, "/clusters/{cluster}/groups", list_groups},
    {Method::get, "/clusters/{cluster}/groups/{group}", get_group},
    {Method::remove, "/clusters/{cluster}/groups/{group}", delete_group},
    {Method::post, "/clusters/{cluster}/groups/{group}/offsets", reset_offsets},
    {Method::remove, "/clusters/{cluster}/groups/{group}/offsets", delete_offsets},
    {Method::get, "/clusters/{cluster}/metrics", get_metrics},
    {Method::get, "/clusters/{cluster}/requests", list_requests},
    {Method::get, "/expressions/check", check_expression},
    {Method::get, "/clusters/{cluster}/topics/{topic}/configs", get_topic_configs},
    {Method::patch, "/clusters/{cluster}/topics/{topic}/configs", change_topic_configs},
    {Method::post, "/clusters/{cluster}/topics/{topic}/empty", empty_topic},
};

/// Nothing where the operation has answered itself.
Task<OrProblem<std::optional<Answer>>> run(Console& console, http::Exchange& exchange, const Route& route) {
    if (auto allowed = check_access(console.options(), exchange); !allowed)
        co_return std::unexpected(allowed.error());
    ClusterView* view = nullptr;
    if (route.path.contains("{cluster}")) {
        const std::string& name = exchange.parameter("cluster");
        view = console.find(name);
        if (!view)
            co_return problem(http::Status::not_found, "NO_SUCH_CLUSTER",
                              fmt::format("this console has no cluster {}", name));
    }
    if (route.streaming) {
        auto streamed = co_await route.streaming({console, exchange, view});
        if (!streamed) co_return std::unexpected(streamed.error());
        co_return std::nullopt;
    }
    CO_TRY(Answer answered, co_await route.operation({console, exchange, view}));
    co_return answered;
}

http::Response response_of(Answer answer) {
    http::Response response{answer.status};
    if (answer.status != http::Status::no_content)
        response = http::response("application/json", data::write_json(answer.body), answer.status);
    for (const http::Field& field : answer.fields) response.fields.add(field.name, field.value);
    return response;
}

Task<Outcome<void, http::Status>> answer(Console& console, http::Exchange& exchange, const Route& route) {
    auto answered = co_await run(console, exchange, route);
    if (!answered && exchange.has_begun()) co_return fail(answered.error().status, answered.error().detail);
    if (!answered)
        co_await exchange.respond(response_of(answered.error()));
    else if (*answered)
        co_await exchange.respond(response_of(*std::move(*answered)));
    co_return {};
}

Task<> look(ClusterView& cluster, std::shared_ptr<io::Event> looked) {
    (void)co_await cluster.picture();
    looked->set();
}

/// Samples on the slots of the history; where a cluster takes long to ask, less often, so that this costs it
/// little.
Task<> keep_sampling(io::Shard& shard, ClusterView& cluster, io::Event& stopping) {
    while (!stopping.is_set()) {
        Time begun = shard.now();
        Time took = co_await cluster.sample();
        Time span =
            std::clamp(cluster.trouble() ? Time(0) : took * sample_share_max, History::step, sample_span_max);
        Time next = std::max((begun + span) / History::step, shard.now() / History::step + 1) * History::step;
        co_await stopping.wait_until(next);
    }
}

Task<Outcome<void, http::Status>> refuse_path(Console& console, http::Exchange& exchange) {
    if (auto allowed = check_access(console.options(), exchange); !allowed)
        co_await exchange.respond(response_of(allowed.error()));
    else
        co_return fail(http::Status::not_found, "the API has no such path");
    co_return {};
}

Task<Outcome<void, http::Status>> send_file(Console& console, http::Exchange& exchange, std::string path) {
    if (auto allowed = check_access(console.options(), exchange); !allowed) {
        co_await exchange.respond(response_of(allowed.error()));
        co_return {};
    }
    // Every other address is one of the page's own; names of topics look like files.
    bool is_file =
        std::ranges::any_of(page_assets(), [&](const http::Asset& asset) { return asset.path == path; });
    co_return co_await console.page().serve(exchange, is_file ? std::move(path) : std::string("index.html"));
}

} // namespace

Console::Console(const io::World& world, io::Shard& shard, ConsoleOptions options)
    : shard_(shard), clock_(world.clock), options_(std::move(options)),
      sign_ins_(shard, world.random, std::exchange(options_.secrets, {})), page_(page_assets(), "index.html"),
      stopping_(shard), looking_(shard) {}

Task<Outcome<std::unique_ptr<Console>, client::SettingError>> Console::make(io::World world, io::Shard& shard,
                                                                            ConsoleOptions options) {
    auto console = std::make_unique<Console>(world, shard, std::move(options));
    for (const ClusterSpec& spec : console->options_.clusters) {
        CO_TRY(auto cluster,
               co_await client::Cluster::make(world, shard, spec.properties, console->options_.issuer));
        console->clusters_.push_back(std::make_unique<ClusterView>(world, spec, std::move(cluster)));
    }
    co_return console;
}

http::Router Console::make_router() {
    http::Router router;
    router.set_guard([this](const http::Exchange& exchange) { return check_signed_in(sign_ins_, exchange); });
    for (const Route& route : routes)
        router.add(
            route.method, fmt::format("/api/v1{}", route.path),
            [this, &route](http::Exchange& exchange) { return answer(*this, exchange, route); },
            route.options);
    router.add(Method::get, "/api/v1/openapi.json",
               [this](http::Exchange& exchange) { return send_file(*this, exchange, "openapi.json"); });
    for (Method method : {Method::get, Method::post, Method::put, Method::patch, Method::remove})
        router.add(method, "/api/{path...}",
                   [this](http::Exchange& exchange) { return refuse_path(*this, exchange); });
    router.add(Method::get, "/{path...}", [this](http::Exchange& exchange) {
        return send_file(*this, exchange, exchange.parameter("path"));
    });
    router.add(Method::get, "/", [this](http::Exchange& exchange) { return send_file(*this, exchange, ""); });
    router.set_error_text([](const http::Exchange&, const Failure<http::Status>& failure) {
        return response_of(problem_of(failure));
    });
    router.set_common_fields({{"Cache-Control", "no-store"},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Content-Security-Policy", std::string(page_policy)}});
    return router;
}

ClusterView* Console::find(std::string_view cluster) const {
    auto found = std::ranges::find_if(clusters_, [&](const auto& one) { return one->name() == cluster; });
    return found == clusters_.end() ? nullptr : found->get();
}

std::shared_ptr<void> Console::take_search_slot() {
    if (searches_ == searches_max) return nullptr;
    ++searches_;
    return {this, [](Console* console) { --console->searches_; }};
}

Task<> Console::look_at(ClusterView& cluster) {
    auto last = cluster.last();
    if (last && shard_.now() - last->taken <= list_age_max) co_return;
    auto looked = std::make_shared<io::Event>(shard_);
    if (!cluster.is_looked_at()) looking_.spawn(look(cluster, looked));
    if (!last) co_await looked->wait_until(shard_.now() + first_look_max);
}

void Console::start() {
    for (const auto& cluster : clusters_) looking_.spawn(keep_sampling(shard_, *cluster, stopping_));
}

Task<> Console::close() {
    stopping_.set();
    for (const auto& cluster : clusters_) co_await cluster->close();
    co_await looking_.join();
}

} // namespace riacho::console
