#pragma once

#include "cli/command.hpp"

#include <memory>
#include <string>
#include <vector>

namespace riacho::cli {

/// For tests: what a command line printed.
struct Printed {
    int         code = -1;
    std::string out;
    std::string err;
};

inline std::string read_back(std::FILE* file) {
    std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

inline Printed print_of(const std::vector<Command>& commands, std::vector<std::string> words) {
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    File    out(std::tmpfile(), &std::fclose);
    File    err(std::tmpfile(), &std::fclose);
    Output  output(out.get(), err.get());
    Printed printed;
    printed.code = run_command_line(commands, std::move(words), output);
    printed.out = read_back(out.get());
    printed.err = read_back(err.get());
    return printed;
}

} // namespace riacho::cli
