#include "cli/messages/message_text.hpp"

#include "browse/time_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace riacho::cli {
namespace {

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }
bool     is_control(unsigned code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }
bool     begins_character(char c) { return (byte_of(c) & 0xC0) != 0x80; }

void append_escape(std::string& out, unsigned code) {
    switch (code) {
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    }
}

/// UTF-8 without C0 and C1: those of C1 are two bytes, the first of which is C2.
void append_printable(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); i++) {
        unsigned code = byte_of(text[i]);
        bool     is_c1 = code == 0xC2 && i + 1 < text.size() && is_control(byte_of(text[i + 1]));
        if (is_c1)
            append_escape(out, byte_of(text[++i]));
        else if (code < 0x80 && is_control(code))
            append_escape(out, code);
        else
            out += text[i];
    }
}

void append_part(std::string& out, const browse::Payload& payload) {
    if (payload.format == browse::PayloadFormat::null)
        out += "(null)";
    else
        append_printable(out, payload.text);
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

} // namespace

void append_text_line(std::string& out, const browse::Message& message) {
    fmt::format_to(std::back_inserter(out), "{}:{}\t", static_cast<std::int32_t>(message.partition),
                   message.offset.value);
    out += message.timestamp.ms >= 0 ? browse::time_text(message.timestamp) : "-";
    out += '\t';
    append_part(out, message.key);
    out += '\t';
    append_part(out, message.value);
    std::string_view between = "\t";
    for (const browse::MessageHeader& header : message.headers) {
        out += between;
        append_printable(out, header.name);
        out += '=';
        append_part(out, header.value);
        between = ", ";
    }
    out += '\n';
}

std::string text_of_problem(std::string_view search, const browse::Problem& problem) {
    std::size_t before = characters(search.substr(0, problem.at));
    std::size_t under =
        std::max<std::size_t>(1, characters(search.substr(problem.at).substr(0, problem.length)));
    std::string shown;
    append_printable(shown, search);
    std::string text = fmt::format("{} (at character {})", problem.message, before + 1);
    // an escape is longer than what it stands for, so the mark would be somewhere else
    if (shown.size() == search.size())
        text += fmt::format("\n  {}\n  {}{}", shown, std::string(before, ' '), std::string(under, '^'));
    if (!problem.hint.empty()) text += "\n  " + problem.hint;
    return text;
}

} // namespace riacho::cli
