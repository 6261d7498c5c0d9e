#include "app/console_settings.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <utility>

extern char** environ;

namespace riacho::app {
namespace {

/// What a secret must be, and the words for it.
struct SecretRule {
    std::size_t length_min;
    bool (*takes)(unsigned char);
    std::string_view words;
};
constexpr SecretRule of_password{8, [](unsigned char c) { return c >= ' '; }, "characters"};
/// Wrong ones are answered at once, so it must be long; it goes into a field of HTTP.
constexpr SecretRule  of_token{16, [](unsigned char c) { return c > ' ' && c < 127; },
                              "visible ASCII characters"};
constexpr std::size_t secret_length_max = 1024;

Option<ConsoleSettings> secret_option(std::string_view name, std::string ConsoleSettings::* field,
                                      std::string_view about, SecretRule rule) {
    return {name, OptionType::password, about,
            [=](ConsoleSettings& settings, std::string_view text) -> std::expected<void, std::string> {
                bool fits = text.size() >= rule.length_min && text.size() <= secret_length_max &&
                            std::ranges::all_of(text, rule.takes);
                if (!fits)
                    return std::unexpected(
                        fmt::format("must be {} to {} {}", rule.length_min, secret_length_max, rule.words));
                settings.*field = text;
                return {};
            },
            [](const ConsoleSettings&) { return std::string(); }};
}

Option<ConsoleSettings> file_option(std::string_view name, std::string ConsoleSettings::* field,
                                    std::string_view about) {
    auto option = text_option<ConsoleSettings>(name, field, about);
    option.set = [=](ConsoleSettings& settings, std::string_view text) -> std::expected<void, std::string> {
        if (text.empty()) return std::unexpected("must be a file");
        settings.*field = text;
        return {};
    };
    return option;
}

std::vector<Option<ConsoleSettings>> make_console_options() {
    using S = ConsoleSettings;
    return {
        text_option<S>(
            "console.listeners", &S::listeners,
            "Where the web console is: http://HOST:PORT, one or several; nowhere where it is empty."),
        secret_option("console.password", &S::password,
                      "What whoever opens the console must know; nothing if not given. Better in a file.",
                      of_password),
        file_option("console.password.file", &S::password_file,
                    "The file whose first line is the console's password."),
        secret_option("console.bearer.token", &S::bearer_token,
                      "What scripts send to the console's API: Authorization: Bearer. Better in a file.",
                      of_token),
        file_option("console.bearer.token.file", &S::bearer_token_file,
                    "The file whose first line is the console's bearer token."),
        boolean_option<S>("console.read.only", &S::is_read_only,
                          "Refuse everything in the console that changes something."),
        list_option<S>("console.host.names", &S::host_names,
                       "Names that browsers may call the console, beside localhost and its addresses."),
    };
}

Outcome<std::string, ConsoleSettingError> first_line_of(std::string_view name, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string   text(secret_length_max + 2, '\0'); // and an end of the line
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad())
        return fail(ConsoleSettingError::usage, fmt::format("{}={}: the file cannot be read", name, path));
    text.resize(static_cast<std::size_t>(file.gcount()));
    text.resize(std::min(text.find('\n'), text.size()));
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

/// A secret, or the one in the file that is named `name`.file.
Outcome<std::string, ConsoleSettingError> secret_of(std::string_view name, const std::string& said,
                                                    const std::string& path) {
    if (path.empty()) return said;
    std::string file_name = fmt::format("{}.file", name);
    if (!said.empty())
        return fail(ConsoleSettingError::usage,
                    fmt::format("{} and {} exclude each other: take one", name, file_name));
    TRY(std::string line, first_line_of(file_name, path));
    ConsoleSettings scratch; // the rules are the option's
    if (auto fits = find_console_option(name)->set(scratch, line); !fits)
        return fail(ConsoleSettingError::usage,
                    fmt::format("{}={}: the first line {}", file_name, path, fits.error()));
    return line;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

} // namespace

std::span<const Option<ConsoleSettings>> console_options() {
    static const std::vector<Option<ConsoleSettings>> table = make_console_options();
    return table;
}

const Option<ConsoleSettings>* find_console_option(std::string_view name) {
    auto found = std::ranges::find(console_options(), name, &Option<ConsoleSettings>::name);
    return found == console_options().end() ? nullptr : &*found;
}

Outcome<void, ConsoleSettingError> set_console_option(ConsoleSettings& settings, std::string_view name,
                                                      std::string_view value) {
    const auto* option = find_console_option(name);
    auto        set = option->set(settings, value);
    if (set) return {};
    bool is_secret = option->type == OptionType::password;
    return fail(ConsoleSettingError::usage, is_secret ? fmt::format("{}: {}", name, set.error())
                                                      : fmt::format("{}={}: {}", name, value, set.error()));
}

Outcome<console::ConsoleOptions, ConsoleSettingError> console_options_of(const ConsoleSettings& settings) {
    console::ConsoleOptions options;
    TRY(options.secrets.password, secret_of("console.password", settings.password, settings.password_file));
    TRY(options.secrets.bearer_token,
        secret_of("console.bearer.token", settings.bearer_token, settings.bearer_token_file));
    options.host_names = settings.host_names;
    if (settings.is_read_only) options.access = console::ConsoleOptions::Access::read_only;
    return options;
}

std::optional<std::string> warning_of_exposure(const std::vector<io::Endpoint>& listeners,
                                               const console::ConsoleOptions&   options) {
    if (!options.secrets.password.empty() || !options.secrets.bearer_token.empty()) return std::nullopt;
    auto open = std::ranges::find_if(listeners, [](const auto& one) { return !is_loopback(one.host); });
    if (open == listeners.end()) return std::nullopt;
    bool is_read_only = options.access == console::ConsoleOptions::Access::read_only;
    return fmt::format(
        "the console on {} asks for no password: whoever reaches it may {}; give it one in a file",
        open->text(), is_read_only ? "read everything" : "do everything");
}

Properties properties_of_environment() {
    Properties result;
    for (char** entry = environ; *entry; ++entry) {
        std::string_view text = *entry;
        std::size_t      equals = text.find('=');
        if (equals != std::string_view::npos)
            result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return result;
}

} // namespace riacho::app
