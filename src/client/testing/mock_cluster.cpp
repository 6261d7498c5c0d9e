#include "client/testing/mock_cluster.hpp"

#include "base/check.hpp"

#include <array>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace riacho::client {
namespace {

constexpr std::int32_t mock_broker = 1;

} // namespace

struct MockCluster::Inside {
    rd_kafka_t*              client = nullptr; // carries the mock, and does nothing else
    rd_kafka_mock_cluster_t* cluster = nullptr;
};

MockCluster::MockCluster() : inside_(std::make_unique<Inside>()) {
    std::array<char, 512> why{};
    rd_kafka_conf_t*      conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    inside_->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    check(inside_->client != nullptr, "a client without settings can be made");
    inside_->cluster = rd_kafka_mock_cluster_new(inside_->client, 1);
    check(inside_->cluster != nullptr, "a mock cluster finds a free port");
    rd_kafka_mock_group_initial_rebalance_delay_ms(inside_->cluster, 0);
    rd_kafka_mock_start_request_tracking(inside_->cluster);
}

MockCluster::~MockCluster() {
    rd_kafka_mock_cluster_destroy(inside_->cluster);
    rd_kafka_destroy(inside_->client);
}

std::string MockCluster::bootstrap() const { return rd_kafka_mock_cluster_bootstraps(inside_->cluster); }

void MockCluster::create_topic(const std::string& name, int partitions) {
    auto code = rd_kafka_mock_topic_create(inside_->cluster, name.c_str(), partitions, 1);
    check(code == RD_KAFKA_RESP_ERR_NO_ERROR, "a mock topic is made once");
}

void MockCluster::fail_next(std::int16_t api_key, int error) {
    rd_kafka_mock_push_request_errors(inside_->cluster, api_key, 1, static_cast<rd_kafka_resp_err_t>(error));
}

void MockCluster::set_down() { rd_kafka_mock_broker_set_down(inside_->cluster, mock_broker); }
void MockCluster::set_up() { rd_kafka_mock_broker_set_up(inside_->cluster, mock_broker); }

std::size_t MockCluster::count_requests(std::int16_t api_key) {
    std::size_t all = 0;
    std::size_t matching = 0;
    auto**      requests = rd_kafka_mock_get_requests(inside_->cluster, &all);
    for (std::size_t i = 0; i < all; ++i)
        matching += rd_kafka_mock_request_api_key(requests[i]) == api_key ? 1 : 0;
    rd_kafka_mock_request_destroy_array(requests, all);
    return matching;
}

} // namespace riacho::client
