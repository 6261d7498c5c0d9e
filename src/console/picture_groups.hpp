#pragma once

#include "console/picture.hpp"

namespace riacho::console {

/// The groups of a cluster, of whatever protocol, with their members and offsets as far as they are told.
Task<> add_groups(Picture& picture, client::Admin& admin);

} // namespace riacho::console
