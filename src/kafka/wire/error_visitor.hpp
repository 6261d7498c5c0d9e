#pragma once

#include "kafka/error_code.hpp"
#include "kafka/wire/decoder.hpp"

namespace riacho::kafka {

/// The visitor that looks for error codes: calls `found` with each `error_code` in a message, also those that
/// the version to be sent leaves out. As in Kafka, what else has a code (the one that says why a created
/// topic's configuration is not shown) is no result.
template <class Found> class ErrorVisitor {
public:
    explicit ErrorVisitor(Found& found) : found_(found) {}

    template <class T, class Where = Always>
    void operator()(std::string_view name, const T& value, Where = {}) {
        if constexpr (std::same_as<T, ErrorCode>) {
            if (name == "error_code") found_(value);
        } else {
            look(value);
        }
    }

private:
    template <class T> void look(const T& value) {
        if constexpr (is_vector<T>) {
            for (const auto& element : value) look(element);
        } else if constexpr (is_optional<T>) {
            if (value) look(*value);
        } else if constexpr (requires { T::describe(*this, value); }) {
            T::describe(*this, value);
        }
    }

    Found& found_;
};

template <class M, class Found> void for_each_error(const M& message, Found found) {
    ErrorVisitor<Found> visitor(found);
    M::describe(visitor, message);
}

} // namespace riacho::kafka
