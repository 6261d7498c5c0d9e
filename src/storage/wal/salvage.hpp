#pragma once

#include "io/disk.hpp"
#include "storage/wal/frame.hpp"
#include "storage/wal/ring.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace riacho::storage {

/// Every frame that validates from the chain's first one on, in the order of their numbers, whatever is
/// missing between them: for a start that was told to go on with what is left. What cannot be read counts as
/// missing.
class FrameSalvage {
public:
    /// `start.file_number` 0: there is no checkpoint, all files are looked at.
    FrameSalvage(io::Disk& disk, std::string folder, ChainStart start);

    /// Nothing at the end.
    Task<std::optional<DecodedFrame>> next();
    /// What is missing, in words, one line each; complete at the end.
    const std::vector<std::string>& losses() const { return losses_; }
    FrameNumber                     last() const { return last_; }
    std::uint64_t                   highest_file() const { return highest_file_; }

private:
    Task<>                            list();
    Task<bool>                        open_next();
    Task<std::optional<DecodedFrame>> take(std::uint64_t at);
    Task<Bytes>                       read_some(std::uint64_t at, std::size_t bytes);
    void                              note(FrameNumber found);

    io::Disk&   disk_;
    std::string folder_;
    ChainStart  start_;
    enum class Phase { fresh, reading } phase_ = Phase::fresh;
    std::map<std::uint64_t, std::string> files_; // still to be read
    std::map<std::uint64_t, Salt>        salts_; // that the checkpoint or a `next` named
    std::unique_ptr<io::File>            file_;
    std::string                          path_;
    Salt                                 salt_;
    std::uint64_t                        at_ = 0;
    std::uint64_t                        end_ = 0;
    FrameNumber                          last_;
    std::uint64_t                        highest_file_ = 0;
    std::vector<std::string>             losses_;
};

/// The bytes of a file, with zeros for the blocks that cannot be read.
Task<> copy_readable(io::Disk& disk, std::string from, std::uint64_t position, std::string to);

} // namespace riacho::storage
