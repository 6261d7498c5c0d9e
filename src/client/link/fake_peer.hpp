#pragma once

#include "codec/endian.hpp"
#include "io/group.hpp"
#include "io/stream.hpp"
#include "kafka/messages/api_versions.hpp"
#include "kafka/wire/header.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace riacho::client {

/// For tests: a broker that answers as it is told, on any network. It takes one connection after another.
class FakePeer {
public:
    /// A request as it came: `body` stands behind the header.
    struct Asked {
        kafka::RequestHeader header;
        Bytes                body;
        kafka::ApiKey        key() const { return static_cast<kafka::ApiKey>(header.request_api_key); }
    };
    /// The bytes of the answer, or nothing to say nothing.
    using Answers = std::function<std::optional<std::vector<Bytes>>(const Asked&)>;

    FakePeer(io::Shard& shard, io::Network& network, io::Endpoint at, Answers answers)
        : shard_(shard), listener_(network.listen(shard, std::move(at))), answers_(std::move(answers)),
          work_(shard) {
        work_.spawn(accept());
    }

    const std::vector<Asked>& asked() const { return asked_; }
    /// The connection that came last.
    io::Stream& stream() { return *streams_.back(); }

    /// Closes the connection right behind the answer that is being made.
    void leave_after_this() { is_leaving_ = true; }

    Task<> stop() {
        listener_->close();
        for (auto& stream : streams_) stream->close();
        co_await work_.join();
    }

private:
    Task<> accept() {
        while (auto stream = co_await listener_->accept(shard_)) {
            streams_.push_back(std::move(stream));
            work_.spawn_now(serve(*streams_.back()));
        }
    }
    Task<> serve(io::Stream& stream) {
        try {
            while (auto frame = co_await read(stream)) {
                kafka::Reader in(*frame);
                auto          header = kafka::decode_request_header(in);
                if (!header) break;
                asked_.push_back({*header, frame->slice(in.rest())});
                Asked asked = asked_.back();
                auto  answer = answers_(asked);
                if (!answer) continue;
                std::vector<ByteView> pieces;
                for (const Bytes& piece : *answer) pieces.push_back(piece.view());
                co_await stream.write(std::move(pieces), Time::max());
                if (is_leaving_) break;
            }
        } catch (const io::StreamError&) {} // the test closed it
        stream.close();
    }
    static Task<std::optional<Bytes>> read(io::Stream& stream) {
        auto size = co_await read_exactly(stream, sizeof(std::int32_t));
        if (!size) co_return std::nullopt;
        co_return co_await read_exactly(
            stream, static_cast<std::size_t>(load_big<std::int32_t>(size->view().data())));
    }
    static Task<std::optional<Bytes>> read_exactly(io::Stream& stream, std::size_t size) {
        auto buffer = std::make_shared<Buffer>(size);
        for (std::size_t filled = 0; filled < size;) {
            std::size_t got = co_await stream.read_some(buffer->span().subspan(filled), Time::max());
            if (got == 0) co_return std::nullopt;
            filled += got;
        }
        co_return Bytes(std::move(buffer));
    }

    io::Shard&                               shard_;
    std::unique_ptr<io::Listener>            listener_;
    Answers                                  answers_;
    std::vector<Asked>                       asked_;
    std::vector<std::unique_ptr<io::Stream>> streams_;
    bool                                     is_leaving_ = false;
    io::Group                                work_;
};

/// The answer to ApiVersions of a broker that speaks these versions.
inline std::vector<Bytes> api_versions_answer(const FakePeer::Asked&         asked,
                                              const std::vector<kafka::Api>& apis) {
    kafka::ApiVersionsResponse response;
    for (const auto& api : apis)
        response.api_keys.push_back(
            {static_cast<std::int16_t>(api.key), api.versions.low, api.versions.high});
    return kafka::response_frame(response, asked.header.request_api_version, asked.header.correlation_id);
}

} // namespace riacho::client
