#pragma once

#include "http/exchange.hpp"
#include "io/event.hpp"

#include <chrono>
#include <string>

namespace riacho::http {

/// One event as the HTML standard describes it; what is empty is left out.
struct ServerSentEvent {
    std::string name = {};
    std::string id = {}; ///< comes back as Last-Event-ID when the peer connects again
    std::string data = {};
};
std::string text_of(const ServerSentEvent& event);

struct EventStreamOptions {
    Time                      heartbeat = std::chrono::seconds(15); ///< of silence, before a comment is sent
    std::chrono::milliseconds retry{2000};                          ///< before the peer connects again
};

/// An answer that is a stream of events.
///     EventStream events(exchange);
///     co_await events.begin();
///     while (co_await events.wait(news)) { news.reset(); co_await events.send(...); }
class EventStream {
public:
    explicit EventStream(Exchange& exchange, EventStreamOptions options = {})
        : exchange_(exchange), options_(options) {}
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;
    ~EventStream() { exchange_.wake_when_over(nullptr); }

    /// What the peer had last, when it was connected before; empty where it was not.
    std::string last_event_id() const;
    Task<>      begin();
    Task<>      send(ServerSentEvent event);
    /// Until `news` is set, with a heartbeat now and then; false when the peer has left or the server stops.
    Task<bool> wait(io::Event& news);

private:
    Exchange&          exchange_;
    EventStreamOptions options_;
};

} // namespace riacho::http
