#pragma once

#include "cli/exit.hpp"
#include "cli/output.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::cli {

enum class Takes {
    nothing,
    text,   ///< given twice: the last one counts
    texts,  ///< may be given several times, and all count
    number, ///< a whole number from 0
};

/// One option of a command.
struct Flag {
    std::string              name; ///< "--topic", "-X", or several of them: "-b,--bootstrap-servers"
    std::string              about;
    Takes                    takes = Takes::text;
    std::string              value_name{}; ///< as the help calls what it takes: "TOPIC"
    std::string              fallback{};   ///< what it is when it is not given
    std::vector<std::string> allowed{};    ///< empty: anything
};

/// What was given to a command, by the last name of each of its flags.
class Arguments {
public:
    std::string              text(std::string_view flag) const;
    std::vector<std::string> texts(std::string_view flag) const;
    std::int64_t             number(std::string_view flag) const;
    bool                     has(std::string_view flag) const; ///< it was given, whatever it takes

    std::map<std::string, std::vector<std::string>, std::less<>> given{};
    std::map<std::string, Flag, std::less<>>                     flags{};
    std::vector<std::string>                                     words{}; ///< what is no flag, in order
};

/// A verb of the program, or a group of verbs.
struct Command {
    std::string                                   name;
    std::string                                   about;
    std::vector<Flag>                             flags{};
    std::function<int(const Arguments&, Output&)> run{};
    std::vector<Command>                          commands{};
    /// Of a group: the verbs that its `run` is for, when none of `commands` was named. Its flags are not
    /// read.
    bool takes_words = false;
    /// The one word that has to be given, as the help calls it: "TOPIC".
    std::string word{};
    std::string about_word{};
};

/// Reads `words` (without the program's name), runs the command that they name and gives the exit code.
/// Wrong use is one line on stderr and exit_usage.
int run_command_line(const std::vector<Command>& commands, std::vector<std::string> words, Output& output);

} // namespace riacho::cli
