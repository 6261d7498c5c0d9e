#pragma once

#include "base/outcome.hpp"
#include "io/disk.hpp"
#include "storage/wal/frame.hpp"
#include "storage/wal/ring.hpp"
#include "storage/wal/wal_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace riacho::storage {

enum class ScanError {
    lost_frame,   ///< something proves that a frame was durable and is gone: the disk lost it
    newer_format, ///< of a file, or an entry of an unknown kind
    malformed     ///< a frame validates and makes no sense
};

/// A file of the chain as it was read.
struct ChainFile {
    WalFileHeader header;
    std::string   path;
    std::uint64_t bytes = 0;
    FrameNumber   first;
    FrameNumber   last;              ///< below `first` when it has no frame
    std::uint64_t last_position = 0; ///< where its last frame begins
    std::uint64_t end = wal_block;   ///< where its last frame ends
};

/// Follows the chain from the checkpoint's first file, frame by frame, and changes nothing. Every read may
/// throw DiskError: a read error is not an invalid frame.
class ChainReader {
public:
    ChainReader(io::Disk& disk, std::string folder, ChainStart start)
        : disk_(disk), folder_(std::move(folder)), start_(start) {}

    /// The next frame; nothing where the chain ends.
    Task<Outcome<std::optional<DecodedFrame>, ScanError>> next();
    /// After the end: fails with lost_frame where a valid frame of a higher number, a file of the chain that
    /// is missing or damaged, or a checkpoint that knew `known_durable`, says that the log went on.
    Task<Outcome<void, ScanError>> verify_end(FrameNumber known_durable);

    const std::vector<ChainFile>& files() const { return files_; }
    /// The last frame that validates, or the one before the chain's first.
    FrameNumber last() const { return {expected_.value - 1}; }
    /// The mode of the file in which the chain ends: what durability=os loses is not the disk's fault.
    Durability mode() const;

private:
    Task<Outcome<void, ScanError>>   open_file(std::uint64_t number, Salt salt);
    Task<std::optional<Bytes>>       read_frame(io::File& file, std::uint64_t position, std::uint64_t end);
    Task<std::optional<std::string>> find_later_frame(std::string path, std::uint64_t from);

    io::Disk&                  disk_;
    std::string                folder_;
    ChainStart                 start_;
    std::unique_ptr<io::File>  file_;
    std::vector<ChainFile>     files_;
    FrameNumber                expected_;
    std::optional<std::string> broken_chain_; // why a file that was named cannot be followed
    enum class Phase { fresh, reading, ended } phase_ = Phase::fresh;
};

} // namespace riacho::storage
