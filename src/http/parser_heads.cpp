#include "http/parser.hpp"
#include "http/syntax.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::http {
namespace {

Outcome<Version, ParseError> version_of(std::string_view text) {
    if (text == "HTTP/1.1") return Version::http_1_1;
    if (text == "HTTP/1.0") return Version::http_1_0;
    bool is_one = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
                  is_digit(text[7]);
    if (is_one) return fail(ParseError::bad_version, fmt::format("{} is not served", text));
    return fail(ParseError::bad_start_line, "a start line without a version");
}

bool keeps_alive(const Fields& fields, Version version) {
    if (fields.lists("Connection", "close")) return false;
    return version == Version::http_1_1 || fields.lists("Connection", "keep-alive");
}

} // namespace

Outcome<void, ParseError> RequestParser::read_start_line(std::string_view line) {
    head_ = {};
    std::size_t first = line.find(' ');
    std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return fail(ParseError::bad_start_line, "a request line has three parts");
    TRY(head_.version, version_of(line.substr(last + 1)));
    std::string_view method = line.substr(0, first);
    if (!is_token(method)) return fail(ParseError::bad_start_line, "a method is a word");
    auto read = read_target(line.substr(first + 1, last - first - 1));
    if (!read) return read;
    auto known = method_of(method);
    if (!known) return fail(ParseError::unknown_method, fmt::format("the method {} is not served", method));
    head_.method = *known;
    if (head_.target == "*" && head_.method != Method::options)
        return fail(ParseError::bad_start_line, "only OPTIONS asks the whole server");
    return {};
}

/// In origin form, in asterisk form, or in absolute form, as through a proxy.
Outcome<void, ParseError> RequestParser::read_target(std::string_view target) {
    if (target.empty() || !std::ranges::all_of(target, is_target_char))
        return fail(ParseError::bad_start_line, "a target is visible ASCII");
    if (target.starts_with('/') || target == "*") {
        head_.target = target;
        return {};
    }
    std::size_t      scheme = target.find("://");
    std::string_view known = target.substr(0, std::min(scheme, target.size()));
    if (!equals_ignoring_case(known, "http") && !equals_ignoring_case(known, "https"))
        return fail(ParseError::bad_start_line, "a target begins with a slash");
    std::string_view rest = target.substr(scheme + 3);
    std::size_t      path = std::min(rest.find_first_of("/?"), rest.size());
    head_.authority = rest.substr(0, path);
    head_.target = rest.substr(path);
    if (!head_.target.starts_with('/')) head_.target.insert(0, "/");
    if (head_.authority.empty() || !std::ranges::all_of(head_.authority, is_authority_char))
        return fail(ParseError::bad_host, "a target without a host");
    return {};
}

Outcome<void, ParseError> RequestParser::read_host() {
    std::size_t hosts = head_.fields.count("Host");
    if (hosts > 1 || (hosts == 0 && head_.version == Version::http_1_1))
        return fail(ParseError::bad_host, "a request says one host");
    if (hosts == 0) return {};
    const std::string& host = *head_.fields.find("Host");
    if (!std::ranges::all_of(host, is_authority_char))
        return fail(ParseError::bad_host, "a host with other characters than a host has");
    if (head_.authority.empty()) head_.authority = host;
    return {};
}

Outcome<Parser::Framing, ParseError> RequestParser::finish_head(Fields fields) {
    head_.fields = std::move(fields);
    if (auto read = read_host(); !read) return std::unexpected(read.error());
    TRY(Framing framing, said_framing(head_.fields, head_.version));
    if (framing.kind == Framing::Kind::length) head_.content_length = framing.length;
    head_.has_body = framing.kind == Framing::Kind::chunked || framing.length > 0;
    head_.keeps_alive = keeps_alive(head_.fields, head_.version);
    if (const std::string* expected = head_.fields.find("Expect")) {
        if (!equals_ignoring_case(*expected, "100-continue"))
            return fail(ParseError::unknown_expectation, fmt::format("nobody fulfils: {}", *expected));
        head_.expects_continue = head_.has_body && head_.version == Version::http_1_1;
    }
    return framing;
}

Outcome<void, ParseError> ResponseParser::read_start_line(std::string_view line) {
    head_ = {};
    std::size_t first = std::min(line.find(' '), line.size());
    TRY(head_.version, version_of(line.substr(0, first)));
    std::string_view rest = line.substr(std::min(first + 1, line.size()));
    std::string_view digits = rest.substr(0, 3);
    auto             number = whole_number(digits);
    bool             is_alone = rest.size() == 3 || (rest.size() > 3 && rest[3] == ' ');
    if (digits.size() != 3 || !number || *number < 100 || !is_alone ||
        !std::ranges::all_of(rest, is_value_char))
        return fail(ParseError::bad_start_line, "a status line has a number of three digits");
    head_.status = static_cast<Status>(*number);
    if (*number == 101) return fail(ParseError::bad_start_line, "nobody asked for another protocol");
    return {};
}

Outcome<Parser::Framing, ParseError> ResponseParser::finish_head(Fields fields) {
    head_.fields = std::move(fields);
    TRY(Framing framing, said_framing(head_.fields, head_.version));
    head_.keeps_alive = keeps_alive(head_.fields, head_.version);
    if (framing.kind == Framing::Kind::length) head_.content_length = framing.length;
    if (!may_have_body(head_.status) || method_ == Method::head) return Framing{};
    if (framing.kind == Framing::Kind::none) {
        framing.kind = Framing::Kind::until_end;
        head_.keeps_alive = false;
    }
    head_.has_body = framing.kind != Framing::Kind::length || framing.length > 0;
    return framing;
}

Outcome<void, ParseError> ResponseParser::finish() {
    if (state() == State::until_end || state() == State::end || is_between_messages()) return {};
    return fail(ParseError::cut_off, "the response ends in the middle");
}

} // namespace riacho::http
