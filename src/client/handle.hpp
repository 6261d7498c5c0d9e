#pragma once

#include "client/queue.hpp"
#include "client/runtime_inside.hpp"
#include "riacho/settings.hpp"
#include "riacho/task.hpp"

#include <chrono>
#include <expected>
#include <string_view>

namespace riacho::client {

enum class Kind { producer, consumer };

/// One librdkafka client. Destroying it blocks until its threads have ended; a consumer leaves its group
/// first, unless it was `abandon`ed.
class Handle {
public:
    static std::expected<Handle, Error> create(Kind kind, const Settings& settings);
    Handle(Handle&& other) noexcept : client_(std::exchange(other.client_, nullptr)) {}
    Handle& operator=(Handle&&) = delete;
    ~Handle();

    rd_kafka_s*      get() const { return client_; }
    std::string_view name() const;
    /// A setting as it is in force; the name must exist.
    std::string setting(std::string_view name) const;
    /// Destroys the client without leaving its group.
    void abandon();

private:
    explicit Handle(rd_kafka_s* client) : client_(client) {}

    rd_kafka_s* client_;
};

/// Waits until a broker has answered this client. `last_error` is what the client reported meanwhile; it
/// becomes the answer when the time is over.
Task<std::expected<void, Error>> wait_for_broker(Runtime::Inside& runtime, Handle& handle, Time within,
                                                 std::optional<Error>& last_error);

} // namespace riacho::client
