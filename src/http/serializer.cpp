#include "http/serializer.hpp"

#include "http/syntax.hpp"

#include <fmt/core.h>

namespace riacho::http {
namespace {

void append_fields(std::string& text, const Fields& fields) {
    for (const Field& field : fields) {
        text.append(field.name).append(": ");
        for (char c : field.value) text.push_back(is_value_char(c) ? c : ' ');
        text.append("\r\n");
    }
    text.append("\r\n");
}

} // namespace

std::string text_of(const RequestHead& head) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", name_of(head.method), head.target);
    append_fields(text, head.fields);
    return text;
}

std::string text_of(const ResponseHead& head) {
    std::string text = fmt::format("HTTP/1.1 {} {}\r\n", number_of(head.status), reason_of(head.status));
    append_fields(text, head.fields);
    return text;
}

std::string chunk_head(std::size_t size) { return fmt::format("{:x}\r\n", size); }

} // namespace riacho::http
