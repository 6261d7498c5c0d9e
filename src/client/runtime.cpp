#include "riacho/runtime.hpp"

#include "client/runtime_inside.hpp"

#include <csignal>
#include <utility>

namespace riacho {
namespace {

Task<> keep_signal(Runtime::Inside& inside) {
    int number = co_await inside.signals->next();
    if (number == 0) co_return;
    inside.signal = number == SIGINT ? Signal::interrupt : Signal::terminate;
    for (io::Event* event : inside.woken_by_signal) event->set();
    number = co_await inside.signals->next();
    if (number == 0) co_return;
    // Whoever asks twice has waited long enough: as if nobody had caught it.
    std::signal(number, SIG_DFL);
    std::raise(number);
}

Task<> run_program(Runtime::Inside& inside, Task<int> program, int& result) {
    std::exception_ptr error;
    try {
        result = co_await std::move(program);
    } catch (...) { error = std::current_exception(); }
    if (inside.signals) {
        inside.signals->stop();
        co_await inside.signal_reader.join();
        inside.signals.reset();
    }
    if (error) std::rethrow_exception(error);
}

} // namespace

std::string_view name_of(Signal signal) { return signal == Signal::interrupt ? "interrupt" : "terminated"; }

Runtime::Runtime() : inside_(std::make_unique<Inside>()) {}
Runtime::~Runtime() {
    inside_->blocking.stop();
    inside_->shard.stop();
}

int Runtime::run(Task<int> program) {
    int result = 0;
    inside_->shard.run(run_program(*inside_, std::move(program), result));
    return result;
}

void Runtime::catch_signals() {
    inside_->shard.check_here();
    if (inside_->signals) return;
    inside_->signals.emplace(inside_->shard, std::vector{SIGINT, SIGTERM});
    inside_->signal_reader.spawn_now(keep_signal(*inside_));
}

std::optional<Signal> Runtime::signal() const {
    inside_->shard.check_here();
    return inside_->signal;
}

int run(const std::function<Task<int>(Runtime&)>& program) {
    Runtime runtime;
    return runtime.run(program(runtime));
}

} // namespace riacho
