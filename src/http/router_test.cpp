#include "http/server_testing.hpp"

namespace riacho::http {
namespace {

class RouterTest : public ServerTest {
protected:
    /// A route that answers with its name and its parameters.
    void route(Method method, std::string_view pattern, std::vector<std::string> names = {}) {
        std::string name(pattern);
        router_.add(method, pattern, [=](Exchange& exchange) { return tell(exchange, name, names); });
    }
    static Task<Outcome<void, Status>> tell(Exchange& exchange, std::string name,
                                            std::vector<std::string> parameters) {
        for (const std::string& parameter : parameters)
            name += fmt::format(" {}={}", parameter, exchange.parameter(parameter));
        co_await exchange.respond(response("text/plain", name));
        co_return Outcome<void, Status>{};
    }
    /// The status, or the body of a 200.
    std::string asked(std::string_view method, std::string_view target) {
        std::string answer =
            ask(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method, target));
        std::size_t body = answer.find("\r\n\r\n") + 4;
        if (answer.starts_with("HTTP/1.1 200")) return answer.substr(body, answer.size() - body - 5);
        std::size_t allow = answer.find("Allow: ");
        if (allow == std::string::npos) return answer.substr(9, 3);
        return answer.substr(9, 3) + " " + answer.substr(allow, answer.find("\r\n", allow) - allow);
    }
};

TEST_F(RouterTest, finds_the_handler_of_a_method_and_a_path) {
    route(Method::get, "/{rest...}", {"rest"});
    route(Method::get, "/topics/{topic}", {"topic"});
    route(Method::get, "/topics/all");
    route(Method::put, "/topics/{topic}", {"topic"});
    route(Method::remove, "/topics/{topic}/groups/{group}", {"topic", "group"});
    route(Method::get, "/");
    start();
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"GET /", "/"},
        {"GET /topics/all", "/topics/all"},
        {"GET /topics/a%2Fb", "/topics/{topic} topic=a/b"},
        {"GET /topics/", "/{rest...} rest=topics/"},
        {"GET /a/b?c=d", "/{rest...} rest=a/b"},
        {"PUT /topics/a", "/topics/{topic} topic=a"},
        {"PUT /a", "405 Allow: GET, HEAD, OPTIONS"},
        {"POST /topics/a", "405 Allow: GET, HEAD, PUT, OPTIONS"},
        {"OPTIONS /topics/a", "204 Allow: GET, HEAD, PUT, OPTIONS"},
        {"TRACE /topics/a", "405 Allow: GET, HEAD, PUT, OPTIONS"},
        {"GET /topics/a/groups/b", "405 Allow: DELETE, OPTIONS"},
        {"DELETE /topics/a/groups/b", "/topics/{topic}/groups/{group} topic=a group=b"},
        {"GET /%zz", "400"},
    };
    for (const auto& [line, expected] : cases) {
        std::size_t space = line.find(' ');
        EXPECT_EQ(asked(line.substr(0, space), line.substr(space + 1)), expected) << line;
    }
}

TEST_F(RouterTest, says_404_where_no_route_fits) {
    route(Method::get, "/a/{b}");
    start();
    for (std::string_view target : {"/", "/a", "/a/", "/a/b/", "/b/a"})
        EXPECT_EQ(asked("GET", target), "404");
}

TEST_F(RouterTest, asks_its_guard_first_and_words_errors_as_it_is_told) {
    route(Method::get, "/a");
    router_.set_guard([](const Exchange& exchange) -> Outcome<void, Status> {
        if (exchange.head().authority != "x") return fail(Status::misdirected_request, "who is that");
        return {};
    });
    router_.set_error_text([](const Exchange&, const Failure<Status>& failure) {
        return response("application/json", fmt::format("[\"{}\"]", failure.detail), failure.code);
    });
    router_.set_common_fields({{"X-Frame-Options", "DENY"}});
    start();
    EXPECT_EQ(
        ask("GET /a HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n"),
        "HTTP/1.1 421 Misdirected Request\r\nContent-Type: application/json\r\nX-Frame-Options: DENY\r\n"
        "Content-Length: 15\r\nConnection: close\r\n\r\n[\"who is that\"]<end>");
    EXPECT_EQ(asked("GET", "/a"), "/a");
}

} // namespace
} // namespace riacho::http
