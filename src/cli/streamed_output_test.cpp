#include "cli/streamed_output.hpp"
#include "io/group.hpp"
#include "io/real_clock.hpp"
#include "io/thread_shard.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <optional>
#include <unistd.h>

namespace riacho::cli {
namespace {

/// A pipe whose writing end is what a command prints to.
struct Pipe {
    Pipe() {
        std::signal(SIGPIPE, SIG_IGN);
        if (::pipe(ends.data()) == 0 && ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
            out = ::fdopen(ends[1], "w");
    }
    ~Pipe() {
        if (out) std::fclose(out);
        close_reader();
    }
    void close_reader() {
        if (ends[0] >= 0) ::close(ends[0]);
        ends[0] = -1;
    }
    std::string read(std::size_t bytes_max) {
        std::string text(bytes_max, '\0');
        ssize_t     count = ::read(ends[0], text.data(), text.size());
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return text;
    }

    std::array<int, 2> ends{-1, -1};
    std::FILE*         out = nullptr;
};

class StreamedOutputTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_NE(pipe.out, nullptr); }

    io::RealClock   clock;
    io::ThreadShard shard{clock, "output"};
    Pipe            pipe;
    Output          output{pipe.out, stderr};
};

Task<> flush_once(StreamedOutput& printed, std::optional<Reader>& result) {
    result = co_await printed.flush();
}

/// Reads on the shard that prints: only where that is not held up does this go on.
Task<> read_slowly(io::Shard& shard, Pipe& pipe, std::string& read, std::size_t size) {
    while (read.size() < size) {
        read += pipe.read(3000);
        co_await shard.enter();
    }
}

Task<> print_beside(io::Shard& shard, StreamedOutput& printed, Pipe& pipe, std::string& read,
                    std::size_t size) {
    std::optional<Reader> result;
    io::Group             group(shard);
    group.spawn(flush_once(printed, result));
    co_await read_slowly(shard, pipe, read, size);
    co_await group.join();
    EXPECT_EQ(result, Reader::reads);
}

TEST_F(StreamedOutputTest, waits_for_a_slow_reader_without_holding_up_its_shard) {
    StreamedOutput printed(shard, output);
    std::string    text;
    for (int i = 0; i < 40'000; i++) text += std::to_string(i) + "\n"; // more than a pipe takes
    printed.waiting() = text;
    std::string read;
    shard.run(print_beside(shard, printed, pipe, read, text.size()));
    EXPECT_EQ(read, text);
    EXPECT_TRUE(printed.waiting().empty());
}

TEST_F(StreamedOutputTest, a_reader_that_has_gone_is_noticed_by_printing_and_without) {
    StreamedOutput printed(shard, output);
    EXPECT_EQ(printed.reader(), Reader::reads);
    pipe.close_reader();
    EXPECT_EQ(printed.reader(), Reader::gone);
    printed.waiting() = "nobody reads this\n";
    std::optional<Reader> result;
    shard.run(flush_once(printed, result));
    EXPECT_EQ(result, Reader::gone);
}

Task<> give_up_while_flushing(io::Shard& shard, StreamedOutput& printed, std::optional<Reader>& result) {
    io::Group group(shard);
    group.spawn(flush_once(printed, result));
    for (int turn = 0; turn < 3; turn++) co_await shard.enter();
    printed.give_up();
    co_await group.join();
}

TEST_F(StreamedOutputTest, a_flush_that_nobody_reads_ends_when_it_is_given_up) {
    StreamedOutput printed(shard, output);
    printed.waiting() = std::string(1 << 20, 'x');
    EXPECT_TRUE(printed.is_full());
    std::optional<Reader> result;
    shard.run(give_up_while_flushing(shard, printed, result));
    EXPECT_EQ(result, Reader::gone);
}

} // namespace
} // namespace riacho::cli
