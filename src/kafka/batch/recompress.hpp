#pragma once

#include "kafka/batch/batch_view.hpp"

#include <cstddef>
#include <optional>

namespace riacho::kafka {

/// How the records of a batch are to lie.
struct Recompression {
    Compression        to = Compression::none;
    std::optional<int> level = {};
    std::size_t        bytes_max = 100 << 20; ///< of the records, unpacked
};

/// The same batch with its records compressed in another way, its CRC set. Fails with too_large where more
/// comes out than `bytes_max`, with corrupt where it does not decompress.
Outcome<Bytes, BatchError> recompress(const BatchView& batch, const Recompression& how);

} // namespace riacho::kafka
