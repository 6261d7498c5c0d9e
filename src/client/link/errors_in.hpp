#pragma once

#include "kafka/error_code.hpp"
#include "kafka/wire/encoder.hpp"

#include <string_view>

namespace riacho::client {

/// The visitor that finds the first error in a response which may pass, by the table of errors.
class PassingError {
public:
    template <class M> static kafka::ErrorCode in(const M& message) {
        PassingError visitor;
        M::describe(visitor, message);
        return visitor.found_;
    }
    template <class T, class Where = kafka::Always>
    void operator()(std::string_view, const T& value, Where = {}) {
        look(value);
    }

private:
    template <class T> void look(const T& value) {
        if (found_ != kafka::ErrorCode::none) return;
        if constexpr (std::same_as<T, kafka::ErrorCode>) {
            if (kafka::is_retriable(value)) found_ = value;
        } else if constexpr (kafka::is_optional<T>) {
            if (value) look(*value);
        } else if constexpr (kafka::is_vector<T>) {
            for (const auto& element : value) look(element);
        } else if constexpr (requires { T::describe(*this, value); }) {
            T::describe(*this, value);
        }
    }

    kafka::ErrorCode found_ = kafka::ErrorCode::none;
};

} // namespace riacho::client
