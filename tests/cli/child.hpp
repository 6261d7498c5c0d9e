#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace riacho {

/// The built program as a child process, whose output is read as it comes.
class Child {
public:
    /// Runs $RIACHO_BINARY with `words`.
    explicit Child(std::vector<std::string> words);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    enum class Stream { out, err };
    /// Waits until `text` was printed; false when that did not happen within `seconds`, or the child ended.
    bool wait_for(std::string_view text, Stream stream = Stream::out, int seconds = 20);
    void send(int signal) const;
    /// Waits for the end, for `seconds` at most, and gives the exit code; -1 when it was killed, by a signal
    /// or for being late.
    int wait(int seconds = 20);

    const std::string& out() const { return text_[0]; }
    const std::string& err() const { return text_[1]; }

private:
    /// Reads what there is, or waits for it; false at the end of both streams, or of the time.
    bool read_more(int milliseconds);

    pid_t       pid_ = -1;
    int         pipe_[2] = {-1, -1};
    std::string text_[2];
};

} // namespace riacho
