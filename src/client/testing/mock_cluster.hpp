#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace riacho::client {

/// For tests: librdkafka's own mock of a cluster of one broker, on a port of 127.0.0.1. Its groups start at
/// once.
class MockCluster {
public:
    MockCluster();
    ~MockCluster();
    MockCluster(const MockCluster&) = delete;
    MockCluster& operator=(const MockCluster&) = delete;

    /// "127.0.0.1:port".
    std::string bootstrap() const;
    void        create_topic(const std::string& name, int partitions = 1);
    /// The next request of this API is answered with `error`.
    void fail_next(std::int16_t api_key, int error);
    /// Connections are cut and refused, and then accepted again.
    void set_down();
    void set_up();
    /// How many requests of this API came.
    std::size_t count_requests(std::int16_t api_key);

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace riacho::client
