#pragma once

#include "console/changes.hpp"
#include "console/history.hpp"
#include "console/picture.hpp"

namespace riacho::console {

/// Puts what a picture and the changes since the one before it say into the sample that was begun.
void record(History& history, const Picture& picture, const Changes& changes);

} // namespace riacho::console
