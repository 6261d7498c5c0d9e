#include "codec/crc32c.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/messages/api_versions.hpp"
#include "logged.hpp"
#include "raw_peer.hpp"
#include "scenario.hpp"

#include <algorithm>

namespace riacho::scenarios {
namespace {

class BadInput : public Scenario {
protected:
    void SetUp() override {
        Scenario::SetUp();
        client_.emplace(cluster_.connect());
        create_topic(*client_, "orders");
    }
    void TearDown() override {
        // Whatever it was: others are served as before.
        EXPECT_EQ(look_up(*client_, "orders").error_code, ErrorCode::none);
        auto before = read_all(*client_, "orders", 0).size();
        EXPECT_EQ(produce(*client_, "orders", 0, {"z"}), static_cast<std::int64_t>(before));
    }
    /// What a produce of `batch` is told.
    ErrorCode told(Bytes batch) { return produce_batch(*client_, "orders", 0, std::move(batch)).error_code; }
    Bytes     good_batch() { return batch_of({"a", "b", "c"}, cluster_.wall()); }

    /// A good batch whose header was changed and whose CRC fits again.
    template <class Change> Bytes changed(Change change) {
        Bytes batch = good_batch();
        auto  header = kafka::BatchView::first(batch.view())->header();
        change(header);
        kafka::store_header(batch.writable(), header);
        header.crc = crc32c(batch.view().subspan(kafka::batch_layout::attributes));
        kafka::store_header(batch.writable(), header);
        return batch;
    }

    std::optional<Client> client_;
    Logged                logged_;
};

std::string big(std::int32_t number) {
    std::string bytes(4, '\0');
    store_big(reinterpret_cast<std::byte*>(bytes.data()), number);
    return bytes;
}

TEST_P(BadInput, a_giant_length_closes_the_connection_and_is_named_once) {
    RawPeer peer(cluster_);
    peer.send(big(0x7fffffff) + "GET / HTTP/1.1");
    EXPECT_TRUE(peer.is_closed_by_broker());
    EXPECT_EQ(logged_.with("a request of 2147483647 bytes, while socket.request.max.bytes is 104857600"), 1u);
    EXPECT_EQ(logged_.with("client-"), 1u); // which peer
}

TEST_P(BadInput, a_negative_length_and_text_close_the_connection) {
    for (const std::string& bytes : {big(-1), std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                     std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)}) {
        RawPeer peer(cluster_);
        peer.send(bytes);
        EXPECT_TRUE(peer.is_closed_by_broker());
    }
    EXPECT_EQ(logged_.with("closing connection of"), 3u);
}

TEST_P(BadInput, half_a_request_is_named_when_its_sender_is_gone) {
    RawPeer peer(cluster_);
    peer.send(big(100) + "abc");
    peer.end_writes();
    EXPECT_TRUE(peer.is_closed_by_broker());
    EXPECT_EQ(logged_.with("it ended in the middle of a request"), 1u);
}

TEST_P(BadInput, half_a_request_that_never_ends_is_closed_when_idle) {
    RawPeer peer(cluster_);
    peer.send(big(100) + "abc");
    cluster_.run_for(11min);
    EXPECT_TRUE(peer.is_closed_by_broker());
    client_.emplace(cluster_.connect());
}

TEST_P(BadInput, an_unknown_api_and_an_unknown_version_close_the_connection) {
    for (auto [key, version] :
         std::initializer_list<std::pair<int, int>>{{999, 0}, {-1, 0}, {4, 0}, {3, 99}, {3, -1}, {0, 2}}) {
        RawPeer     peer(cluster_);
        std::string header(15, '\0');
        auto*       at = reinterpret_cast<std::byte*>(header.data());
        store_big(at, std::int32_t{11});
        store_big(at + 4, static_cast<std::int16_t>(key));
        store_big(at + 6, static_cast<std::int16_t>(version));
        store_big(at + 12, std::int16_t{-1}); // no client id
        peer.send(header);
        EXPECT_TRUE(peer.is_closed_by_broker()) << key << " version " << version;
    }
    EXPECT_EQ(logged_.with("unknown API key 999"), 1u);
    EXPECT_EQ(logged_.with("Metadata version 99 is not served; supported are 0 to 12"), 1u);
}

TEST_P(BadInput, an_unknown_version_of_api_versions_is_answered_in_the_oldest_layout) {
    RawPeer peer(cluster_);
    peer.send(99, kafka::ApiVersionsRequest{});
    auto answer = peer.answer();
    ASSERT_TRUE(answer);
    kafka::Reader in(*answer);
    EXPECT_EQ(in.big_endian<std::int32_t>(), 7);
    kafka::ApiVersionsResponse response;
    ASSERT_TRUE(decode(response, in, 0));
    EXPECT_EQ(response.error_code, ErrorCode::unsupported_version);
    EXPECT_FALSE(response.api_keys.empty());
    peer.send(3, kafka::ApiVersionsRequest{.client_software_name = "raw", .client_software_version = "1"});
    EXPECT_TRUE(peer.answer());
}

TEST_P(BadInput, a_request_that_cannot_be_decoded_closes_the_connection) {
    RawPeer     peer(cluster_);
    std::string bytes;
    for (const Bytes& piece : kafka::request_frame(auto_creating({"orders"}), 8, 7, "raw"))
        bytes += as_text(piece.view());
    bytes.resize(bytes.size() - 3);
    bytes.replace(0, 4, big(static_cast<std::int32_t>(bytes.size()) - 4));
    peer.send(bytes);
    EXPECT_TRUE(peer.is_closed_by_broker());
    EXPECT_EQ(logged_.with("a Metadata request, version 8, that cannot be decoded"), 1u);
}

TEST_P(BadInput, every_cut_of_a_request_is_stood) {
    std::string bytes;
    for (const Bytes& piece : kafka::request_frame(produce_request("orders", 0, good_batch()), 9, 7, "raw"))
        bytes += as_text(piece.view());
    for (std::size_t size = 4; size < bytes.size(); size += 3) {
        RawPeer     peer(cluster_);
        std::string cut = bytes.substr(0, size);
        cut.replace(0, 4, big(static_cast<std::int32_t>(size) - 4));
        peer.send(cut);
        peer.end_writes();
        peer.is_closed_by_broker();
    }
    for (const Got& got : read_all(*client_, "orders", 0)) // a cut in front of the tags may be whole
        EXPECT_TRUE(got.value == "a" || got.value == "b" || got.value == "c");
}

TEST_P(BadInput, damaged_requests_are_stood) {
    SeededRandom random(seed_);
    std::string  bytes;
    for (const Bytes& piece : kafka::request_frame(produce_request("orders", 0, good_batch()), 9, 7, "raw"))
        bytes += as_text(piece.view());
    for (int i = 0; i < 300; ++i) {
        RawPeer     peer(cluster_);
        std::string damaged = bytes;
        for (auto n = random.between(1, 4); n > 0; --n)
            damaged[random.between(8, damaged.size() - 1)] = static_cast<char>(random.bits());
        peer.send(damaged);
        peer.end_writes();
        peer.is_closed_by_broker();
    }
}

TEST_P(BadInput, a_wrong_crc_is_a_corrupt_message) {
    Bytes batch = good_batch();
    batch.writable()[batch.size() - 1] ^= std::byte{1};
    EXPECT_EQ(told(std::move(batch)), ErrorCode::corrupt_message);
}

TEST_P(BadInput, a_batch_that_lies_about_its_count_is_refused) {
    EXPECT_EQ(told(changed([](kafka::BatchHeader& header) { header.records_count = 2; })),
              ErrorCode::invalid_record);
    EXPECT_EQ(told(changed([](kafka::BatchHeader& header) {
                  header.records_count = 2;
                  header.last_offset_delta = 1;
              })),
              ErrorCode::invalid_record);
    EXPECT_EQ(told(changed([](kafka::BatchHeader& header) {
                  header.records_count = 0x7fffffff;
                  header.last_offset_delta = 0x7ffffffe;
              })),
              ErrorCode::invalid_record);
    EXPECT_EQ(told(changed([](kafka::BatchHeader& header) {
                  header.records_count = -1;
                  header.last_offset_delta = -2;
              })),
              ErrorCode::invalid_record);
}

TEST_P(BadInput, a_batch_of_another_kind_is_refused) {
    auto refused = [this](Bytes batch) { return told(std::move(batch)) != ErrorCode::none; };
    EXPECT_TRUE(refused(changed([](kafka::BatchHeader& header) { header.magic = 1; })));
    EXPECT_TRUE(refused(changed([](kafka::BatchHeader& header) { header.attributes.bits = 5; })));
    EXPECT_TRUE(refused(changed([](kafka::BatchHeader& header) { header.attributes.bits = 32; })));
    EXPECT_TRUE(refused(changed([](kafka::BatchHeader& header) { header.batch_length -= 1; })));
    EXPECT_TRUE(refused(changed([](kafka::BatchHeader& header) { header.batch_length += 1; })));
    EXPECT_TRUE(refused(Bytes()));
    EXPECT_TRUE(refused(good_batch().slice(0, 30)));
}

TEST_P(BadInput, two_batches_for_one_partition_are_refused) {
    std::string twice(as_text(good_batch().view()));
    twice += twice;
    EXPECT_EQ(told(Bytes::copy_of(twice)), ErrorCode::invalid_record);
}

TEST_P(BadInput, a_batch_larger_than_the_topic_takes_is_refused) {
    create_topic(*client_, "small", 1, {{"max.message.bytes", "1000"}});
    auto answer = produce_batch(*client_, "small", 0, batch_of({std::string(2'000, 'x')}, cluster_.wall()));
    EXPECT_EQ(answer.error_code, ErrorCode::message_too_large);
}

TEST_P(BadInput, acks_that_nobody_knows_are_refused) {
    auto request = produce_request("orders", 0, good_batch(), 2);
    EXPECT_EQ(answer_in(client_->ask(request)).error_code, ErrorCode::invalid_required_acks);
}

TEST_P(BadInput, a_request_larger_than_the_limit_is_the_last_of_its_connection) {
    cluster_.options().socket_request_max_bytes = 10'000;
    client_.reset();
    cluster_.restart(LifeEnd::clean);
    client_.emplace(cluster_.connect());
    auto other = cluster_.connect();
    auto sending =
        other.start(produce_request("orders", 0, batch_of({std::string(20'000, 'x')}, cluster_.wall())));
    EXPECT_FALSE(sending.get());
}

} // namespace
RIACHO_SCENARIOS(BadInput);
} // namespace riacho::scenarios
