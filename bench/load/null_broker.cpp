#include "kafka/messages/api_versions.hpp"
#include "kafka/messages/create_topics.hpp"
#include "kafka/messages/fetch.hpp"
#include "kafka/messages/init_producer_id.hpp"
#include "kafka/messages/metadata.hpp"
#include "kafka/messages/produce.hpp"
#include "load.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <sys/socket.h>

namespace riacho::bench {
namespace {

struct Peer {
    io::Descriptor     socket;
    FrameReader        in{std::size_t{256} << 10};
    FrameWriter        out;
    std::vector<Bytes> held;
};

/// Says yes to everything. Each topic that is asked for has `partitions` partitions; a fetch gets a full one.
class NullBroker {
public:
    explicit NullBroker(const Load& load) : load_(load), listener_(listen_at(load.port)) {
        std::int32_t records = 0;
        Bytes        batch = batch_of(load, records);
        auto         whole = std::make_shared<Buffer>((std::size_t{1} << 20) / batch.size() * batch.size());
        for (auto to = whole->span().begin(); to != whole->span().end();)
            to = std::ranges::copy(batch.view(), to).out;
        stored_ = Bytes(std::move(whole));
    }

    void run() {
        readiness_.add(listener_, 0);
        for (;;) readiness_.wait(std::chrono::milliseconds(1000), [&](std::uint64_t which) { ready(which); });
    }

private:
    void ready(std::uint64_t which) {
        if (which == 0) return accept();
        Peer& peer = *peers_.at(which);
        try {
            bool was_full = !peer.out.is_empty();
            peer.in.read(peer.socket, [&](ByteView frame) { answer(peer, frame); });
            bool is_full = !peer.out.write(peer.socket);
            if (!is_full) peer.held.clear();
            if (is_full != was_full)
                readiness_.change(peer.socket, which,
                                  is_full ? Readiness::For::both : Readiness::For::reading);
        } catch (const Broken&) { peers_.erase(which); }
    }

    void accept() {
        io::Descriptor accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!accepted.is_open()) throw Broken("accept");
        set_nonblocking(accepted);
        auto peer = std::make_unique<Peer>();
        peer->socket = std::move(accepted);
        readiness_.add(peer->socket, ++last_);
        peers_.emplace(last_, std::move(peer));
    }

    template <class Response>
    void send(Peer& peer, const kafka::RequestHeader& head, const Response& response) {
        for (Bytes& piece : kafka::response_frame(response, head.request_api_version, head.correlation_id)) {
            peer.out.send(piece.view());
            peer.held.push_back(std::move(piece));
        }
    }

    void answer(Peer& peer, ByteView frame) {
        kafka::Reader in(Bytes::copy_of(frame));
        auto          head = kafka::decode_request_header(in);
        if (!head) throw Broken("a header that cannot be read");
        switch (static_cast<kafka::ApiKey>(head->request_api_key)) {
        case kafka::ApiKey::produce:
            return produced(peer, *head, in);
        case kafka::ApiKey::fetch:
            return fetched(peer, *head, in);
        case kafka::ApiKey::metadata:
            return described(peer, *head, in);
        case kafka::ApiKey::create_topics:
            return created(peer, *head, in);
        case kafka::ApiKey::init_producer_id:
            return send(peer, *head, kafka::InitProducerIdResponse{.producer_id = 1, .producer_epoch = 0});
        default:
            return versions(peer, *head);
        }
    }

    void versions(Peer& peer, const kafka::RequestHeader& head) {
        kafka::ApiVersionsResponse response;
        for (const kafka::Api& api : {kafka::ProduceRequest::api, kafka::FetchRequest::api,
                                      kafka::MetadataRequest::api, kafka::CreateTopicsRequest::api,
                                      kafka::InitProducerIdRequest::api, kafka::ApiVersionsRequest::api})
            response.api_keys.push_back({.api_key = static_cast<std::int16_t>(api.key),
                                         .min_version = api.versions.low,
                                         .max_version = api.versions.high});
        send(peer, head, response);
    }

    void created(Peer& peer, const kafka::RequestHeader& head, kafka::Reader& in) {
        kafka::CreateTopicsRequest request;
        if (!decode(request, in, head.request_api_version)) throw Broken("a request that cannot be read");
        kafka::CreateTopicsResponse response;
        for (const auto& topic : request.topics) response.topics.push_back({.name = topic.name});
        send(peer, head, response);
    }

    void described(Peer& peer, const kafka::RequestHeader& head, kafka::Reader& in) {
        kafka::MetadataRequest request;
        if (!decode(request, in, head.request_api_version)) throw Broken("a request that cannot be read");
        kafka::MetadataResponse response;
        response.brokers.push_back({.node_id = 1, .host = "127.0.0.1", .port = load_.port});
        response.controller_id = 1;
        response.cluster_id = "null";
        for (const auto& asked : request.topics.value_or(std::vector<kafka::MetadataRequest::Topic>{})) {
            auto& topic = response.topics.emplace_back();
            topic.name = asked.name;
            topic.topic_id.bytes.fill(std::byte{7});
            for (std::int32_t i = 0; i < load_.partitions; ++i)
                topic.partitions.push_back({.partition_index = i,
                                            .leader_id = 1,
                                            .leader_epoch = 0,
                                            .replica_nodes = {1},
                                            .isr_nodes = {1}});
        }
        send(peer, head, response);
    }

    void produced(Peer& peer, const kafka::RequestHeader& head, kafka::Reader& in) {
        kafka::ProduceRequest request;
        if (!decode(request, in, head.request_api_version)) throw Broken("a request that cannot be read");
        kafka::ProduceResponse response;
        for (const auto& topic : request.topic_data) {
            auto& answered = response.responses.emplace_back();
            answered.name = topic.name;
            for (const auto& partition : topic.partition_data)
                answered.partition_responses.push_back({.index = partition.index});
        }
        send(peer, head, response);
    }

    void fetched(Peer& peer, const kafka::RequestHeader& head, kafka::Reader& in) {
        kafka::FetchRequest request;
        if (!decode(request, in, head.request_api_version)) throw Broken("a request that cannot be read");
        kafka::FetchResponse response;
        for (const auto& topic : request.topics) {
            auto& answered = response.responses.emplace_back();
            answered.topic = topic.topic;
            answered.topic_id = topic.topic_id;
            for (const auto& partition : topic.partitions) {
                auto& full = answered.partitions.emplace_back();
                full.partition_index = partition.partition;
                full.high_watermark = full.last_stable_offset = INT64_MAX;
                full.log_start_offset = 0;
                full.records = stored_;
            }
        }
        send(peer, head, response);
    }

    const Load&                                    load_;
    io::Descriptor                                 listener_;
    Readiness                                      readiness_;
    std::map<std::uint64_t, std::unique_ptr<Peer>> peers_;
    std::uint64_t                                  last_ = 0;
    Bytes                                          stored_;
};

} // namespace

void run_null_broker(const Load& load) { NullBroker(load).run(); }

} // namespace riacho::bench
