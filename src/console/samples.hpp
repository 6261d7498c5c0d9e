#pragma once

#include "console/changes.hpp"
#include "console/history.hpp"
#include "console/meters.hpp"
#include "console/picture.hpp"

namespace riacho::console {

/// Puts what a picture and the changes since the one before it say into the sample that was begun.
void record(History& history, const Picture& picture, const Changes& changes);
/// What the metrics addresses say beside it.
void record(History& history, const Picture& picture, const Meters& meters);

} // namespace riacho::console
