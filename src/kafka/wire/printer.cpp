#include "kafka/wire/printer.hpp"

#include <cctype>
#include <fmt/format.h>
#include <iterator>

namespace riacho::kafka {

namespace {

void append_base64(std::string& out, ByteView bytes, std::string_view digits) {
    std::size_t i = 0;
    auto        group = [&](std::size_t size) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < size ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k <= size; ++k) out += digits[bits >> (18 - 6 * k) & 63];
    };
    for (; i + 3 <= bytes.size(); i += 3) group(3);
    if (i < bytes.size()) group(bytes.size() - i);
}

constexpr std::string_view standard_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

/// The protocol's own spelling of a field: `topic_id` is `topicId`.
void Printer::key(std::string_view name) {
    separate();
    out_ += '"';
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '_' && i + 1 < name.size())
            out_ += static_cast<char>(std::toupper(static_cast<unsigned char>(name[++i])));
        else
            out_ += name[i];
    }
    out_ += "\":";
}

void Printer::print(const std::string& text) {
    out_ += '"';
    for (char c : text) {
        switch (c) {
        case '"':
            out_ += "\\\"";
            break;
        case '\\':
            out_ += "\\\\";
            break;
        case '\b':
            out_ += "\\b";
            break;
        case '\f':
            out_ += "\\f";
            break;
        case '\n':
            out_ += "\\n";
            break;
        case '\r':
            out_ += "\\r";
            break;
        case '\t':
            out_ += "\\t";
            break;
        default:
            if (auto code = static_cast<unsigned char>(c); code < 0x20)
                fmt::format_to(std::back_inserter(out_), "\\u{:04X}", code);
            else
                out_ += c;
        }
    }
    out_ += '"';
}

void Printer::print(const Bytes& bytes) {
    out_ += '"';
    append_base64(out_, bytes.view(), standard_digits);
    out_.append((3 - bytes.size() % 3) % 3, '=');
    out_ += '"';
}

void Printer::print(const Uuid& id) {
    out_ += '"';
    append_base64(out_, id.bytes, url_digits);
    out_ += '"';
}

void Printer::print(double value) { fmt::format_to(std::back_inserter(out_), "{}", value); }

void Printer::number(std::int64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }

} // namespace riacho::kafka
