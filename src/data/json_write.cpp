#include "data/json.hpp"
#include "data/utf8.hpp"

#include <fmt/format.h>
#include <iterator>

namespace riacho::data {
namespace {

constexpr std::size_t indent_width = 2;

void append_escaped(std::string& out, char c) {
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
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
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    }
}

bool is_escaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

class JsonWriter {
public:
    JsonWriter(std::string& out, JsonLayout layout) : out_(out), layout_(layout) {}

    void write(const Json& value) {
        switch (value.kind()) {
        case Json::Kind::null:
            out_ += "null";
            break;
        case Json::Kind::boolean:
            out_ += *value.boolean() ? "true" : "false";
            break;
        case Json::Kind::number:
            out_ += value.number()->text();
            break;
        case Json::Kind::string:
            append_json_string(out_, *value.string());
            break;
        case Json::Kind::array:
            list('[', *value.array(), ']', [&](const Json& element) { write(element); });
            break;
        case Json::Kind::object:
            list('{', *value.object(), '}', [&](const JsonMember& member) {
                append_json_string(out_, member.name);
                out_ += layout_ == JsonLayout::indented ? ": " : ":";
                write(member.value);
            });
            break;
        }
    }

private:
    template <class List, class Each> void list(char open, const List& values, char close, Each each) {
        out_ += open;
        ++depth_;
        for (bool is_first = true; const auto& value : values) {
            if (!is_first) out_ += ',';
            is_first = false;
            new_line();
            each(value);
        }
        --depth_;
        if (!values.empty()) new_line();
        out_ += close;
    }
    void new_line() {
        if (layout_ != JsonLayout::indented) return;
        out_ += '\n';
        out_.append(depth_ * indent_width, ' ');
    }

    std::string& out_;
    JsonLayout   layout_;
    std::size_t  depth_ = 0;
};

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    if (!is_utf8(text)) return append_json_string(out, repaired_utf8(text));
    out += '"';
    std::size_t plain = 0; // where what is still to be copied begins
    for (std::size_t i = 0; i < text.size(); i++) {
        if (!is_escaped(text[i])) continue;
        out += text.substr(plain, i - plain);
        append_escaped(out, text[i]);
        plain = i + 1;
    }
    out += text.substr(plain);
    out += '"';
}

void append_json(std::string& out, const Json& value) { JsonWriter(out, JsonLayout::compact).write(value); }

std::string write_json(const Json& value, JsonLayout layout) {
    std::string out;
    JsonWriter(out, layout).write(value);
    return out;
}

} // namespace riacho::data
