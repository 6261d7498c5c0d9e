#pragma once

#include "riacho/record.hpp"
#include "riacho/runtime.hpp"
#include "riacho/settings.hpp"

#include <chrono>
#include <expected>
#include <memory>
#include <string_view>

namespace riacho {

/// Sends records. Belongs to its runtime's thread. Any number of sends may be under way at once; those to one
/// partition keep their order.
class Producer {
public:
    /// Refuses a setting that is unknown or of a wrong value. Connects by itself, in the background.
    static std::expected<Producer, Error> create(Runtime& runtime, const Settings& settings);
    Producer(Producer&&) noexcept;
    Producer& operator=(Producer&&) noexcept;
    /// What is still under way goes on until its send has ended.
    ~Producer();

    /// "rdkafka#producer-1": the client id, and its number in this process.
    std::string_view name() const;

    /// Waits until a broker has answered. The error says what became of the last attempt. Ends early, with
    /// the code `interrupted`, when a caught signal comes.
    Task<std::expected<void, Error>> connect(std::chrono::milliseconds within);

    /// Where the record lies now, durable as the setting `acks` asks. Tries again by itself for
    /// `message.timeout.ms` (5 minutes); after that, or for what cannot heal, the error.
    Task<std::expected<Position, Error>> send(Record record);

private:
    class State;
    explicit Producer(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

} // namespace riacho
