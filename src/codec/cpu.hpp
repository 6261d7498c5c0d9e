#pragma once

namespace riacho {

enum class Portable { no, yes };

/// The one switch over every instruction-set trick: `yes` makes each of them take its portable twin, as on a
/// processor without it. For tests; may be called from any thread.
void force_portable(Portable portable);

enum class CpuFeature { crc32c };
/// Whether this processor has the feature and the portable twin is not forced.
bool cpu_has(CpuFeature feature);

} // namespace riacho
