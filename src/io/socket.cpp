#include "io/socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace riacho::io {

struct Socket::State {
    struct Side {
        Event ready;
        bool  waiting = false; // the loop will set `ready`; outlives a wait that ended at its deadline
    };

    State(ThreadShard& owner, Descriptor opened)
        : shard(owner), descriptor(owner.context(), opened.release()), sides{{Event(owner)}, {Event(owner)}} {
    }

    ThreadShard&                          shard;
    boost::asio::posix::stream_descriptor descriptor;
    Side                                  sides[2];
    bool                                  closed = false;
};

Socket::Socket(Shard& owner, Descriptor descriptor)
    : state_(std::make_shared<State>(dynamic_cast<ThreadShard&>(owner), std::move(descriptor))) {}

int    Socket::fd() const { return state_->descriptor.native_handle(); }
Shard& Socket::shard() const { return state_->shard; }
bool   Socket::is_closed() const { return state_->closed; }

void Socket::close() const {
    if (std::exchange(state_->closed, true)) return;
    boost::system::error_code ignored;
    state_->descriptor.close(ignored);
    for (State::Side& side : state_->sides) side.ready.set();
}

Event& Socket::ready(Direction direction) const {
    State::Side& side = state_->sides[static_cast<std::size_t>(direction)];
    if (state_->closed) return side.ready;
    side.ready.reset();
    if (std::exchange(side.waiting, true)) return side.ready;
    auto type = direction == Direction::read ? boost::asio::posix::stream_descriptor::wait_read
                                             : boost::asio::posix::stream_descriptor::wait_write;
    state_->descriptor.async_wait(type, [state = state_, &side](const boost::system::error_code&) {
        side.waiting = false;
        side.ready.set();
    });
    return side.ready;
}

} // namespace riacho::io
