#include "io/signals.hpp"

#include "io/event.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <deque>

namespace riacho::io {

struct SignalWaiter::State {
    explicit State(ThreadShard& shard) : set(shard.context()), arrived(shard) {}

    boost::asio::signal_set set;
    Event                   arrived;
    std::deque<int>         numbers;
    bool                    stopped = false;
};

SignalWaiter::SignalWaiter(ThreadShard& shard, std::vector<int> signals)
    : state_(std::make_shared<State>(shard)) {
    for (int number : signals) state_->set.add(number);
    listen(state_);
}

SignalWaiter::~SignalWaiter() {
    boost::system::error_code ignored;
    state_->set.clear(ignored);
    state_->set.cancel(ignored);
}

void SignalWaiter::listen(const std::shared_ptr<State>& state) {
    state->set.async_wait([state](const boost::system::error_code& error, int number) {
        if (error) return;
        state->numbers.push_back(number);
        state->arrived.set();
        listen(state);
    });
}

Task<int> SignalWaiter::next() {
    auto state = state_;
    while (state->numbers.empty() && !state->stopped) {
        state->arrived.reset();
        co_await state->arrived.wait();
    }
    if (state->numbers.empty()) co_return 0;
    int number = state->numbers.front();
    state->numbers.pop_front();
    co_return number;
}

void SignalWaiter::stop() {
    state_->stopped = true;
    state_->arrived.set();
}

} // namespace riacho::io
