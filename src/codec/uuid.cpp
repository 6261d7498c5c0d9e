#include "codec/uuid.hpp"

#include <algorithm>

namespace riacho {

std::string uuid_text(const Uuid& id) { return base64(id.bytes, Base64::url); }

Outcome<Uuid, TextError> parse_uuid(std::string_view text) {
    TRY(auto bytes, parse_base64(text, Base64::url));
    Uuid id;
    if (bytes.size() != id.bytes.size()) return fail(TextError::bad_length, "an id is 22 characters long");
    std::ranges::copy(bytes, id.bytes.begin());
    return id;
}

} // namespace riacho
