#pragma once

#include "app/properties.hpp"
#include "base/option.hpp"
#include "base/outcome.hpp"
#include "console/console.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::app {

/// What the configuration says of the console, before files are read.
struct ConsoleSettings {
    std::string              listeners = "http://127.0.0.1:9021,http://[::1]:9021";
    std::string              password, password_file;
    std::string              bearer_token, bearer_token_file;
    std::vector<std::string> host_names;
    bool                     is_read_only = false;
};

std::span<const Option<ConsoleSettings>> console_options();
/// Null where there is none of this name.
const Option<ConsoleSettings>* find_console_option(std::string_view name);

enum class ConsoleSettingError { usage };

/// Sets what is known and complains of what may not be; a secret is never in the complaint.
Outcome<void, ConsoleSettingError> set_console_option(ConsoleSettings& settings, std::string_view name,
                                                      std::string_view value);

/// With what the files hold: each secret is its file's first line.
Outcome<console::ConsoleOptions, ConsoleSettingError> console_options_of(const ConsoleSettings& settings);

/// What somebody should know who lets others reach the console and asks them for nothing.
std::optional<std::string> warning_of_exposure(const std::vector<io::Endpoint>& listeners,
                                               const console::ConsoleOptions&   options);

/// The environment that the process got.
Properties properties_of_environment();

} // namespace riacho::app
