#pragma once

#include "base/random.hpp"
#include "kafka/wire/decoder.hpp"

#include <string>

namespace riacho::kafka {

/// For tests: the visitor that fills a message with random values, only in the fields that the version
/// carries, so that the message survives its own encoding.
class Filler {
public:
    Filler(Random& random, Version version) : random_(random), version_(version) {}

    template <class T, class Where = Always> void operator()(std::string_view, T& value, Where = {}) {
        if (!Where::in(version_)) return;
        if (Where::tagged && random_.between(0, 1) == 0) return;
        if constexpr (is_optional<T>) {
            if (Where::nullable(version_) && random_.between(0, 3) == 0)
                value.reset();
            else
                fill(value.emplace());
        } else {
            fill(value);
        }
    }

private:
    template <class T> void fill(T& value) {
        if constexpr (Text<T>) {
            value.assign(length(12, 300), static_cast<char>('a' + random_.between(0, 25)));
        } else if constexpr (std::same_as<T, Bytes>) {
            value = Bytes::copy_of(std::string(length(20, 2000), static_cast<char>(random_.bits())));
        } else if constexpr (is_vector<T>) {
            value.resize(random_.between(0, 3));
            for (auto& element : value) fill(element);
        } else if constexpr (std::same_as<T, bool>) {
            value = random_.between(0, 1) == 1;
        } else if constexpr (std::is_enum_v<T> || std::is_arithmetic_v<T>) {
            value = static_cast<T>(random_.bits());
        } else if constexpr (std::same_as<T, Uuid>) {
            for (std::byte& byte : value.bytes) byte = static_cast<std::byte>(random_.bits());
        } else {
            T::describe(*this, value);
        }
    }
    std::size_t length(std::size_t usual, std::size_t rare) {
        return random_.between(0, random_.between(0, 7) == 0 ? rare : usual);
    }

    Random& random_;
    Version version_;
};

} // namespace riacho::kafka
