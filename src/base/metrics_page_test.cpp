#include "base/metrics_page.hpp"

#include <gtest/gtest.h>

namespace riacho {
namespace {

using namespace std::chrono_literals;

TEST(MetricsPage, writes_families_with_their_samples) {
    MetricsPage page;
    page.family("kafka_server_brokertopicmetrics_bytesin_total", MetricsPage::Kind::counter,
                "Bytes that\ncame in.");
    page.sample(std::uint64_t{18'446'744'073'709'551'615u});
    page.sample({{"topic", "a\"b\\c\nd"}, {"partition", "0"}}, std::int64_t{-1});
    page.family("share", MetricsPage::Kind::gauge, "A share.");
    page.sample({}, 0.25);
    EXPECT_EQ(page.text(),
              "# HELP kafka_server_brokertopicmetrics_bytesin_total Bytes that\\ncame in.\n"
              "# TYPE kafka_server_brokertopicmetrics_bytesin_total counter\n"
              "kafka_server_brokertopicmetrics_bytesin_total 18446744073709551615\n"
              "kafka_server_brokertopicmetrics_bytesin_total{topic=\"a\\\"b\\\\c\\nd\",partition=\"0\"} -1\n"
              "# HELP share A share.\n"
              "# TYPE share gauge\n"
              "share 0.25\n");
}

TEST(MetricsPage, writes_quantiles_of_what_is_recent_and_buckets_of_all) {
    TimeHistogram times;
    for (int i = 0; i < 100; ++i) times.add(20us, 1s);
    times.add(1000s, 1s);
    MetricsPage page;
    page.family("t", MetricsPage::Kind::summary, "x");
    page.summary_ms({{"request", "Fetch"}}, times, 1s);
    EXPECT_NE(page.text().find("t{request=\"Fetch\",quantile=\"0.5\"} 0.02"), std::string::npos)
        << page.text();
    EXPECT_NE(page.text().find("t_sum{request=\"Fetch\"} 1000002\n"), std::string::npos) << page.text();
    EXPECT_NE(page.text().find("t_count{request=\"Fetch\"} 101\n"), std::string::npos) << page.text();
    page = {};
    page.family("h", MetricsPage::Kind::histogram, "x");
    page.histogram_seconds({}, times);
    EXPECT_NE(page.text().find("h_bucket{le=\"1.6e-05\"} 0\nh_bucket{le=\"3.2e-05\"} 100\n"),
              std::string::npos)
        << page.text();
    EXPECT_NE(page.text().find("h_bucket{le=\"+Inf\"} 101\nh_sum 1000.002\nh_count 101\n"), std::string::npos)
        << page.text();
}

} // namespace
} // namespace riacho
