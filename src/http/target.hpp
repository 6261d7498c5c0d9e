#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::http {

/// What a request's target says. A path is split first and decoded then: an encoded slash is part of a
/// segment, as in the name of a subject.
struct Target {
    std::vector<std::string>                         segments; ///< decoded; of "/a/b/" a, b and an empty one
    std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order; a plus is a space

    /// The value of the first parameter of this name; null where there is none.
    const std::string* find(std::string_view name) const;
};

/// Nothing where an escape is no escape, or stands for a zero byte.
std::optional<Target> target_of(std::string_view text);

enum class Plus { itself, space };
std::optional<std::string> percent_decoded(std::string_view text, Plus plus = Plus::itself);
/// All but the unreserved characters of RFC 3986 escaped: for a segment or a parameter.
std::string percent_encoded(std::string_view text);

} // namespace riacho::http
