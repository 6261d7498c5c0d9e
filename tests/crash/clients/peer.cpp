#include "peer.hpp"

namespace riacho::crash {

Task<> Peer::connected() {
    while (!link_ || !link_->is_open()) {
        if (link_) co_await close();
        Time until = place_.shard.now() + patience;
        auto link =
            co_await client::Link::connect(place_.shard, place_.network, {.broker = place_.broker}, until);
        if (link)
            link_ = std::move(*link);
        else
            co_await pause(pause_between_attempts);
    }
}

Task<> Peer::close() {
    std::unique_ptr<client::Link> link = std::move(link_);
    co_await link->close();
}

} // namespace riacho::crash
