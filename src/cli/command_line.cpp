#include "base/check.hpp"
#include "cli/command.hpp"
#include "riacho/version.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <memory>

namespace riacho::cli {
namespace {

/// A command on its way through the parser; lives as long as the parser does.
struct Verb {
    const Command*                     command;
    CLI::App*                          app;
    Arguments                          arguments{};
    std::string                        word{};
    std::vector<std::unique_ptr<Verb>> verbs{};
};

std::string last_name(const Flag& flag) {
    auto comma = flag.name.rfind(',');
    return comma == std::string::npos ? flag.name : flag.name.substr(comma + 1);
}

void add_flag(CLI::App& app, const Flag& flag, Arguments& arguments) {
    std::string name = last_name(flag);
    arguments.flags[name] = flag;
    auto& values = arguments.given[name];
    if (flag.takes == Takes::nothing) {
        app.add_flag_callback(flag.name, [&values] { values.emplace_back(); }, flag.about);
        return;
    }
    CLI::Option* option = nullptr;
    if (flag.takes == Takes::texts) {
        option = app.add_option(flag.name, values, flag.about)->allow_extra_args(false);
    } else {
        auto keep = [&values](const std::string& value) { values = {value}; };
        option = app.add_option_function<std::string>(flag.name, keep, flag.about);
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    option->type_name(flag.value_name)->default_str(flag.fallback);
    if (!flag.allowed.empty()) option->check(CLI::IsMember(flag.allowed));
    if (flag.takes == Takes::number)
        option->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 53).description(""));
}

std::unique_ptr<Verb> add_verb(CLI::App& parent, const Command& command) {
    auto verb = std::make_unique<Verb>(&command, parent.add_subcommand(command.name, command.about));
    if (command.takes_words) verb->app->allow_extras();
    if (!command.word.empty())
        verb->app->add_option(command.word, verb->word, command.about_word)->required()->type_name("");
    for (const Flag& flag : command.flags) add_flag(*verb->app, flag, verb->arguments);
    for (const Command& inner : command.commands) verb->verbs.push_back(add_verb(*verb->app, inner));
    return verb;
}

/// The deepest command that was named, or null.
Verb* named(const std::vector<std::unique_ptr<Verb>>& verbs) {
    for (const auto& verb : verbs) {
        if (!verb->app->parsed()) continue;
        Verb* deeper = named(verb->verbs);
        return deeper ? deeper : verb.get();
    }
    return nullptr;
}

/// "riacho run consumer".
std::string path_of(const CLI::App* app) {
    if (!app->get_parent()) return app->get_name();
    return path_of(app->get_parent()) + " " + app->get_name();
}

int misused(const CLI::App& app, const std::string& why, Output& output) {
    std::string line = fmt::format("{}: {} (\"{} --help\" says more)", path_of(&app), why, path_of(&app));
    std::ranges::replace(line, '\n', ' ');
    output.problem(line);
    return exit_usage;
}

int misused(const CLI::App& app, const CLI::ParseError& error, Output& output) {
    auto unread = app.remaining(true);
    if (dynamic_cast<const CLI::ExtrasError*>(&error) && !unread.empty()) {
        std::string_view what = unread.front().starts_with('-')   ? "unknown option"
                                : app.get_subcommands({}).empty() ? "unexpected argument"
                                                                  : "unknown command";
        return misused(app, fmt::format("{} \"{}\"", what, unread.front()), output);
    }
    return misused(app, error.what(), output);
}

} // namespace

std::vector<std::string> Arguments::texts(std::string_view flag) const {
    auto known = flags.find(flag);
    check(known != flags.end(), "a command asks for flags that it declares");
    const auto& values = given.find(flag)->second;
    if (values.empty() && !known->second.fallback.empty()) return {known->second.fallback};
    return values;
}

std::string Arguments::text(std::string_view flag) const {
    auto all = texts(flag);
    return all.empty() ? std::string() : all.back();
}

std::int64_t Arguments::number(std::string_view flag) const {
    std::string  digits = text(flag);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

bool Arguments::has(std::string_view flag) const {
    check(flags.contains(flag), "a command asks for flags that it declares");
    return !given.find(flag)->second.empty();
}

int run_command_line(const std::vector<Command>& commands, std::vector<std::string> words, Output& output) {
    CLI::App root("The whole Kafka stack in one program.", "riacho");
    root.set_version_flag("--version", fmt::format("riacho {}", version), "Print the version and exit");
    std::vector<std::unique_ptr<Verb>> verbs;
    for (const Command& command : commands) verbs.push_back(add_verb(root, command));
    std::ranges::reverse(words); // as CLI11 takes them
    try {
        root.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        const Verb* verb = named(verbs);
        output.text(verb ? verb->app->help(path_of(verb->app->get_parent())) : root.help());
        return exit_ok;
    } catch (const CLI::CallForVersion& error) {
        output.line(error.what());
        return exit_ok;
    } catch (const CLI::ParseError& error) {
        const Verb* verb = named(verbs);
        return misused(verb ? *verb->app : root, error, output);
    }
    Verb* verb = named(verbs);
    if (!verb || !verb->command->run)
        return misused(verb ? *verb->app : root, "a command is missing", output);
    verb->arguments.words = verb->app->remaining();
    if (!verb->command->word.empty()) verb->arguments.words = {verb->word};
    return verb->command->run(verb->arguments, output);
}

} // namespace riacho::cli
