#pragma once

#include "base/ids.hpp"
#include "client/link/cluster_options.hpp"
#include "client/link/link_error.hpp"
#include "kafka/error_code.hpp"
#include "kafka/wire/api.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace riacho::client {

/// Why a cluster gave no answer: for `refused`, which of Kafka's errors it was.
struct NoReply {
    LinkError        why = LinkError::closed;
    kafka::ErrorCode error = kafka::ErrorCode::none;
    bool             operator==(const NoReply&) const = default;
};
template <class T> using Reply = Outcome<T, NoReply>;

/// Whom a request is for.
struct AnyBroker {};
struct Controller {};
struct LeaderOf {
    std::string  topic;
    std::int32_t partition = 0;
};
struct CoordinatorOf {
    enum class Kind : std::int8_t { group = 0, transaction = 1 };
    Kind        kind = Kind::group;
    std::string id;
};
using Route = std::variant<AnyBroker, Controller, LeaderOf, CoordinatorOf, BrokerId>;

/// Connections of their own for what waits at the broker: requests on one connection are answered in order.
enum class Lane : std::uint32_t { shared = 0 };

enum class Repeat {
    when_lost,   ///< also when it may have been done already, as Kafka's own clients do
    when_refused ///< only when the broker certainly did not do it
};

struct CallOptions {
    Time                timeout{0}; ///< with all tries; 0: the cluster's
    Time                try_timeout{0};
    Lane                lane = Lane::shared;
    kafka::VersionRange versions{}; ///< what the request can be said in
    Repeat              repeat = Repeat::when_lost;
};

} // namespace riacho::client
