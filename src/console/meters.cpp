#include "console/meters.hpp"

#include "io/gather.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::console {
namespace {

using Rate = Meters::Rate;

constexpr Time        answer_max = std::chrono::seconds(5);
constexpr Time        connect_max = std::chrono::seconds(1); ///< a stop waits for it
constexpr std::size_t connections_max = 16;

/// Nothing where a counter is new, or began anew.
Rate growth(const Exposed::Counter& before, const Exposed::Counter& now, Time span) {
    if (!before || !now || *now < *before || span <= Time(0)) return std::nullopt;
    return (*now - *before) / std::chrono::duration<double>(span).count();
}

Meters::Bytes growth(const Exposed::Bytes& before, const Exposed::Bytes& now, Time span) {
    return {growth(before.in, now.in, span), growth(before.out, now.out, span)};
}

/// What a broker has not counted yet it does not tell: a topic or a request that is new on its page began at
/// zero.
template <class T> T counted(const Exposed::ByName<T>& before, const std::string& name, T from_zero) {
    auto found = before.find(name);
    return found == before.end() ? from_zero : found->second;
}

void take(Meters::Meter& meter, Exposed now, Time at) {
    Time span = at - meter.taken;
    meter.all = {};
    meter.topics.clear();
    meter.requests.clear();
    if (meter.last) meter.all = growth(meter.last->all, now.all, span);
    for (const auto& [name, bytes] : now.topics)
        if (meter.last) meter.topics[name] = growth(counted(meter.last->topics, name, {0, 0}), bytes, span);
    for (const auto& [name, request] : now.requests) {
        Meters::Request& kept = meter.requests[name];
        kept.ms = request.ms;
        if (!meter.last) continue;
        Exposed::Request then = counted(meter.last->requests, name, {.count = 0, .errors = 0, .ms = {}});
        kept.rate = growth(then.count, request.count, span);
        kept.errors_rate = growth(then.errors, request.errors, span);
    }
    meter.last = std::move(now);
    meter.taken = at;
}

void note_trouble(Meters::Meter& meter, std::string trouble) {
    meter.trouble = std::move(trouble);
    meter.last.reset();
    meter.all = {};
    meter.topics.clear();
    meter.requests.clear();
}

std::string trouble_of(const Failure<http::ClientError>& failure) {
    if (failure.code == http::ClientError::timed_out)
        return fmt::format("no whole answer within {} seconds",
                           std::chrono::duration_cast<std::chrono::seconds>(answer_max).count());
    return failure.detail;
}

void add(Rate& sum, bool& is_known, const Rate& rate) {
    if (rate)
        sum = sum.value_or(0) + *rate;
    else
        is_known = false;
}

template <class Find> Meters::Bytes sum_of(const std::vector<Meters::Meter>& meters, Find find) {
    Meters::Bytes sum;
    bool          is_in_known = true, is_out_known = true;
    for (const Meters::Meter& meter : meters) {
        if (meter.trouble) return {};
        const Meters::Bytes* bytes = find(meter);
        if (!bytes) continue;
        add(sum.in, is_in_known, bytes->in);
        add(sum.out, is_out_known, bytes->out);
    }
    return {is_in_known ? sum.in : std::nullopt, is_out_known ? sum.out : std::nullopt};
}

} // namespace

std::string Meters::Meter::text() const {
    return fmt::format("{}://{}{}", url.origin.scheme == http::Scheme::http ? "http" : "https",
                       url.origin.host_text(), url.target);
}

Meters::Meters(io::Shard& shard, io::Network& network, std::vector<http::Url> urls)
    : shard_(shard),
      client_(shard, network, {.connections_max = connections_max, .connect_max = connect_max}) {
    for (http::Url& url : urls) meters_.push_back({.url = std::move(url)});
}

Task<> Meters::sample() {
    std::vector<Task<int>> asks;
    for (Meter& meter : meters_) asks.push_back(ask(meter, shard_.now() + answer_max));
    co_await io::gather(shard_, std::move(asks));
}

Task<int> Meters::ask(Meter& meter, Time deadline) {
    meter.was_asked = true;
    Time                   at = shard_.now();
    Exposed                exposed;
    data::ExpositionReader reader([&](const data::ExpositionSample& sample) { exposed.take(sample); });
    http::Request          request{.origin = meter.url.origin, .target = meter.url.target};
    request.fields.add("Accept", "text/plain;version=0.0.4, text/plain;q=0.5");
    auto response = co_await client_.ask(std::move(request), deadline);
    if (!response) {
        note_trouble(meter, trouble_of(response.error()));
        co_return 0;
    }
    if (response->head().status != http::Status::ok) {
        note_trouble(meter, fmt::format("answers with status {}", static_cast<int>(response->head().status)));
        co_return 0;
    }
    for (;;) {
        auto piece = co_await response->read(deadline);
        if (!piece) {
            note_trouble(meter, trouble_of(piece.error()));
            co_return 0;
        }
        auto read = piece->empty() ? reader.end() : reader.feed(as_text(piece->view()));
        if (!read) {
            note_trouble(meter, fmt::format("is no page of metrics: {}", read.error().detail));
            co_return 0;
        }
        if (piece->empty()) break;
    }
    exposed.finish();
    meter.trouble.reset();
    take(meter, std::move(exposed), at);
    co_return 0;
}

Meters::Bytes Meters::all() const {
    return sum_of(meters_, [](const Meter& meter) { return &meter.all; });
}

Meters::Bytes Meters::topic(std::string_view name) const {
    return sum_of(meters_, [name](const Meter& meter) {
        auto found = meter.topics.find(name);
        return found == meter.topics.end() ? nullptr : &found->second;
    });
}

Exposed::ByName<Meters::Request> Meters::requests() const {
    Exposed::ByName<Request> sums;
    for (const Meter& meter : meters_)
        for (const auto& [name, request] : meter.requests) {
            Request& sum = sums[name];
            if (request.rate) sum.rate = sum.rate.value_or(0) + *request.rate;
            if (request.errors_rate) sum.errors_rate = sum.errors_rate.value_or(0) + *request.errors_rate;
            for (std::size_t i = 0; i < sum.ms.size(); ++i) sum.ms[i] = std::max(sum.ms[i], request.ms[i]);
        }
    return sums;
}

const Meters::Meter* Meters::of_broker(std::string_view host, std::size_t brokers) const {
    if (meters_.size() == 1 && brokers == 1) return &meters_.front();
    const Meter* found = nullptr;
    for (const Meter& meter : meters_) {
        if (meter.url.origin.endpoint.host != host) continue;
        if (found) return nullptr;
        found = &meter;
    }
    return found;
}

std::string_view Meters::kind() const {
    for (const Meter& meter : meters_)
        if (meter.last && !meter.last->kind.empty()) return meter.last->kind;
    return {};
}

} // namespace riacho::console
