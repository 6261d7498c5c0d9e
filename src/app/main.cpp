#include "app/console_command.hpp"
#include "app/token_issuer.hpp"
#include "app/up_command.hpp"
#include "base/log.hpp"
#include "base/planted.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/groups_command.hpp"
#include "cli/messages/messages_command.hpp"
#include "cli/ready_command.hpp"
#include "cli/run/run_command.hpp"

#include <cstdlib>
#include <fmt/core.h>
#include <string_view>

namespace {

/// RIACHO_LOG=debug and the like; info if it says nothing known.
void set_log_level() {
    const char*      value = std::getenv("RIACHO_LOG");
    std::string_view name = value ? value : "";
    using riacho::log::Level;
    if (name == "debug") riacho::log::set_level(Level::debug);
    if (name == "warn") riacho::log::set_level(Level::warn);
    if (name == "error") riacho::log::set_level(Level::error);
}

/// RIACHO_PLANT chooses a bug in builds that have them. False where there is none of that name.
bool plant_bug() {
    if constexpr (riacho::can_plant) {
        const char* name = std::getenv("RIACHO_PLANT");
        if (!name) return true;
        auto bug = riacho::find_planted(name);
        if (!bug) fmt::print(stderr, "RIACHO_PLANT={}: there is {}\n", name, riacho::planted_names());
        riacho::plant(bug);
        return bug.has_value();
    }
    return true;
}

} // namespace

int main(int count, char** words) {
    using namespace riacho;
    set_log_level();
    if (!plant_bug()) return cli::exit_usage;
    cli::Output          output;
    app::HttpTokenIssuer issuer;
    return cli::run_command_line({app::up_command(), app::broker_command(), app::console_command(),
                                  cli::run_command(), cli::messages_command(&issuer),
                                  cli::groups_command(&issuer), cli::ready_command(),
                                  app::api_versions_command(), app::options_command()},
                                 {words + 1, words + count}, output);
}
