#pragma once

#include <cstdio>
#include <string_view>

namespace riacho::cli {

/// Where a command prints. Every call is visible at once, also in a pipe.
class Output {
public:
    Output() : Output(stdout, stderr) {}
    Output(std::FILE* out, std::FILE* err) : out_(out), err_(err) {}

    /// A line of the command's result.
    void line(std::string_view text) { write(out_, text, "\n"); }
    /// The same without an end of line.
    void text(std::string_view text) { write(out_, text, ""); }
    /// A line about what went wrong, and what to do.
    void problem(std::string_view text) { write(err_, text, "\n"); }

    /// For StreamedOutput.
    std::FILE* out() const { return out_; }

private:
    static void write(std::FILE* file, std::string_view text, std::string_view end) {
        std::fwrite(text.data(), 1, text.size(), file);
        std::fwrite(end.data(), 1, end.size(), file);
        std::fflush(file);
    }

    std::FILE* out_;
    std::FILE* err_;
};

} // namespace riacho::cli
