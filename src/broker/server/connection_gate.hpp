#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace riacho::broker {

/// How many connections there are, in all and per address. Lives on the accepting shard.
class ConnectionGate {
public:
    ConnectionGate(std::int32_t connections_max, std::int32_t per_address_max)
        : connections_max_(connections_max), per_address_max_(per_address_max) {}

    enum class Answer { admitted, refused };
    /// Takes a place, unless a limit is reached.
    Answer enter(const std::string& address) {
        std::int32_t& of_address = by_address_[address];
        if (connections_ >= connections_max_ || of_address >= per_address_max_) {
            if (of_address == 0) by_address_.erase(address);
            return Answer::refused;
        }
        ++connections_;
        ++of_address;
        return Answer::admitted;
    }
    /// Gives it back.
    void leave(const std::string& address) {
        --connections_;
        if (auto found = by_address_.find(address); --found->second == 0) by_address_.erase(found);
    }

private:
    std::int32_t                                  connections_max_;
    std::int32_t                                  per_address_max_;
    std::int32_t                                  connections_ = 0;
    std::unordered_map<std::string, std::int32_t> by_address_;
};

} // namespace riacho::broker
