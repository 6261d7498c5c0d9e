#pragma once

#include <cstring>
#include <string_view>

namespace riacho::browse {

/// Whether `part` stands somewhere in `text`, byte for byte; an empty part does in any. Either may be a view
/// without a pointer, as that of a null value is; `memmem`, much faster than `find`, must not see one.
inline bool contains(std::string_view text, std::string_view part) {
    if (part.size() > text.size()) return false;
    return part.empty() || memmem(text.data(), text.size(), part.data(), part.size());
}

} // namespace riacho::browse
