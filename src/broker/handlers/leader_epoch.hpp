#pragma once

#include "broker/broker.hpp"

namespace riacho::broker {

/// KIP-320: what a client that leads itself by `claimed` (-1: it does not say) is told.
inline kafka::ErrorCode check_leader_epoch(const Broker& broker, std::int32_t claimed) {
    auto current = static_cast<std::int32_t>(broker.leader_epoch());
    if (claimed < 0 || claimed == current) return kafka::ErrorCode::none;
    return claimed < current ? kafka::ErrorCode::fenced_leader_epoch : kafka::ErrorCode::unknown_leader_epoch;
}

} // namespace riacho::broker
