#pragma once

#include "http/parser.hpp"

#include <fmt/core.h>
#include <string>
#include <string_view>

namespace riacho::http {

/// For tests: what a parser says of a text that comes in one piece or in many, as lines that can be compared.
/// The bodies are joined, so that the pieces make no difference.
class Transcript {
public:
    /// `piece_of(left)` is the size of the next piece.
    template <class P, class PieceOf>
    static std::string of(P& parser, std::string_view text, PieceOf piece_of) {
        Transcript transcript;
        ByteView   left = as_bytes(text);
        ByteView   given = left.first(0);
        for (;;) {
            auto step = parser.next(given);
            if (!step) {
                transcript.end_body();
                return transcript.text_ + fmt::format("refused {}\n", static_cast<int>(step.error().code));
            }
            given = given.subspan(step->consumed);
            transcript.add(parser, *step);
            if (step->found != Parser::Found::more) continue;
            if (left.empty()) break;
            std::size_t size = std::min(std::max<std::size_t>(piece_of(left.size()), 1), left.size());
            given = left.first(size);
            left = left.subspan(size);
        }
        transcript.end_body();
        return transcript.text_ + (parser.is_between_messages() ? "" : "unfinished\n");
    }
    template <class P> static std::string of(P& parser, std::string_view text) {
        return of(parser, text, [](std::size_t left) { return left; });
    }

private:
    template <class P> void add(P& parser, const Parser::Step& step) {
        if (step.found == Parser::Found::body) body_ += as_text(step.body);
        if (step.found == Parser::Found::head) text_ += line_of(parser.take_head());
        if (step.found == Parser::Found::end) {
            end_body();
            text_ += "end\n";
        }
    }
    void end_body() {
        if (!body_.empty()) text_ += fmt::format("body {}\n", std::exchange(body_, {}));
    }
    static std::string fields_of(const Fields& fields) {
        std::string text;
        for (const Field& field : fields) text += fmt::format(" [{}={}]", field.name, field.value);
        return text;
    }
    static std::string line_of(const RequestHead& head) {
        return fmt::format("{} {} of {}{}{}{}\n", name_of(head.method), head.target, head.authority,
                           fields_of(head.fields), head.keeps_alive ? "" : " last",
                           head.expects_continue ? " waits" : "");
    }
    static std::string line_of(const ResponseHead& head) {
        return fmt::format("{}{}{}\n", number_of(head.status), fields_of(head.fields),
                           head.keeps_alive ? "" : " last");
    }

    std::string text_;
    std::string body_;
};

} // namespace riacho::http
