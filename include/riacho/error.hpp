#pragma once

#include <string>

namespace riacho {

/// What a client or a broker says when something did not work.
struct Error {
    int         code = 0;      ///< Kafka's error code; negative: the client's own, as librdkafka numbers them
    std::string meaning{};     ///< of the code: "Broker: Unknown topic or partition"
    std::string detail{};      ///< of this case; empty where there is nothing to add
    bool        fatal = false; ///< the client that reported it is of no more use: make a new one

    /// The detail, or else the meaning.
    std::string text() const {
        std::string said = detail.empty() ? meaning : detail;
        return fatal ? "Fatal error: " + said : said;
    }
    bool operator==(const Error&) const = default;
};

} // namespace riacho
