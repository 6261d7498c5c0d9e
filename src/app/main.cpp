#include "cli/command.hpp"
#include "cli/ready_command.hpp"
#include "cli/run/run_command.hpp"

int main(int argc, char** argv) {
    riacho::cli::Output                     output;
    const std::vector<riacho::cli::Command> commands{riacho::cli::run_command(),
                                                     riacho::cli::ready_command()};
    return riacho::cli::run_command_line(commands, {argv + 1, argv + argc}, output);
}
