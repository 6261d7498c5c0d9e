#include "http/parser.hpp"

#include "base/check.hpp"
#include "http/syntax.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::http {

Status status_of(ParseError error) {
    switch (error) {
    case ParseError::bad_version:
        return Status::version_not_supported;
    case ParseError::unknown_method:
    case ParseError::unknown_coding:
        return Status::not_implemented;
    case ParseError::target_too_long:
        return Status::uri_too_long;
    case ParseError::head_too_large:
        return Status::fields_too_large;
    case ParseError::unknown_expectation:
        return Status::expectation_failed;
    default:
        return Status::bad_request;
    }
}

Outcome<Parser::Step, ParseError> Parser::next(ByteView input) {
    check(state_ != State::failed, "nothing is parsed behind an error");
    auto found = step(input);
    if (!found) state_ = State::failed;
    return found;
}

Outcome<Parser::Step, ParseError> Parser::step(ByteView input) {
    switch (state_) {
    case State::start_line:
        return start_line(input);
    case State::fields:
    case State::trailers:
        return fields(input);
    case State::body:
        return body(input, State::end);
    case State::chunk_size:
        return chunk_size(input);
    case State::chunk:
        return body(input, State::chunk_end);
    case State::chunk_end:
        return chunk_end(input);
    case State::until_end:
        return Step{input.empty() ? Found::more : Found::body, input.size(), input};
    case State::end:
        state_ = State::start_line;
        had_empty_line_ = false;
        return Step{Found::end, 0};
    case State::failed:
        break;
    }
    return fail(ParseError::bad_start_line);
}

/// The next line without its end, or nothing yet. `input` loses what was taken. Up to `bytes_max` are kept,
/// wherever the pieces end; the line is there until the next call.
Outcome<Parser::Line, ParseError> Parser::take_line(ByteView& input, std::size_t bytes_max,
                                                    ParseError too_long) {
    std::string_view text = as_text(input);
    std::size_t      end = text.find('\n');
    std::size_t      size = line_.size() + std::min(end, text.size());
    if (size > bytes_max + 1) return fail(too_long); // the carriage return
    if (end == std::string_view::npos) {
        line_.append(text);
        input = {};
        return Line();
    }
    std::string_view line = text.substr(0, end);
    input = input.subspan(end + 1);
    if (!line_.empty()) line = line_.append(line);
    if (!line.ends_with('\r')) return fail(ParseError::bad_field, "a line ends with CR and LF");
    line.remove_suffix(1);
    if (line.contains('\r')) return fail(ParseError::bad_field, "a carriage return in a line");
    return Line(line);
}

Outcome<Parser::Step, ParseError> Parser::start_line(ByteView input) {
    std::size_t given = input.size();
    TRY(Line line, take_line(input, limits_.start_line_bytes_max, ParseError::target_too_long));
    if (!line) return Step{Found::more, given};
    if (line->empty() && !std::exchange(had_empty_line_, true)) {
        // Some old clients end a body with a line more than they said.
        line_.clear();
        TRY(Step after, start_line(input));
        after.consumed += given - input.size();
        return after;
    }
    if (auto read = read_start_line(*line); !read) return std::unexpected(read.error());
    line_.clear();
    begin_fields(State::fields);
    TRY(Step after, fields(input));
    after.consumed += given - input.size();
    return after;
}

void Parser::begin_fields(State state) {
    state_ = state;
    fields_ = {};
    fields_bytes_ = 0;
}

Outcome<Parser::Step, ParseError> Parser::fields(ByteView input) {
    std::size_t given = input.size();
    for (;;) {
        std::size_t left = limits_.fields_bytes_max - fields_bytes_;
        TRY(Line line, take_line(input, left, ParseError::head_too_large));
        if (!line) return Step{Found::more, given};
        if (line->empty()) break;
        if (auto added = add_field(*line); !added) return std::unexpected(added.error());
        fields_bytes_ += line->size();
        line_.clear();
    }
    line_.clear();
    std::size_t consumed = given - input.size();
    if (state_ == State::trailers) { // nothing here has a use for them
        state_ = State::start_line;
        had_empty_line_ = false;
        return Step{Found::end, consumed};
    }
    TRY(Framing framing, finish_head(std::exchange(fields_, {})));
    left_ = framing.length;
    switch (framing.kind) {
    case Framing::Kind::none:
        state_ = State::end;
        break;
    case Framing::Kind::length:
        state_ = left_ == 0 ? State::end : State::body;
        break;
    case Framing::Kind::chunked:
        state_ = State::chunk_size;
        break;
    case Framing::Kind::until_end:
        state_ = State::until_end;
    }
    return Step{Found::head, consumed};
}

Outcome<void, ParseError> Parser::add_field(std::string_view line) {
    if (fields_.size() == limits_.fields_max)
        return fail(ParseError::head_too_large, fmt::format("more than {} fields", limits_.fields_max));
    if (line.starts_with(' ') || line.starts_with('\t'))
        return fail(ParseError::bad_field, "a field that is folded over lines");
    std::size_t      colon = std::min(line.find(':'), line.size());
    std::string_view name = line.substr(0, colon);
    if (colon == line.size() || !is_token(name)) return fail(ParseError::bad_field, "a field without a name");
    std::string_view value = trimmed(line.substr(colon + 1));
    if (!std::ranges::all_of(value, is_value_char))
        return fail(ParseError::bad_field, fmt::format("a control character in the field {}", name));
    fields_.add(std::string(name), std::string(value));
    return {};
}

Parser::Step Parser::body(ByteView input, State behind) {
    if (input.empty()) return {Found::more, 0};
    auto size = static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), left_));
    left_ -= size;
    if (left_ == 0) state_ = behind;
    return {Found::body, size, input.first(size)};
}

Outcome<Parser::Step, ParseError> Parser::chunk_size(ByteView input) {
    std::size_t given = input.size();
    TRY(Line line, take_line(input, limits_.chunk_line_bytes_max, ParseError::bad_chunk));
    if (!line) return Step{Found::more, given};
    std::size_t digits = std::min(line->find(';'), line->size());
    auto        size = hex_number(line->substr(0, digits));
    if (!size || !std::ranges::all_of(*line, is_value_char))
        return fail(ParseError::bad_chunk, "a chunk without a size");
    line_.clear();
    left_ = *size;
    if (left_ == 0) begin_fields(State::trailers);
    if (left_ != 0) state_ = State::chunk;
    TRY(Step after, step(input));
    after.consumed += given - input.size();
    return after;
}

Outcome<Parser::Step, ParseError> Parser::chunk_end(ByteView input) {
    std::size_t given = input.size();
    TRY(Line line, take_line(input, 0, ParseError::bad_chunk));
    if (!line) return Step{Found::more, given};
    line_.clear();
    state_ = State::chunk_size;
    TRY(Step after, chunk_size(input));
    after.consumed += given - input.size();
    return after;
}

Outcome<Parser::Framing, ParseError> Parser::said_framing(const Fields& fields, Version version) {
    const std::string* coding = fields.find("Transfer-Encoding");
    const std::string* length = fields.find("Content-Length");
    if (coding && (length || version == Version::http_1_0 || fields.count("Transfer-Encoding") > 1))
        return fail(ParseError::bad_framing, "the length of the body is said twice");
    if (coding) {
        auto codings = list_items(*coding);
        if (codings.empty() || !equals_ignoring_case(codings.back(), "chunked"))
            return fail(ParseError::bad_framing, "a transfer coding that does not end");
        if (codings.size() > 1)
            return fail(ParseError::unknown_coding, fmt::format("the transfer coding {}", *coding));
        return Framing{Framing::Kind::chunked};
    }
    if (!length) return Framing{};
    auto bytes = whole_number(*length);
    if (!bytes || fields.count("Content-Length") > 1)
        return fail(ParseError::bad_framing, "a Content-Length that is no number");
    return Framing{Framing::Kind::length, *bytes};
}

} // namespace riacho::http
