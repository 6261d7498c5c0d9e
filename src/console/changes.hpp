#pragma once

#include "console/picture.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace riacho::console {

/// What moved between two pictures of a cluster, in messages per second. A rate is nothing where it cannot be
/// told: the topic is another one of that name, an offset went back, or one of the two was not known.
struct Changes {
    using Rate = std::optional<double>;
    template <class T> using ByName = std::map<std::string, T, std::less<>>;

    Rate                 in;  ///< into all topics that are not Kafka's own; of those whose rate is known
    Rate                 out; ///< over which all groups moved; of those whose rate is known
    ByName<Rate>         in_topic;
    ByName<Rate>         out_topic;
    ByName<Rate>         out_group;
    ByName<ByName<Rate>> out_group_topic;

    /// Nothing as well where there is no such name.
    static Rate of(const ByName<Rate>& rates, std::string_view name) {
        auto found = rates.find(name);
        return found == rates.end() ? std::nullopt : found->second;
    }
};

Changes changes_between(const Picture& before, const Picture& now);

} // namespace riacho::console
