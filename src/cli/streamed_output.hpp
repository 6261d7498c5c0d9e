#pragma once

#include "cli/output.hpp"
#include "io/shard.hpp"

#include <string>

namespace riacho::cli {

/// Whether anybody takes what is printed.
enum class Reader { reads, gone };

/// The result of a command that prints for long, or without an end: a slow reader is waited for without
/// holding the shard up, and one that has gone is noticed, also while there is nothing to print. Belongs to
/// the shard.
class StreamedOutput {
public:
    /// SIGPIPE is ignored by whoever uses this.
    StreamedOutput(io::Shard& shard, Output& output) : shard_(shard), out_(output.out()) {}

    /// What is printed next: to append to.
    std::string& waiting() { return waiting_; }
    bool         is_full() const { return waiting_.size() >= waiting_bytes_max; }
    /// Prints what waits. `gone` as well once `give_up` was called.
    Task<Reader> flush();
    /// What waits is dropped, and a flush under way ends.
    void give_up() { has_given_up_ = true; }
    /// Asks now, without printing.
    Reader reader();

private:
    static constexpr std::size_t waiting_bytes_max = 64 * 1024;

    io::Shard&  shard_;
    std::FILE*  out_;
    std::string waiting_;
    bool        has_given_up_ = false;
    bool        is_gone_ = false;
};

} // namespace riacho::cli
