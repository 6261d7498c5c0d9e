#pragma once

#include "client/link/link_error.hpp"
#include "io/tls_session.hpp"

namespace riacho::client {

/// What a failure of TLS means for a link.
LinkError link_error_of(const io::TlsError& error);

} // namespace riacho::client
