#include "console/api.hpp"
#include "console/console.hpp"

#include <utility>

namespace riacho::console {
namespace {

enum class SignedIn { no, yes };

data::Json session_json(const Console& console, SignedIn signed_in) {
    constexpr std::string_view asks[] = {"none", "password", "token"};
    bool                       is_read_only = console.options().access == ConsoleOptions::Access::read_only;
    return data::Json::Object{{"version", console.options().version},
                              {"auth", asks[static_cast<std::size_t>(console.sign_ins().asks())]},
                              {"signed_in", signed_in == SignedIn::yes},
                              {"read_only", is_read_only}};
}

} // namespace

Task<OrProblem<Answer>> get_session(Asked asked) {
    bool is_in = asked.console.sign_ins().is_signed_in(asked.exchange.head());
    co_return Answer{session_json(asked.console, is_in ? SignedIn::yes : SignedIn::no)};
}

Task<OrProblem<Answer>> sign_in(Asked asked) {
    CO_TRY(Body body, co_await Body::of(asked.exchange));
    CO_TRY(std::string password, body.text("password", {1, 1024}));
    if (auto end = body.end(); !end) co_return std::unexpected(end.error());
    Answer   answer{session_json(asked.console, SignedIn::yes)};
    SignIns& sign_ins = asked.console.sign_ins();
    if (sign_ins.asks() == SignIns::Asks::nothing) co_return answer; // everybody is in
    CO_TRY(std::string cookie, co_await sign_ins.sign_in(asked.exchange, std::move(password)));
    answer.fields.add("Set-Cookie", std::move(cookie));
    co_return answer;
}

Task<OrProblem<Answer>> sign_out(Asked asked) {
    Answer answer{.status = http::Status::no_content};
    answer.fields.add("Set-Cookie", asked.console.sign_ins().sign_out(asked.exchange.head()));
    co_return answer;
}

} // namespace riacho::console
