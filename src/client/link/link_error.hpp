#pragma once

#include "base/outcome.hpp"

namespace riacho::client {

enum class LinkError {
    unreachable,    ///< no connection came about
    closed,         ///< the connection is gone; make a new link
    timed_out,      ///< no answer yet; the link stays usable unless it was in the middle of a write
    unsupported,    ///< the broker and we have no version of this API in common
    malformed,      ///< what came is no answer to what was asked; the link is closed
    other_protocol, ///< the peer speaks no TLS where we do, or the other way round, or it is no broker
    untrusted,      ///< the broker's certificate, or its proof of the password, is not accepted here
    unauthorized,   ///< the broker does not take our certificate or credentials
    refused,        ///< the broker answered with an error of Kafka's
};

/// Whether another try, perhaps at another broker, may do better.
constexpr bool may_pass(LinkError error) {
    return error == LinkError::unreachable || error == LinkError::closed || error == LinkError::timed_out;
}

} // namespace riacho::client
