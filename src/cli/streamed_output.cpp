#include "cli/streamed_output.hpp"

#include <algorithm>
#include <climits>
#include <poll.h>
#include <string_view>

namespace riacho::cli {
namespace {

constexpr Time patience_with_readers = std::chrono::milliseconds(5);

/// What can be done with it now: POLLOUT, POLLERR, or neither.
short state_of(std::FILE* file) {
    pollfd asked{.fd = ::fileno(file), .events = POLLOUT, .revents = 0};
    return ::poll(&asked, 1, 0) > 0 ? asked.revents : short{0};
}

} // namespace

Reader StreamedOutput::reader() {
    if (!is_gone_ && (state_of(out_) & POLLERR)) is_gone_ = true;
    return is_gone_ || has_given_up_ ? Reader::gone : Reader::reads;
}

Task<Reader> StreamedOutput::flush() {
    std::string text = std::move(waiting_);
    waiting_.clear();
    for (std::size_t at = 0; at < text.size();) {
        if (reader() == Reader::gone) co_return Reader::gone;
        if (!(state_of(out_) & POLLOUT)) {
            co_await shard_.sleep_for(patience_with_readers);
            continue;
        }
        // A pipe that takes anything takes so much, without waiting.
        auto part = std::string_view(text).substr(at, PIPE_BUF);
        bool is_written = std::fwrite(part.data(), 1, part.size(), out_) == part.size();
        if (!is_written || std::fflush(out_) != 0) is_gone_ = true;
        at += part.size();
    }
    co_return reader();
}

} // namespace riacho::cli
