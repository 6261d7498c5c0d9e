#include "app/console_settings.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace riacho::app {
namespace {

class ConsoleSettingsTest : public ::testing::Test {
protected:
    void SetUp() override { std::ofstream(file_, std::ios::binary) << "from the file\r\nand more\n"; }
    void TearDown() override { std::filesystem::remove(file_); }

    static std::string refusal(std::string_view name, std::string_view value) {
        ConsoleSettings settings;
        auto            set = set_console_option(settings, name, value);
        return set ? "" : set.error().detail;
    }
    static std::string refusal(const ConsoleSettings& settings) {
        auto options = console_options_of(settings);
        return options ? "" : options.error().detail;
    }

    std::string file_ = ::testing::TempDir() + "riacho-console-secret";
};

TEST_F(ConsoleSettingsTest, a_secret_is_the_first_line_of_its_file_or_said) {
    ConsoleSettings settings;
    settings.password_file = file_;
    ASSERT_TRUE(set_console_option(settings, "console.bearer.token", "0123456789abcdef"));
    auto options = console_options_of(settings);
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->secrets.password, "from the file");
    EXPECT_EQ(options->secrets.bearer_token, "0123456789abcdef");
}

TEST_F(ConsoleSettingsTest, a_secret_that_is_easily_guessed_is_refused_and_never_repeated) {
    EXPECT_EQ(refusal("console.password", "1234567"), "console.password: must be 8 to 1024 characters");
    EXPECT_EQ(refusal("console.password", ""), "console.password: must be 8 to 1024 characters");
    EXPECT_EQ(refusal("console.password", "12345678"), "");
    EXPECT_EQ(refusal("console.bearer.token", "0123456789 abcdef"),
              "console.bearer.token: must be 16 to 1024 visible ASCII characters");
    for (const auto& option : console_options()) {
        ConsoleSettings settings;
        if (option.type == OptionType::password && option.set(settings, "0123456789abcdef"))
            EXPECT_EQ(option.get(settings), "") << option.name;
    }
}

TEST_F(ConsoleSettingsTest, a_file_that_gives_no_secret_is_refused) {
    ConsoleSettings settings;
    settings.password_file = "/no/such/file";
    EXPECT_EQ(refusal(settings), "console.password.file=/no/such/file: the file cannot be read");
    settings.password_file = ::testing::TempDir();
    EXPECT_TRUE(refusal(settings).ends_with(": the file cannot be read"));
    settings.password_file = file_;
    settings.password = "said as well";
    EXPECT_EQ(refusal(settings), "console.password and console.password.file exclude each other: take one");
    settings = {};
    settings.bearer_token_file = file_; // with spaces
    EXPECT_TRUE(refusal(settings).contains("the first line must be 16 to 1024 visible ASCII characters"));
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << "\nsecond line\n";
    settings = {};
    settings.password_file = file_;
    EXPECT_TRUE(refusal(settings).ends_with("the first line must be 8 to 1024 characters"));
}

TEST_F(ConsoleSettingsTest, an_open_console_is_warned_of_and_one_on_loopback_or_with_a_secret_is_not) {
    console::ConsoleOptions   options;
    std::vector<io::Endpoint> listeners{{"127.0.0.1", 9021}, {"::1", 9021}};
    EXPECT_FALSE(warning_of_exposure(listeners, options));
    listeners.push_back({"0.0.0.0", 9021});
    EXPECT_EQ(warning_of_exposure(listeners, options),
              "the console on 0.0.0.0:9021 asks for no password: whoever reaches it may do everything; give "
              "it one in a file");
    options.access = console::ConsoleOptions::Access::read_only;
    EXPECT_TRUE(warning_of_exposure(listeners, options)->contains("may read everything"));
    options.secrets.bearer_token = "0123456789abcdef";
    EXPECT_FALSE(warning_of_exposure(listeners, options));
}

} // namespace
} // namespace riacho::app
