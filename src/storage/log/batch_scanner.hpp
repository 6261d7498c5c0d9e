#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "io/disk.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::storage {

/// Walks the batches of a .log from header to header, without reading what lies between if it is long.
class BatchScanner {
public:
    /// For a look from an index entry on.
    static constexpr std::size_t near_bytes = 8 << 10;
    /// For a walk through a segment.
    static constexpr std::size_t far_bytes = 128 << 10;

    struct Range {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
    };
    BatchScanner(std::shared_ptr<io::File> file, Range range, std::size_t window_bytes)
        : file_(std::move(file)), position_(range.from), to_(range.to), window_bytes_(window_bytes) {}

    struct Found {
        std::uint64_t position = 0;
        std::uint32_t size = 0;
        Offset        base;
        Offset        last;
        Timestamp     max_timestamp;
        LeaderEpoch   epoch = LeaderEpoch::none;
    };
    /// Nothing at the end, and at what is not a whole batch with higher offsets than the one before.
    Task<std::optional<Found>> next();
    /// Where the last batch that next() gave ends.
    std::uint64_t position() const { return position_; }
    bool          is_at_end() const { return position_ >= to_; }

private:
    std::shared_ptr<io::File> file_;
    std::uint64_t             position_;
    std::uint64_t             to_;
    std::size_t               window_bytes_;
    std::vector<std::byte>    window_;
    std::uint64_t             window_at_ = 0;
    Offset                    last_;
};

/// `size` bytes at `at`, all of them: throws DiskError (EIO) when the file ends before.
Task<Bytes> read_exactly(std::shared_ptr<io::File> file, std::string path, std::uint64_t at,
                         std::shared_ptr<Buffer> into);

} // namespace riacho::storage
