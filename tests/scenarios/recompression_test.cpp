#include "alterations.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/batch_view.hpp"
#include "scenario.hpp"

#include <fmt/core.h>

namespace riacho::scenarios {
namespace {

class Recompression : public Scenario {
protected:
    static Bytes batch_in(Compression compression, std::size_t bytes, Timestamp at) {
        kafka::BatchBuilder builder({.compression = compression});
        std::string         value(bytes, 'x');
        for (int i = 0; i < 3; ++i) builder.add({.timestamp = at, .value = as_bytes(value)});
        return builder.build();
    }
    /// Of the last batch.
    std::optional<Compression> stored(const Client& client, std::int64_t offset) {
        Bytes batches = fetch(client, "orders", 0, {.offset = offset}).records.value_or(Bytes{});
        return kafka::BatchView::first(batches.view()).value().attributes().compression();
    }
};

TEST_P(Recompression, batches_lie_as_the_topic_wants_them_however_they_come) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    std::int64_t end = 0;
    for (Compression wanted :
         {Compression::gzip, Compression::snappy, Compression::lz4, Compression::zstd, Compression::none}) {
        std::string type = wanted == Compression::none ? "uncompressed" : std::string(name_of(wanted));
        ASSERT_EQ(alter(client, "orders", {{"compression.type", type}}).error_code, ErrorCode::none);
        for (Compression from : {Compression::none, Compression::gzip, Compression::zstd})
            for (std::size_t bytes : {100u, 60'000u}) { // at once, and on the pool
                auto answer = produce_batch(client, "orders", 0, batch_in(from, bytes, cluster_.wall()));
                ASSERT_EQ(answer.error_code, ErrorCode::none);
                EXPECT_EQ(answer.base_offset, end);
                EXPECT_EQ(stored(client, end), wanted) << type;
                end += 3;
            }
    }
    cluster_.restart(LifeEnd::power_cut);
    auto found = read_all(cluster_.connect(), "orders", 0);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(end));
    for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_EQ(found[i].value.size(), i % 6 < 3 ? 100u : 60'000u) << i;
}

TEST_P(Recompression, producers_decide_where_the_topic_says_nothing_and_batches_may_get_too_large) {
    auto client = cluster_.connect();
    create_topic(client, "orders");
    produce_batch(client, "orders", 0, batch_in(Compression::lz4, 100, cluster_.wall()));
    EXPECT_EQ(stored(client, 0), Compression::lz4);
    ASSERT_EQ(alter(client, "orders", {{"compression.type", "uncompressed"}, {"max.message.bytes", "2000"}})
                  .error_code,
              ErrorCode::none);
    EXPECT_EQ(
        produce_batch(client, "orders", 0, batch_in(Compression::gzip, 9'000, cluster_.wall())).error_code,
        ErrorCode::message_too_large);
    EXPECT_EQ(produce_batch(client, "orders", 0, batch_in(Compression::gzip, 90, cluster_.wall())).error_code,
              ErrorCode::none);
}

TEST_P(Recompression, a_sequence_is_known_again_when_its_batch_was_compressed_here) {
    auto client = cluster_.connect();
    create_topic(client, "orders", 1, {{"compression.type", "zstd"}});
    Sequence sequence{.producer_id = new_producer_id(client), .epoch = 0, .first = 0};
    Bytes    batch = batch_of({"a", "b"}, cluster_.wall(), sequence);
    EXPECT_EQ(produce_batch(client, "orders", 0, Bytes::copy_of(batch.view())).base_offset, 0);
    EXPECT_EQ(produce_batch(client, "orders", 0, Bytes::copy_of(batch.view())).base_offset, 0);
    EXPECT_EQ(read_all(client, "orders", 0).size(), 2u);
}

} // namespace
RIACHO_SCENARIOS(Recompression);
} // namespace riacho::scenarios
