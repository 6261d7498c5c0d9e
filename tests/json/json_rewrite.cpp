// Reads lines of documents in hexadecimal; for each writes a line: the document as we write it, in
// hexadecimal, or "-" and the reason where we refuse it. For json_beside_python.py.
#include "codec/base64.hpp"
#include "data/json_parse.hpp"

#include <cstdio>
#include <cstdlib>
#include <fmt/core.h>
#include <string>

int main() {
    char*       line = nullptr;
    std::size_t room = 0;
    for (ssize_t size; (size = getline(&line, &room, stdin)) > 0;) {
        std::string_view digits(line, static_cast<std::size_t>(size));
        if (digits.ends_with('\n')) digits.remove_suffix(1);
        auto bytes = riacho::parse_hex(digits);
        if (!bytes) return EXIT_FAILURE;
        auto json = riacho::data::parse_json(riacho::as_text(*bytes));
        if (json)
            fmt::print("{}\n", riacho::hex(riacho::as_bytes(riacho::data::write_json(*json))));
        else
            fmt::print("- {}\n", json.error().detail);
    }
    std::free(line);
}
