#pragma once

#include "client/link/security.hpp"
#include "io/event.hpp"
#include "io/group.hpp"
#include "io/stream.hpp"
#include "kafka/wire/header.hpp"

#include <fmt/core.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace riacho::client {

struct LinkOptions {
    io::Endpoint broker;
    std::string  client_id = "riacho";
    std::size_t  response_bytes_max = 100 * 1024 * 1024; ///< a larger response closes the link
    /// Null: in clear, and without a name. Outlives the link.
    Security* security = nullptr;
    /// Ends `connect` with `closed`; not looked at afterwards.
    io::Cancellation* cancellation = nullptr;
};

/// One connection to one broker, over any Network: asks, and gives the answers to whoever asked. Any number
/// of questions may be under way; they go out in the order of asking. Belongs to one shard.
class Link {
    struct Made {}; // only `connect` makes one
public:
    template <class T> using Answer = Outcome<T, LinkError>;

    /// Connects, with TLS where the options say so, agrees on versions (ApiVersions), and says who we are
    /// (SASL).
    static Task<Answer<std::unique_ptr<Link>>> connect(io::Shard& shard, io::Network& network,
                                                       LinkOptions options, Time deadline);
    Link(Made, io::Shard& shard, std::unique_ptr<io::Stream> stream, LinkOptions options);
    /// Drops what is under way. A link that is closed first has told its askers.
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// In the newest version that both sides speak.
    template <class Request> Task<Answer<typename Request::Response>> ask(Request request, Time deadline) {
        CO_TRY(kafka::Version version, version_of(Request::api));
        co_return co_await ask_in(version, std::move(request), deadline);
    }
    /// In this version, whatever the broker said.
    template <class Request>
    Task<Answer<typename Request::Response>> ask_in(kafka::Version version, Request request, Time deadline) {
        std::int32_t id = next_id_++;
        auto         frame = kafka::request_frame(request, version, id, options_.client_id);
        CO_TRY(Bytes response, co_await exchange(id, std::move(frame), deadline));
        kafka::Reader              in(std::move(response));
        typename Request::Response answer;
        if (!kafka::decode_response_header(Request::api, version, in) || !decode(answer, in, version) ||
            in.remaining() > 0)
            co_return refuse_answer(Request::api, version);
        co_return answer;
    }
    /// Sends what gets no answer: Produce with acks=0.
    template <class Request> Task<Answer<void>> tell(Request request, Time deadline) {
        CO_TRY(kafka::Version version, version_of(Request::api));
        auto frame = kafka::request_frame(request, version, next_id_++, options_.client_id);
        co_return co_await send(std::move(frame), deadline);
    }

    /// The newest version that both sides speak.
    Answer<kafka::Version> version_of(const kafka::Api& api) const;
    /// What the broker said it speaks; nothing for an API that it did not name.
    const std::map<kafka::ApiKey, kafka::VersionRange>& versions() const { return versions_; }
    const io::Endpoint&                                 broker() const { return options_.broker; }
    bool                                                is_open() const { return !gone_; }
    /// From then on the broker wants to hear again who we are: make a new link before (KIP-368).
    Time expires_at() const { return expires_at_; }

    /// Askers get `closed`.
    void shut() { end(LinkError::closed, "the link was closed"); }
    /// The same, and waits until nothing of the link runs.
    Task<> close();

private:
    class Waiting;

    static Task<Answer<std::unique_ptr<io::Stream>>> open_stream(io::Shard& shard, io::Network& network,
                                                                 LinkOptions options, Time deadline);
    Task<Answer<void>>                               agree_on_versions(Time deadline);
    Task<Answer<void>>                               authenticate(Time deadline);
    Task<Answer<void>>                               choose_mechanism(Time deadline);
    Task<Answer<void>>                  exchange_sasl(std::unique_ptr<SaslClient> client, Time deadline);
    std::string                         describe_end() const;
    std::string                         describe_bad_size(ByteView size_field) const;
    Task<Answer<Bytes>>                 exchange(std::int32_t id, std::vector<Bytes> frame, Time deadline);
    Task<Answer<void>>                  send(std::vector<Bytes> frame, Time deadline);
    std::unexpected<Failure<LinkError>> refuse_answer(const kafka::Api& api, kafka::Version version);
    Task<>                              read_responses();
    Task<Bytes>                         read_exactly(std::size_t size);
    void                                end(LinkError why, std::string detail);

    io::Shard&                                   shard_;
    std::unique_ptr<io::Stream>                  stream_;
    LinkOptions                                  options_;
    std::map<kafka::ApiKey, kafka::VersionRange> versions_;
    std::int32_t                                 next_id_ = 1;
    std::size_t                                  responses_ = 0; // so far
    Time                                         expires_at_ = Time::max();
    std::map<std::int32_t, Waiting*>             waiting_; // by correlation id
    std::optional<Failure<LinkError>>            gone_;
    io::Mutex                                    writing_;
    io::Group                                    reader_;
};

} // namespace riacho::client
