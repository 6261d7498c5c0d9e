#pragma once

#include "riacho/task.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace riacho {

/// What asks a program to end: Ctrl-C, or its supervisor.
enum class Signal { interrupt, terminate };

/// "interrupt" or "terminated".
std::string_view name_of(Signal signal);

/// A thread that runs coroutines, and what they wait for. Clients are made on one and used from the
/// coroutines that it runs; they end before it does.
class Runtime {
public:
    struct Inside;

    Runtime();
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Runs `program` to its end and gives what it gave. What it throws is thrown here. Called once, from a
    /// thread that is not the runtime's.
    int run(Task<int> program);

    /// From here on SIGINT and SIGTERM do not end the process: the first one is kept, and Consumer::next
    /// gives it. A second one ends the process at once. Called inside `run`.
    void catch_signals();
    /// The one that came, if any. Called inside `run`.
    std::optional<Signal> signal() const;

    /// For this library's own clients.
    Inside& inside() { return *inside_; }

private:
    std::unique_ptr<Inside> inside_;
};

/// A whole program: `int main() { return riacho::run(program); }`.
int run(const std::function<Task<int>(Runtime&)>& program);

} // namespace riacho
