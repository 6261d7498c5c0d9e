#include "http/proxy.hpp"
#include "http/server_testing.hpp"

namespace riacho::http {
namespace {

using namespace std::chrono_literals;

/// Says what it was asked.
Task<Done> tell_request(Exchange& exchange) {
    std::string told = exchange.head().target;
    for (const Field& field : exchange.head().fields)
        told += fmt::format(" [{}={}]", field.name, field.value);
    co_await exchange.respond(
        {Status::created, {{"X-Here", "a"}, {"Connection", "X-Gone"}, {"X-Gone", "b"}}, told});
    co_return Done{};
}

/// A browser in front, a service behind.
class HttpProxy : public ServerTest {
protected:
    HttpProxy() {
        router_.add(Method::get, "/service/{path...}",
                    [this](Exchange& exchange) { return passed(exchange); });
        router_.add(Method::post, "/service/{path...}",
                    [this](Exchange& exchange) { return passed(exchange); });
    }
    void TearDown() override {
        if (behind_) world_.run(behind_->stop(now() + 1s));
        ServerTest::TearDown();
    }
    void start_both() {
        start();
        world_.run(start_behind());
    }
    Task<Done> passed(Exchange& exchange) {
        std::string target = exchange.head().target.substr(std::string_view("/service").size());
        return pass_on(exchange, client_, {{Scheme::http, behind_at_}, target}, {.head_max = 5s});
    }
    Task<> start_behind() {
        Router router;
        router.add(Method::get, "/tell/{path...}", tell_request);
        router.add(Method::post, "/reflect", reflect);
        router.add(Method::get, "/wait", wait_for_the_end);
        router.add(Method::get, "/half", fail_late);
        behind_ = std::make_unique<Server>(world_.world(), shard(), std::move(router));
        behind_->serve(world_.network().listen(shard(), behind_at_));
        co_return;
    }

    io::Endpoint            behind_at_{"behind", 8081};
    Client                  client_{world_.shard(), world_.network()};
    std::unique_ptr<Server> behind_;
};

TEST_F(HttpProxy, passes_on_all_but_what_concerns_one_connection) {
    start_both();
    std::string answer =
        ask(get("/service/tell/a%2Fb?c=d", "X-Mine: 1\r\nConnection: X-Hop\r\nX-Hop: 2\r\n"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 201 Created\r\nX-Here: a\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n/tell/a%2Fb?c=d [X-Mine=1] [Host=behind:8081]")) << answer;
    EXPECT_FALSE(answer.contains("X-Gone")) << answer;
    EXPECT_TRUE(ask(get("/service/none")).starts_with("HTTP/1.1 404"));
}

Task<> send_all(io::Stream& stream, std::string text) {
    co_await stream.write({as_bytes(text)}, Time::max());
}

Task<std::string> send_while_receiving(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting,
                                       std::string text) {
    auto      stream = co_await std::move(connecting);
    io::Group sending(shard);
    sending.spawn(send_all(*stream, std::move(text)));
    std::string got = co_await ServerTest::receive(shard, *stream);
    co_await sending.join();
    co_return got;
}

TEST_F(HttpProxy, passes_on_bodies_as_they_come) {
    start_both();
    std::string body(300'000, 'x');
    std::string text = fmt::format("POST /service/reflect HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                   "Content-Length: {}\r\n\r\n{}",
                                   body.size(), body);
    std::string answer = world_.run(send_while_receiving(shard(), connect(), text));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer.substr(0, 200);
    EXPECT_TRUE(answer.ends_with("0\r\n\r\n<end>"));
    EXPECT_EQ(std::ranges::count(answer, 'x'), 300'001) << "and the one of text/plain";
    EXPECT_EQ(client_.idle_connections(), 1u);
}

TEST_F(HttpProxy, answers_as_a_gateway_where_there_is_no_answer) {
    start();
    EXPECT_TRUE(ask(get("/service/tell/")).starts_with("HTTP/1.1 502"));
    world_.run(start_behind());
    std::string cut = ask(get("/service/half"));
    EXPECT_TRUE(cut.starts_with("HTTP/1.1 200") && cut.ends_with("half of\r\n<end>")) << cut;
}

Task<> look_and_leave(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting, Time span) {
    auto        stream = co_await std::move(connecting);
    std::string text = get("/service/wait");
    co_await stream->write({as_bytes(text)}, Time::max());
    co_await shard.sleep_for(span);
}

Task<> begin_to_send(io::Shard& shard, Task<std::unique_ptr<io::Stream>> connecting, Time span) {
    auto        stream = co_await std::move(connecting);
    std::string text = "POST /service/reflect HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it";
    co_await stream->write({as_bytes(text)}, Time::max());
    co_await shard.sleep_for(span);
}

TEST_F(HttpProxy, lets_go_of_a_request_whose_sender_leaves_in_the_middle) {
    start_both();
    world_.run(begin_to_send(shard(), connect(), 2s));
    EXPECT_EQ(behind_->connections(), 1u);
    world_.run_for(4s);
    EXPECT_EQ(behind_->connections(), 0u);
    EXPECT_EQ(client_.connections_in_use(), 0u);
}

TEST_F(HttpProxy, lets_go_of_a_stream_that_nobody_listens_to_any_more) {
    start_both();
    world_.run(look_and_leave(shard(), connect(), 2s));
    EXPECT_EQ(behind_->connections(), 1u);
    world_.run_for(4s);
    EXPECT_EQ(behind_->connections(), 0u);
    EXPECT_EQ(client_.connections_in_use(), 0u);
}

} // namespace
} // namespace riacho::http
