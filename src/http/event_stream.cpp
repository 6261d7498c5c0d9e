#include "http/event_stream.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <string_view>

namespace riacho::http {
namespace {

/// A line of an event: what comes from outside does not begin another one.
void append_line(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ");
    for (char c : value) text.push_back(c == '\n' || c == '\r' || c == '\0' ? ' ' : c);
    text.push_back('\n');
}

} // namespace

std::string text_of(const ServerSentEvent& event) {
    std::string text;
    if (!event.name.empty()) append_line(text, "event", event.name);
    if (!event.id.empty()) append_line(text, "id", event.id);
    std::string_view data = event.data;
    for (bool more = !data.empty(); more;) {
        std::size_t end = std::min(data.find('\n'), data.size());
        more = end < data.size();
        append_line(text, "data", data.substr(0, end));
        data.remove_prefix(std::min(end + 1, data.size()));
    }
    text.push_back('\n');
    return text;
}

std::string EventStream::last_event_id() const {
    const std::string* id = exchange_.head().fields.find("Last-Event-ID");
    return id ? *id : "";
}

Task<> EventStream::begin() {
    ResponseHead head{.fields = {{"Content-Type", "text/event-stream"},
                                 {"Cache-Control", "no-store"},
                                 {"X-Accel-Buffering", "no"}}}; // a proxy passes on what comes as it comes
    co_await exchange_.begin(std::move(head));
    co_await exchange_.write(fmt::format("retry: {}\n\n", options_.retry.count()));
}

Task<> EventStream::send(ServerSentEvent event) { co_await exchange_.write(text_of(event)); }

Task<bool> EventStream::wait(io::Event& news) {
    exchange_.wake_when_over(&news);
    while (!exchange_.is_over() && !news.is_set()) {
        bool is_set = co_await news.wait_until(exchange_.shard().now() + options_.heartbeat);
        if (!is_set && !exchange_.is_over()) co_await exchange_.write(": still here\n\n");
    }
    exchange_.wake_when_over(nullptr);
    co_return !exchange_.is_over();
}

} // namespace riacho::http
