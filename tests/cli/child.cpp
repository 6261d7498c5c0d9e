#include "child.hpp"

#include "base/check.hpp"
#include "io/real_clock.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace riacho {

Child::Child(std::vector<std::string> words) {
    const char* binary = std::getenv("RIACHO_BINARY");
    check(binary != nullptr, "RIACHO_BINARY names the program to test");
    words.insert(words.begin(), binary);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    std::vector<int> childs; // its ends of the pipes
    for (int stream : {0, 1}) {
        int ends[2];
        check(pipe2(ends, O_CLOEXEC) == 0, "a pipe can be made");
        pipe_[stream] = ends[0];
        childs.push_back(ends[1]);
        posix_spawn_file_actions_adddup2(&actions, ends[1], stream + 1);
    }
    int spawned = posix_spawn(&pid_, binary, &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    for (int end : childs) close(end);
    check(spawned == 0, "the program to test can be started");
}

Child::~Child() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    for (int end : pipe_) close(end);
}

bool Child::wait_for(std::string_view text, Stream stream, int seconds) {
    io::RealClock clock;
    const auto&   printed = text_[std::to_underlying(stream)];
    while (printed.find(text) == std::string::npos) {
        auto left = std::chrono::seconds(seconds) - clock.now();
        auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
        if (milliseconds <= 0 || !read_more(static_cast<int>(milliseconds))) return false;
    }
    return true;
}

void Child::send(int signal) const { kill(pid_, signal); }

int Child::wait(int seconds) {
    io::RealClock clock;
    for (;;) {
        auto left = std::chrono::seconds(seconds) - clock.now();
        auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
        if (milliseconds <= 0 || !read_more(static_cast<int>(milliseconds))) break;
    }
    bool is_late = clock.now() >= std::chrono::seconds(seconds);
    if (is_late) kill(pid_, SIGKILL);
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Child::read_more(int milliseconds) {
    pollfd ends[2] = {{pipe_[0], POLLIN, 0}, {pipe_[1], POLLIN, 0}};
    if (poll(ends, 2, milliseconds) <= 0) return false;
    bool has_read = false;
    for (std::size_t stream : {0u, 1u}) {
        if ((ends[stream].revents & (POLLIN | POLLHUP)) == 0) continue;
        char    buffer[4096];
        ssize_t size = read(pipe_[stream], buffer, sizeof buffer);
        if (size > 0) {
            text_[stream].append(buffer, static_cast<std::size_t>(size));
            has_read = true;
        }
    }
    return has_read;
}

} // namespace riacho
