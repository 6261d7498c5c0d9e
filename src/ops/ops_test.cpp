#include "http/server_testing.hpp"
#include "ops/ops.hpp"

#include <gtest/gtest.h>

namespace riacho::ops {
namespace {

class Ops : public http::ServerTest {
protected:
    void serve() {
        sources_.metrics.push_back([this](MetricsPage& page) { return count(page); });
        sources_.readiness = [this] { return ready(); };
        router_ = make_router(sources_);
        start();
    }

    Task<> count(MetricsPage& page) {
        page.family("pages_total", MetricsPage::Kind::counter, "Pages.");
        page.sample(++pages_);
        co_return;
    }
    Task<std::vector<Readiness>> ready() { co_return services_; }

    Sources                sources_;
    std::uint64_t          pages_ = 0;
    std::vector<Readiness> services_{{"broker"}, {"console"}};
};

TEST_F(Ops, asks_everybody_for_each_page_of_metrics) {
    serve();
    std::string page = ask(http::get("/metrics"));
    EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\n")) << page;
    EXPECT_NE(page.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"), std::string::npos)
        << page;
    EXPECT_TRUE(page.ends_with("pages_total 1\n")) << page;
    EXPECT_TRUE(ask(http::get("/metrics")).ends_with("pages_total 2\n"));
}

TEST_F(Ops, is_ready_once_every_service_is) {
    serve();
    EXPECT_TRUE(ask(http::get("/ready")).ends_with("\r\n\r\nready\nbroker: ready\nconsole: ready\n"));
    services_[0].problem = "it is starting";
    std::string answer = ask(http::get("/ready"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nnot ready\nbroker: it is starting\nconsole: ready\n")) << answer;
    EXPECT_TRUE(ask(http::get("/live")).starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(ask(http::get("/")).starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST(ProcessMetrics, tell_of_this_process) {
    MetricsPage page;
    write_process_metrics(page);
    auto value = [&](std::string name) {
        std::size_t at = page.text().find("\n" + name + " ");
        EXPECT_NE(at, std::string::npos) << name << page.text();
        return std::stod(page.text().substr(at + name.size() + 2));
    };
    EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
    EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
    EXPECT_GE(value("process_open_fds"), 3);
    EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
    EXPECT_GE(value("process_cpu_seconds_total"), 0);
}

} // namespace
} // namespace riacho::ops
