#include "cli/command.hpp"
#include "cli/testing.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace riacho::cli {
namespace {

std::vector<Command> some_commands() {
    auto show = [](const Arguments& arguments, Output& output) {
        output.line(fmt::format("{} {} {} {}", arguments.text("--topic"), arguments.texts("-X"),
                                arguments.number("--count"), arguments.has("--loud")));
        return 7;
    };
    Command inner{
        .name = "inner",
        .about = "Does it",
        .flags = {{.name = "-t,--topic", .about = "Which", .value_name = "NAME", .fallback = "none"},
                  {.name = "-X", .about = "What", .takes = Takes::texts, .value_name = "KEY=VALUE"},
                  {.name = "--count", .about = "How many", .takes = Takes::number, .fallback = "3"},
                  {.name = "--loud", .about = "Loudly", .takes = Takes::nothing},
                  {.name = "--how", .about = "How", .allowed = {"fast", "slow"}}},
        .run = show};
    Command words{.name = "words",
                  .about = "Counts them",
                  .run =
                      [](const Arguments& arguments, Output& output) {
                          output.line(fmt::format("{}", arguments.words));
                          return exit_ok;
                      },
                  .takes_words = true};
    return {{.name = "outer", .about = "A group", .commands = {inner}}, words};
}

Printed run_some(std::vector<std::string> words) { return print_of(some_commands(), std::move(words)); }

TEST(CommandLine, gives_a_command_what_was_given_or_the_fallback) {
    EXPECT_EQ(run_some({"outer", "inner"}).out, "none [] 3 false\n");
    EXPECT_EQ(run_some({"outer", "inner"}).code, 7);
    EXPECT_EQ(run_some({"outer", "inner", "-t", "a", "--topic=b", "-X", "k=v", "-X", "l=m", "--count", "9",
                        "--loud"})
                  .out,
              "b [\"k=v\", \"l=m\"] 9 true\n");
}

TEST(CommandLine, wrong_use_is_one_line_and_exit_2) {
    struct Case {
        std::vector<std::string> words;
        std::string              err;
    };
    const Case cases[] = {
        {{}, "riacho: a command is missing (\"riacho --help\" says more)\n"},
        {{"oter"}, "riacho: unknown command \"oter\" (\"riacho --help\" says more)\n"},
        {{"--nothing"}, "riacho: unknown option \"--nothing\" (\"riacho --help\" says more)\n"},
        {{"outer"}, "riacho outer: a command is missing (\"riacho outer --help\" says more)\n"},
        {{"outer", "x"}, "riacho outer: unknown command \"x\" (\"riacho outer --help\" says more)\n"},
        {{"outer", "inner", "--tpic", "a"},
         "riacho outer inner: unknown option \"--tpic\" (\"riacho outer inner --help\" says more)\n"},
        {{"outer", "inner", "stray"},
         "riacho outer inner: unexpected argument \"stray\" (\"riacho outer inner --help\" says more)\n"},
    };
    for (const auto& [words, err] : cases) {
        Printed printed = run_some(words);
        EXPECT_EQ(printed.code, exit_usage);
        EXPECT_EQ(printed.out, "");
        EXPECT_EQ(printed.err, err);
    }
}

TEST(CommandLine, a_bad_value_names_the_option) {
    for (std::vector<std::string> tail :
         {std::vector<std::string>{"--count", "many"}, {"--count", "-1"}, {"--count"}, {"--how", "other"}}) {
        std::string flag = tail.front();
        tail.insert(tail.begin(), {"outer", "inner"});
        Printed printed = run_some(tail);
        EXPECT_EQ(printed.code, exit_usage);
        EXPECT_TRUE(printed.err.contains(flag)) << printed.err;
        EXPECT_EQ(std::ranges::count(printed.err, '\n'), 1) << printed.err;
    }
}

TEST(CommandLine, a_group_that_takes_words_gets_what_is_no_command) {
    EXPECT_EQ(run_some({"words"}).out, "[]\n");
    EXPECT_EQ(run_some({"words", "x", "y"}).out, "[\"x\", \"y\"]\n");
}

TEST(CommandLine, every_command_has_help_on_stdout) {
    for (std::vector<std::string> words :
         {std::vector<std::string>{"--help"}, {"outer", "--help"}, {"outer", "inner", "-h"}}) {
        Printed printed = run_some(words);
        EXPECT_EQ(printed.code, exit_ok);
        EXPECT_EQ(printed.err, "");
        EXPECT_TRUE(printed.out.contains("Usage: riacho")) << printed.out;
    }
    EXPECT_TRUE(run_some({"outer", "inner", "--help"}).out.contains("--topic NAME"))
        << run_some({"outer", "inner", "--help"}).out;
}

TEST(CommandLine, the_version_is_printed) {
    EXPECT_EQ(run_some({"--version"}).out, "riacho 0.1.0\n");
    EXPECT_EQ(run_some({"--version"}).code, exit_ok);
}

} // namespace
} // namespace riacho::cli
