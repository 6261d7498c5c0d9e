#include "console/attention.hpp"
#include "console/meters.hpp"
#include "http/server_testing.hpp"

#include <gtest/gtest.h>

namespace riacho::console {
namespace {

using namespace std::chrono_literals;
using http::Exchange;
using http::Status;
using Answered = Task<Outcome<void, Status>>;

/// Addresses on one server, each of which behaves as its path says.
class MetersTest : public http::ServerTest {
protected:
    MetersTest() {
        router_.add(http::Method::get, "/metrics",
                    [this](Exchange& exchange) { return tell(exchange, page_); });
        router_.add(http::Method::get, "/other",
                    [this](Exchange& exchange) { return tell(exchange, other_); });
        router_.add(http::Method::get, "/html",
                    [](Exchange& exchange) { return tell(exchange, "<html>\n"); });
        router_.add(http::Method::get, "/silent", be_silent);
        router_.add(http::Method::get, "/endless", never_end);
        start();
    }

    static Answered tell(Exchange& exchange, std::string page) {
        co_await exchange.respond(http::response("text/plain", std::move(page)));
        co_return {};
    }
    static Answered be_silent(Exchange& exchange) {
        co_await exchange.shard().sleep_until(exchange.shard().now() + 1h);
        co_return fail(Status::internal_error, "too late");
    }
    static Answered never_end(Exchange& exchange) {
        std::string line(10'000, '#');
        co_await exchange.begin({.fields = {{"Content-Type", "text/plain"}}});
        for (;;) co_await exchange.write(std::string_view(line));
    }

    Meters meters(std::vector<std::string> paths) {
        std::vector<http::Url> urls;
        for (const std::string& path : paths) urls.push_back(*http::url_of("http://server" + path));
        return {shard(), world_.network(), std::move(urls)};
    }
    /// Ten seconds after the one before.
    void sample(Meters& meters) {
        world_.run_for(10s - now() % 10s);
        world_.run(meters.sample());
    }
    static std::string bytes(int in, int out) {
        return fmt::format(
            "kafka_server_brokertopicmetrics_bytesin_total {0}\n"
            "kafka_server_brokertopicmetrics_bytesout_total {1}\n"
            "kafka_server_brokertopicmetrics_bytesin_total{{topic=\"a\"}} {0}\n"
            "kafka_network_requestmetrics_requests_total{{request=\"Fetch\"}} {0}\n"
            "kafka_network_requestmetrics_totaltimems{{request=\"Fetch\",quantile=\"0.99\"}} {1}\n",
            in, out);
    }

    std::string page_ = bytes(100, 20);
    std::string other_ = bytes(1000, 1);
};

TEST_F(MetersTest, give_rates_between_two_pages_and_times_of_the_last) {
    Meters meters = this->meters({"/metrics"});
    EXPECT_FALSE(meters.meters()[0].was_asked);
    sample(meters);
    EXPECT_EQ(meters.all().in, std::nullopt);
    EXPECT_EQ(meters.requests().at("Fetch").ms[2], 20);
    page_ = bytes(150, 25);
    sample(meters);
    EXPECT_EQ(meters.all().in, 5);
    EXPECT_EQ(meters.all().out, 0.5);
    EXPECT_EQ(meters.topic("a").in, 5);
    EXPECT_EQ(meters.topic("a").out, std::nullopt);
    EXPECT_EQ(meters.topic("b").in, std::nullopt);
    EXPECT_EQ(meters.requests().at("Fetch").rate, 5);
    EXPECT_EQ(meters.requests().at("Fetch").ms[2], 25);
}

TEST_F(MetersTest, count_from_zero_what_a_broker_had_not_told_of_before) {
    Meters meters = this->meters({"/metrics"});
    page_ = "kafka_server_brokertopicmetrics_bytesin_total 0\n";
    sample(meters);
    page_ = bytes(50, 7);
    sample(meters);
    EXPECT_EQ(meters.topic("a").in, 5);
    EXPECT_EQ(meters.topic("a").out, std::nullopt) << "it does not tell of that";
    EXPECT_EQ(meters.requests().at("Fetch").rate, 5);
}

TEST_F(MetersTest, know_no_rate_across_a_restart_of_the_broker) {
    Meters meters = this->meters({"/metrics"});
    sample(meters);
    page_ = bytes(10, 20);
    sample(meters);
    EXPECT_EQ(meters.all().in, std::nullopt);
    EXPECT_EQ(meters.all().out, 0);
    page_ = bytes(20, 20);
    sample(meters);
    EXPECT_EQ(meters.all().in, 1);
}

TEST_F(MetersTest, add_up_addresses_and_take_the_slowest_of_their_times) {
    Meters meters = this->meters({"/metrics", "/other"});
    sample(meters);
    page_ = bytes(110, 20);
    other_ = bytes(1020, 3);
    sample(meters);
    EXPECT_EQ(meters.all().in, 3);
    EXPECT_EQ(meters.requests().at("Fetch").rate, 3);
    EXPECT_EQ(meters.requests().at("Fetch").ms[2], 20);
    EXPECT_EQ(meters.of_broker("server", 2), nullptr) << "which of the two it is, nobody says";
    page_ = "no page\n";
    sample(meters);
    EXPECT_EQ(meters.all().in, std::nullopt) << "half of a sum is none";
    EXPECT_EQ(meters.requests().at("Fetch").rate, 0);
}

TEST_F(MetersTest, that_are_dead_silent_or_lie_take_bounded_time_and_say_what_is_wrong) {
    Meters meters = this->meters({"/silent", "/endless", "/html", "/none", ":81/metrics"});
    Time   begun = now() + (10s - now() % 10s);
    sample(meters);
    EXPECT_LE(now() - begun, 6s);
    std::vector<std::string> troubles;
    for (const Meters::Meter& meter : meters.meters()) troubles.push_back(meter.trouble.value_or("none"));
    EXPECT_EQ(troubles[0], "no whole answer within 5 seconds");
    EXPECT_EQ(troubles[1], "is no page of metrics: line 1 has more than 65536 bytes");
    EXPECT_EQ(troubles[2], "is no page of metrics: line 1: no name of a metric");
    EXPECT_EQ(troubles[3], "answers with status 404");
    EXPECT_NE(troubles[4], "none");
    EXPECT_EQ(meters.all().in, std::nullopt);
    Picture picture;
    picture.controller = 1;
    auto attention = attention_in({picture, "prod", nullptr, &meters});
    ASSERT_EQ(attention.size(), 5);
    EXPECT_EQ(attention[3].code, "metrics_unreachable");
    EXPECT_EQ(attention[3].values[0].second, "http://server/none");
    EXPECT_EQ(attention[3].values[1].second, troubles[3]);
}

TEST_F(MetersTest, that_are_asked_stop_at_once_when_they_are_closed) {
    Meters    meters = this->meters({"/silent"});
    io::Group asking(shard());
    asking.spawn(meters.sample());
    world_.run_for(100ms);
    meters.close();
    world_.run_for(10ms);
    EXPECT_TRUE(asking.is_idle());
}

} // namespace
} // namespace riacho::console
