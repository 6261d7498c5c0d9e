#pragma once

#include "console/exposed.hpp"
#include "http/client.hpp"
#include "http/url.hpp"
#include "io/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::console {

/// The metrics addresses of a cluster (an exporter beside each broker, or one for all), and what they told
/// last. Of one shard. Nothing is asked for a page: `sample` is, on the pace of the history.
class Meters {
public:
    using Rate = std::optional<double>;
    struct Bytes {
        Rate in, out;
    };
    struct Request {
        Rate                                 rate, errors_rate;
        std::array<std::optional<double>, 4> ms; ///< Exposed::parts; of the slowest address
    };
    /// One address.
    struct Meter {
        http::Url                  url;
        bool                       was_asked = false;
        std::optional<std::string> trouble = {}; ///< why there was nothing the last time
        std::optional<Exposed>     last = {};    ///< none after trouble
        Time                       taken{0};
        Bytes                      all = {}; ///< bytes a second, between the last two
        Exposed::ByName<Bytes>     topics = {};
        Exposed::ByName<Request>   requests = {};

        std::string text() const;
    };

    Meters(io::Shard& shard, io::Network& network, std::vector<http::Url> urls);

    /// Asks all of them at once. Takes some seconds at most, and memory within the reader's limits; what goes
    /// wrong is the meter's trouble.
    Task<> sample();

    /// Ends what is asked.
    void close() { client_.close(); }

    const std::vector<Meter>& meters() const { return meters_; }
    /// Of all addresses together; nothing where one of them is in trouble.
    Bytes all() const;
    Bytes topic(std::string_view name) const;
    /// What is known of each request, the addresses in trouble left out.
    Exposed::ByName<Request> requests() const;
    /// The address on this host, where there is one alone; an only address is that of an only broker.
    const Meter*     of_broker(std::string_view host, std::size_t brokers) const;
    std::string_view kind() const;

private:
    Task<int> ask(Meter& meter, Time deadline);

    io::Shard&         shard_;
    http::Client       client_;
    std::vector<Meter> meters_; ///< as many as there were; they stay where they are
};

} // namespace riacho::console
