#pragma once

namespace riacho::mirror {

class Mirror;

/// Null where the environment names no folder, and before the library is ready.
Mirror* of_process();

} // namespace riacho::mirror
