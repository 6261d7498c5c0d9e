#include "console/console.hpp"
#include "http/server_testing.hpp"

#include <string>

namespace riacho::console {
namespace {

using namespace std::chrono_literals;

using Connecting = Task<std::unique_ptr<io::Stream>>;

Task<> ask_to_the_end(io::Shard& shard, Connecting connecting, std::string request, std::string& answer) {
    auto stream = co_await std::move(connecting);
    co_await stream->write({as_bytes(request)}, Time::max());
    answer = co_await http::ServerTest::receive(shard, *stream, 1min);
}

Task<> ask_at_once(io::Shard& shard, std::vector<Connecting> connecting, std::string request,
                   std::vector<std::string>& answers) {
    io::Group group(shard);
    for (std::size_t i = 0; i < connecting.size(); ++i)
        group.spawn(ask_to_the_end(shard, std::move(connecting[i]), request, answers[i]));
    co_await group.join();
}

Task<> pass(io::Shard& shard, Time span) { co_await shard.sleep_for(span); }

/// A console over no clusters, and what it answers.
class SignInTest : public http::ServerTest {
protected:
    void open(ConsoleOptions options) {
        options.host_names = {"x"};
        console_ = std::make_unique<Console>(world_.world(), shard(), std::move(options));
        router_ = console_->make_router();
        start();
    }
    void open(Secrets secrets) { open(ConsoleOptions{.secrets = std::move(secrets)}); }

    static std::string request(std::string_view method, std::string_view path, std::string fields = "",
                               std::string_view body = "") {
        if (!body.empty())
            fields += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
        return fmt::format("{} /api/v1{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}\r\n{}", method, path,
                           fields, body);
    }
    std::string send(std::string_view method, std::string_view path, std::string fields = "",
                     std::string_view body = "") {
        std::string answer;
        world_.run(
            ask_to_the_end(shard(), connect(), request(method, path, std::move(fields), body), answer));
        return answer;
    }
    std::string sign_in(std::string_view password, std::string fields = "") {
        return send("POST", "/session", std::move(fields), with_password(password));
    }
    static std::string with_password(std::string_view password) {
        return fmt::format(R"({{"password":"{}"}})", password);
    }
    /// What a browser sends back.
    static std::string cookie_in(const std::string& answer) {
        std::size_t at = answer.find("Set-Cookie: ");
        if (at == std::string::npos) return "";
        return "Cookie: " + answer.substr(at + 12, answer.find(';', at) - at - 12) + "\r\n";
    }
    static std::string status_of(const std::string& answer) { return answer.substr(9, 3); }

    std::unique_ptr<Console> console_;
};

TEST_F(SignInTest, a_console_without_a_password_asks_for_nothing) {
    open(Secrets{});
    EXPECT_EQ(status_of(send("GET", "/clusters")), "200");
    EXPECT_TRUE(send("GET", "/session").contains(R"("auth":"none","signed_in":true)"));
    std::string answer = sign_in("anything");
    EXPECT_EQ(status_of(answer), "200");
    EXPECT_EQ(cookie_in(answer), "");
}

TEST_F(SignInTest, without_a_session_only_the_session_and_the_page_are_there) {
    open(Secrets{"open sesame", {}});
    for (auto* path : {"/clusters", "/openapi.json", "/no/such/path", "/%63lusters"}) {
        std::string answer = send("GET", path);
        EXPECT_EQ(status_of(answer), "401") << path;
        EXPECT_TRUE(answer.contains(R"("code":"NOT_SIGNED_IN")")) << answer;
        EXPECT_TRUE(answer.contains("WWW-Authenticate: Bearer\r\n")) << answer;
    }
    EXPECT_EQ(status_of(send("PUT", "/clusters")), "401");
    EXPECT_TRUE(send("GET", "/session").contains(R"("auth":"password","signed_in":false)"));
    EXPECT_TRUE(ask(http::get("/clusters/riacho/topics")).starts_with("HTTP/1.1 200 "));
}

TEST_F(SignInTest, the_password_gives_a_cookie_that_no_script_and_no_other_site_can_use) {
    open(Secrets{"open sesame", {}});
    std::string answer = sign_in("open sesame");
    EXPECT_EQ(status_of(answer), "200");
    EXPECT_TRUE(answer.contains("; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400\r\n")) << answer;
    EXPECT_TRUE(answer.contains(R"("signed_in":true)"));
    std::string cookie = cookie_in(answer);
    EXPECT_EQ(cookie.size(), std::string("Cookie: riacho_session=\r\n").size() + 43) << "256 bits";
    EXPECT_EQ(status_of(send("GET", "/clusters", cookie)), "200");
    EXPECT_EQ(status_of(send("GET", "/clusters", "Cookie: a=b; " + cookie.substr(8))), "200");
    cookie[30] = cookie[30] == 'a' ? 'b' : 'a';
    EXPECT_EQ(status_of(send("GET", "/clusters", cookie)), "401");
    EXPECT_NE(cookie_in(sign_in("open sesame")), cookie_in(answer));
}

TEST_F(SignInTest, a_page_that_came_over_tls_gets_a_cookie_for_tls_alone) {
    open(Secrets{"open sesame", {}});
    EXPECT_TRUE(sign_in("open sesame", "Origin: https://x\r\n").contains("; Secure\r\n"));
    EXPECT_FALSE(sign_in("open sesame", "Origin: http://x\r\n").contains("; Secure"));
    EXPECT_EQ(status_of(sign_in("open sesame", "Origin: http://evil\r\n")), "403");
}

TEST_F(SignInTest, a_wrong_password_gives_nothing) {
    open(Secrets{"open sesame", {}});
    for (auto* wrong : {"open sesam", "open sesame!", "OPEN SESAME"}) {
        std::string answer = sign_in(wrong);
        EXPECT_EQ(status_of(answer), "401") << wrong;
        EXPECT_TRUE(answer.contains(R"("code":"WRONG_PASSWORD")")) << answer;
        EXPECT_EQ(cookie_in(answer), "");
    }
    EXPECT_EQ(status_of(sign_in("")), "400");
    EXPECT_EQ(status_of(send("POST", "/session", "", "{}")), "400");
    EXPECT_EQ(status_of(send("POST", "/session", "", R"({"password":"open sesame","more":1})")), "400");
    EXPECT_EQ(status_of(sign_in(std::string(20 << 10, 'a'))), "413");
}

TEST_F(SignInTest, guesses_are_answered_ever_more_slowly_up_to_two_seconds_and_forgotten_after_minutes) {
    open(Secrets{"open sesame", {}});
    std::vector<Time> took;
    for (int i = 0; i < 9; ++i) {
        Time before = now();
        sign_in("wrong");
        took.push_back(now() - before);
    }
    EXPECT_LT(took[2], 100ms);
    EXPECT_GE(took[3], 250ms);
    EXPECT_GE(took[5], 1s);
    EXPECT_GE(took[6], 2s);
    EXPECT_LT(took[8], 2100ms);
    Time before = now();
    EXPECT_EQ(status_of(sign_in("open sesame")), "200");
    EXPECT_GE(now() - before, 2s) << "the right one waits as well: being fast would tell";
    EXPECT_EQ(status_of(sign_in("wrong")), "401");
    world_.run(pass(shard(), 6min));
    before = now();
    sign_in("wrong");
    EXPECT_LT(now() - before, 100ms);
}

TEST_F(SignInTest, many_guesses_at_once_are_no_faster_and_the_rest_is_turned_away) {
    open(Secrets{"open sesame", {}});
    std::vector<Connecting> connecting;
    for (int i = 0; i < 40; ++i) connecting.push_back(connect());
    std::vector<std::string> answers(connecting.size());
    Time                     before = now();
    world_.run(ask_at_once(shard(), std::move(connecting),
                           request("POST", "/session", "", with_password("wrong")), answers));
    auto wrong = std::ranges::count_if(answers, [](auto& one) { return one.contains("WRONG_PASSWORD"); });
    auto refused =
        std::ranges::count_if(answers, [](auto& one) { return one.contains("TOO_MANY_ATTEMPTS"); });
    EXPECT_EQ(wrong + refused, 40);
    EXPECT_GE(wrong, 16);
    EXPECT_LE(wrong, 16 + 3) << "the first ones did not wait";
    EXPECT_GE(now() - before, 20s) << "one after the other";
}

TEST_F(SignInTest, the_token_is_enough_and_nothing_like_it) {
    open(Secrets{{}, "0123456789abcdef"});
    EXPECT_EQ(status_of(send("GET", "/clusters", "Authorization: Bearer 0123456789abcdef\r\n")), "200");
    EXPECT_EQ(status_of(send("GET", "/clusters", "authorization: bearer 0123456789abcdef\r\n")), "200");
    for (auto* wrong : {"Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer", "Bearer ",
                        "Basic 0123456789abcdef", "0123456789abcdef"})
        EXPECT_EQ(status_of(send("GET", "/clusters", fmt::format("Authorization: {}\r\n", wrong))), "401")
            << wrong;
    EXPECT_TRUE(send("GET", "/session").contains(R"("auth":"token","signed_in":false)"));
    EXPECT_EQ(status_of(sign_in("0123456789abcdef")), "401") << "there is no password";
}

TEST_F(SignInTest, signing_out_ends_the_session_and_a_day_does) {
    open(Secrets{"open sesame", {}});
    std::string one = cookie_in(sign_in("open sesame")), other = cookie_in(sign_in("open sesame"));
    std::string answer = send("DELETE", "/session", one);
    EXPECT_EQ(status_of(answer), "204");
    EXPECT_TRUE(answer.contains("Set-Cookie: riacho_session=; ") && answer.contains("Max-Age=0")) << answer;
    EXPECT_EQ(status_of(send("GET", "/clusters", one)), "401");
    EXPECT_EQ(status_of(send("GET", "/clusters", other)), "200");
    EXPECT_EQ(status_of(send("DELETE", "/session")), "204") << "nobody's";
    world_.run(pass(shard(), 24h), 25h);
    EXPECT_EQ(status_of(send("GET", "/clusters", other)), "401");
}

TEST_F(SignInTest, the_oldest_session_makes_room) {
    open(Secrets{"open sesame", {}});
    std::string first = cookie_in(sign_in("open sesame")), second = cookie_in(sign_in("open sesame"));
    std::string last;
    for (std::size_t i = 0; i + 1 < SignIns::sessions_max; ++i) last = cookie_in(sign_in("open sesame"));
    EXPECT_EQ(status_of(send("GET", "/clusters", first)), "401");
    EXPECT_EQ(status_of(send("GET", "/clusters", second)), "200");
    EXPECT_EQ(status_of(send("GET", "/clusters", last)), "200");
}

TEST_F(SignInTest, one_signs_in_and_out_where_nothing_may_be_changed) {
    open(ConsoleOptions{.access = ConsoleOptions::Access::read_only, .secrets = {"open sesame", {}}});
    std::string cookie = cookie_in(sign_in("open sesame"));
    EXPECT_EQ(status_of(send("GET", "/clusters", cookie)), "200");
    EXPECT_TRUE(send("POST", "/clusters/riacho/topics", cookie, "{}").contains("READ_ONLY"));
    EXPECT_EQ(status_of(send("DELETE", "/session", cookie)), "204");
}

} // namespace
} // namespace riacho::console
