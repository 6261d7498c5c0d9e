#pragma once

#include "http/client.hpp"
#include "http/exchange.hpp"

#include <chrono>

namespace riacho::http {

struct ProxyOptions {
    Time head_max = std::chrono::seconds(60);   ///< until the answer begins
    Time silence_max = std::chrono::minutes(5); ///< between two pieces of it
};

/// A handler's work: passes the request on to another server under `to`, and the answer back, each as it
/// comes. What concerns one connection stays on it, and so does compression. Where there is no answer, says
/// so with a status of a gateway.
Task<Outcome<void, Status>> pass_on(Exchange& exchange, Client& client, Url to, ProxyOptions options = {});

} // namespace riacho::http
