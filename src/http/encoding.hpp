#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <string_view>

namespace riacho::http {

constexpr std::size_t gzip_bytes_min = 1 << 10; ///< less is not worth it

/// Whether the peer takes gzip, by its Accept-Encoding.
bool accepts_gzip(const Fields& request);
/// Whether what is of this type gets smaller. A stream of events does not wait to be compressed.
bool is_compressible(std::string_view content_type);

/// `tag` is listed in If-None-Match: what the peer has is what it would get. Weak and strong are the same.
bool matches_etag(const Fields& request, std::string_view tag);

} // namespace riacho::http
