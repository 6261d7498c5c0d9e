#include "cli/ready_command.hpp"
#include "cli/run/run_command.hpp"
#include "cli/testing.hpp"

#include <gtest/gtest.h>

namespace riacho::cli {
namespace {

Printed run_words(std::vector<std::string> words) {
    return print_of({run_command(), ready_command()}, std::move(words));
}

TEST(RunCommand, without_a_program_says_how_it_is_used) {
    Printed printed = run_words({"run"});
    EXPECT_EQ(printed.code, exit_usage);
    EXPECT_EQ(printed.out, "Uso: riacho run [producer|consumer]\n");
    EXPECT_EQ(printed.err, "");
}

TEST(RunCommand, with_an_unknown_program_names_the_two_there_are) {
    Printed printed = run_words({"run", "x"});
    EXPECT_EQ(printed.code, exit_usage);
    EXPECT_EQ(printed.out, "Modo não reconhecido. Use 'producer' ou 'consumer'\n");
    EXPECT_EQ(printed.err, "");
}

TEST(RunCommand, an_unknown_setting_is_named) {
    Printed printed = run_words({"run", "producer", "-X", "lingr.ms=5"});
    EXPECT_EQ(printed.code, exit_usage);
    EXPECT_EQ(printed.err,
              "Failed to create producer: unknown setting \"lingr.ms\"; did you mean \"linger.ms\"?\n");
    printed = run_words({"run", "consumer", "-X", "linger"});
    EXPECT_EQ(printed.code, exit_usage);
    EXPECT_EQ(printed.err, "riacho run: -X takes KEY=VALUE, not \"linger\"\n");
}

TEST(RunCommand, no_broker_is_one_line_that_names_the_address_and_what_to_do) {
    for (std::string server : {"127.0.0.1:1", "no-such-host.invalid:9092"}) {
        Printed printed = run_words({"run", "producer", "--bootstrap-servers", server, "--timeout", "1"});
        EXPECT_EQ(printed.code, exit_error);
        EXPECT_EQ(printed.out, "");
        EXPECT_TRUE(printed.err.starts_with("riacho: no broker answered at " + server + " within 1 s ("))
            << printed.err;
        EXPECT_TRUE(printed.err.ends_with(
            "): start one with \"riacho up\", or name another with --bootstrap-servers\n"))
            << printed.err;
    }
}

TEST(ReadyCommand, says_what_failed_and_gives_up_in_time) {
    Printed printed = run_words({"ready", "--bootstrap-servers", "127.0.0.1:1", "--timeout", "0"});
    EXPECT_EQ(printed.code, exit_timeout);
    EXPECT_TRUE(printed.err.starts_with("riacho ready: 127.0.0.1:1 is not ready: connect: ")) << printed.err;
    printed = run_words({"ready", "--bootstrap-servers", "a:b"});
    EXPECT_EQ(printed.code, exit_usage);
    EXPECT_EQ(printed.err, "riacho ready: --bootstrap-servers: 'a:b' has no port between 1 and 65535\n");
}

} // namespace
} // namespace riacho::cli
