#pragma once

#include "base/bytes.hpp"
#include "base/outcome.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace riacho::http {

/// Why bytes are no message that is served; `status_of` is what a server answers.
enum class ParseError {
    bad_start_line,      ///< no request line or status line
    bad_version,         ///< neither HTTP/1.0 nor HTTP/1.1
    unknown_method,      ///< one that is not served
    target_too_long,     ///< the request line is over its limit
    head_too_large,      ///< too many fields, or too long
    bad_field,           ///< a field, a line's end or a folded line as RFC 9112 forbids them
    bad_host,            ///< Host is missing, there twice, or none
    bad_framing,         ///< the message's length is said twice, contradicted or unreadable
    unknown_coding,      ///< a transfer coding other than chunked
    unknown_expectation, ///< other than 100-continue
    bad_chunk,           ///< a chunk's size or end
    cut_off,             ///< the peer's end in the middle of a message
};
Status status_of(ParseError error);

/// How much of a message's frame is read before it is refused.
struct ParserLimits {
    std::size_t start_line_bytes_max = 8 << 10;
    std::size_t fields_max = 100;            ///< and as many behind a chunked body
    std::size_t fields_bytes_max = 32 << 10; ///< theirs together
    std::size_t chunk_line_bytes_max = 256;  ///< a chunk's size and its extensions
};

/// HTTP/1.1 as it comes from a stream, without the stream: strict where RFC 9112 lets a recipient choose,
/// since what two programs read differently smuggles requests. The pieces in which the bytes come make no
/// difference. One message after the other, until the first error.
///
///     start line -> fields -> [length n | chunked | until the end] -> end -> start line ...
class Parser {
public:
    enum class Found {
        more, ///< nothing yet; all that was given is consumed
        head, ///< a head is complete: take it
        body, ///< the next bytes of the body, in `body`
        end,  ///< the message is complete
    };
    struct Step {
        Found       found;
        std::size_t consumed;  ///< of the input; the rest is given again
        ByteView    body = {}; ///< a part of the input
    };

    virtual ~Parser() = default;
    /// The next thing in `input`, which may be empty: a head without a body is followed by its end.
    Outcome<Step, ParseError> next(ByteView input);
    /// Nothing of a message has come yet.
    bool is_between_messages() const { return state_ == State::start_line && line_.empty(); }

protected:
    struct Framing {
        enum class Kind { none, length, chunked, until_end } kind = Kind::none;
        std::uint64_t length = 0;
    };
    enum class State {
        start_line,
        fields,
        body,
        chunk_size,
        chunk,
        chunk_end,
        trailers,
        until_end,
        end,
        failed
    };

    explicit Parser(ParserLimits limits) : limits_(limits) {}
    virtual Outcome<void, ParseError>    read_start_line(std::string_view line) = 0;
    virtual Outcome<Framing, ParseError> finish_head(Fields fields) = 0;
    /// What Transfer-Encoding and Content-Length say; none where they say nothing.
    static Outcome<Framing, ParseError> said_framing(const Fields& fields, Version version);
    State                               state() const { return state_; }

private:
    using Line = std::optional<std::string_view>;

    Outcome<Step, ParseError> step(ByteView input);
    Outcome<Line, ParseError> take_line(ByteView& input, std::size_t bytes_max, ParseError too_long);
    Outcome<Step, ParseError> start_line(ByteView input);
    Outcome<Step, ParseError> fields(ByteView input);
    Outcome<Step, ParseError> chunk_size(ByteView input);
    Outcome<Step, ParseError> chunk_end(ByteView input);
    Outcome<void, ParseError> add_field(std::string_view line);
    Step                      body(ByteView input, State behind);
    void                      begin_fields(State state);

    ParserLimits  limits_;
    State         state_ = State::start_line;
    std::string   line_; ///< the beginning of a line whose end has not come
    Fields        fields_;
    std::size_t   fields_bytes_ = 0;
    std::uint64_t left_ = 0; ///< of the body or the chunk
    bool          had_empty_line_ = false;
};

class RequestParser final : public Parser {
public:
    explicit RequestParser(ParserLimits limits = {}) : Parser(limits) {}
    /// After `Found::head`, once.
    RequestHead take_head() { return std::move(head_); }

private:
    Outcome<void, ParseError>    read_start_line(std::string_view line) override;
    Outcome<Framing, ParseError> finish_head(Fields fields) override;
    Outcome<void, ParseError>    read_target(std::string_view target);
    Outcome<void, ParseError>    read_host();

    RequestHead head_;
};

/// Informational responses are heads of their own, each with its end, before the one that counts.
class ResponseParser final : public Parser {
public:
    explicit ResponseParser(ParserLimits limits = {}) : Parser(limits) {}
    /// Before the response: an answer to HEAD has no body, whatever its fields say.
    void         set_method(Method method) { method_ = method; }
    ResponseHead take_head() { return std::move(head_); }
    /// The peer's end has come: the end of a body without a length, or an error.
    Outcome<void, ParseError> finish();

private:
    Outcome<void, ParseError>    read_start_line(std::string_view line) override;
    Outcome<Framing, ParseError> finish_head(Fields fields) override;

    Method       method_ = Method::get;
    ResponseHead head_;
};

} // namespace riacho::http
