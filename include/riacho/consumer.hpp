#pragma once

#include "riacho/record.hpp"
#include "riacho/runtime.hpp"
#include "riacho/settings.hpp"

#include <chrono>
#include <expected>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace riacho {

/// Offsets that the consumer committed by itself (`enable.auto.commit`).
struct OffsetsCommitted {
    std::vector<Position> offsets;
    std::optional<Error>  error;
};

/// Everything in this partition has been read (`enable.partition.eof`).
struct PartitionEnd {
    Position at;
};

/// A JSON document about the client (`statistics.interval.ms`).
struct Statistics {
    std::string json;
};

using ConsumerEvent = std::variant<Message, Signal, Error, OffsetsCommitted, PartitionEnd, Statistics>;

/// Reads topics as a member of a group. Belongs to its runtime's thread; used by one coroutine at a time.
class Consumer {
public:
    /// Refuses a setting that is unknown or of a wrong value, and settings without `group.id`. Connects by
    /// itself, in the background.
    static std::expected<Consumer, Error> create(Runtime& runtime, const Settings& settings);
    Consumer(Consumer&&) noexcept;
    Consumer& operator=(Consumer&&) noexcept;
    /// Leaves the group like `close`, but blocks the runtime's thread meanwhile.
    ~Consumer();

    /// "rdkafka#consumer-1": the client id, and its number in this process.
    std::string_view name() const;

    /// Waits until a broker has answered; called before `subscribe`, if at all. The error says what became of
    /// the last attempt. Ends early, with the code `interrupted`, when a caught signal comes.
    Task<std::expected<void, Error>> connect(std::chrono::milliseconds within);

    /// From now on these topics, or patterns where they begin with `^`, and no others.
    std::expected<void, Error> subscribe(const std::vector<std::string>& topics);

    /// What comes next; waits for it, without limit. A caught signal comes before everything else. An Error
    /// that is not fatal needs no answer: the client goes on trying. The time between two calls is limited
    /// by `max.poll.interval.ms` (5 minutes), after which the group goes on without this member.
    Task<ConsumerEvent> next();

    /// Keeps `offsets` as where the group goes on, and gives them back as the broker took them: each with
    /// its own error, if any.
    Task<std::expected<std::vector<Position>, Error>> commit(std::vector<Position> offsets);

    /// Commits what `enable.auto.commit` has left and leaves the group, so that the others go on at once.
    /// Takes at most 6 seconds. The last call, apart from `name`.
    Task<> close();

private:
    class State;
    explicit Consumer(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

} // namespace riacho
