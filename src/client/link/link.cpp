#include "client/link/link.hpp"

#include "client/link/link_inside.hpp"
#include "codec/endian.hpp"
#include "kafka/messages/api_versions.hpp"
#include "riacho/version.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace riacho::client {

/// One asker: in the table for as long as it waits, also when its coroutine is dropped.
class Link::Waiting {
public:
    Waiting(Link& link, std::int32_t id) : link_(link), id_(id), answered_(link.shard_) {
        link_.waiting_[id_] = this;
    }
    ~Waiting() { link_.waiting_.erase(id_); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    /// The first answer counts: the broker may close right behind it, before the asker has looked.
    void answer(Answer<Bytes> with) {
        if (answered_.is_set()) return;
        answer_ = std::move(with);
        answered_.set();
    }
    auto          wait_until(Time deadline) { return answered_.wait_until(deadline); }
    Answer<Bytes> take() { return std::move(answer_); }

private:
    Link&         link_;
    std::int32_t  id_;
    io::Event     answered_;
    Answer<Bytes> answer_;
};

Link::Link(Made, io::Shard& shard, std::unique_ptr<io::Stream> stream, LinkOptions options)
    : shard_(shard), stream_(std::move(stream)), options_(std::move(options)), writing_(shard),
      reader_(shard) {}

Link::~Link() { stream_->close(); }

Task<Link::Answer<std::unique_ptr<Link>>> Link::connect(io::Shard& shard, io::Network& network,
                                                        LinkOptions options, Time deadline) {
    CO_TRY(auto stream, co_await open_stream(shard, network, options, deadline));
    auto link = std::make_unique<Link>(Made{}, shard, std::move(stream), std::move(options));
    link->reader_.spawn_now(link->read_responses());
    io::Cancellation::Step step(link->options_.cancellation, [&link] { link->shut(); });
    auto                   agreed = co_await link->agree_on_versions(deadline);
    if (agreed) agreed = co_await link->authenticate(deadline);
    if (agreed) co_return link;
    co_await link->close();
    co_return std::unexpected(agreed.error());
}

/// A broker that does not know our version of ApiVersions answers with error 35 in the layout of v0, and
/// names the versions that it knows (KIP-511); librdkafka's mock only says 35, so v0 is asked for.
Task<Link::Answer<void>> Link::agree_on_versions(Time deadline) {
    using Request = kafka::ApiVersionsRequest;
    const Request request{.client_software_name = "riacho", .client_software_version = std::string(version)};
    for (kafka::Version tried = Request::api.versions.high;;) {
        std::int32_t id = next_id_++;
        auto         frame = kafka::request_frame(request, tried, id, options_.client_id);
        CO_TRY(Bytes body, co_await exchange(id, std::move(frame), deadline));
        kafka::ApiVersionsResponse response;
        kafka::Reader              in(body);
        kafka::decode_response_header(Request::api, tried, in);
        auto rest = in.rest();
        bool refused = rest.size() >= sizeof(std::int16_t) &&
                       load_big<std::int16_t>(rest.data()) ==
                           static_cast<std::int16_t>(kafka::ErrorCode::unsupported_version);
        bool readable = decode(response, in, refused ? kafka::Version{0} : tried);
        if (!readable && !refused) co_return refuse_answer(Request::api, tried);
        for (const auto& range : response.api_keys)
            versions_[static_cast<kafka::ApiKey>(range.api_key)] = {range.min_version, range.max_version};
        if (!refused && response.error_code == kafka::ErrorCode::none) co_return Answer<void>();
        auto newest = version_of(Request::api);
        if (!refused || tried == 0)
            co_return fail(LinkError::unsupported,
                           fmt::format("{} answers ApiVersions with error {}", options_.broker.text(),
                                       static_cast<int>(response.error_code)));
        tried = newest && *newest < tried ? *newest : kafka::Version{0};
    }
}

Link::Answer<kafka::Version> Link::version_of(const kafka::Api& api) const {
    auto known = versions_.find(api.key);
    if (known == versions_.end())
        return fail(LinkError::unsupported,
                    fmt::format("{} does not speak {}", options_.broker.text(), api.name));
    auto newest = std::min(known->second.high, api.versions.high);
    if (newest < std::max(known->second.low, api.versions.low))
        return fail(LinkError::unsupported,
                    fmt::format("{} speaks {} v{}-{}, this program v{}-{}", options_.broker.text(), api.name,
                                known->second.low, known->second.high, api.versions.low, api.versions.high));
    return newest;
}

Task<Link::Answer<Bytes>> Link::exchange(std::int32_t id, std::vector<Bytes> frame, Time deadline) {
    Waiting waiting(*this, id);
    auto    sent = co_await send(std::move(frame), deadline);
    if (!sent) co_return std::unexpected(sent.error());
    if (!co_await waiting.wait_until(deadline))
        co_return fail(LinkError::timed_out,
                       fmt::format("no answer from {} in time", options_.broker.text()));
    co_return waiting.take();
}

Task<Link::Answer<void>> Link::send(std::vector<Bytes> frame, Time deadline) {
    shard_.check_here();
    auto turn = co_await writing_.lock();
    if (gone_) co_return std::unexpected(*gone_);
    std::vector<ByteView> pieces;
    for (const Bytes& piece : frame) pieces.push_back(piece.view());
    std::string why;
    try {
        co_await stream_->write(std::move(pieces), deadline);
    } catch (const io::StreamError& error) { why = error.what(); }
    // Perhaps half a frame went out: nothing that follows would be understood.
    if (!why.empty()) end(LinkError::closed, why);
    if (gone_) co_return std::unexpected(*gone_);
    co_return Answer<void>();
}

std::unexpected<Failure<LinkError>> Link::refuse_answer(const kafka::Api& api, kafka::Version version) {
    std::string what =
        fmt::format("{} answers {} v{} with something else", options_.broker.text(), api.name, version);
    end(LinkError::malformed, what);
    return fail(LinkError::malformed, what);
}

Task<> Link::read_responses() {
    LinkError   why = LinkError::closed;
    std::string detail = fmt::format("{} closed the connection", options_.broker.text());
    try {
        while (!gone_) {
            Bytes size_field = co_await read_exactly(sizeof(std::int32_t));
            if (size_field.empty()) {
                detail = describe_end();
                break;
            }
            auto size = load_big<std::int32_t>(size_field.view().data());
            if (size < 4 || static_cast<std::size_t>(size) > options_.response_bytes_max) {
                why = responses_ == 0 ? LinkError::other_protocol : LinkError::malformed;
                detail = describe_bad_size(size_field.view());
                break;
            }
            Bytes body = co_await read_exactly(static_cast<std::size_t>(size));
            if (body.empty()) break;
            ++responses_;
            // Whoever stopped waiting is not in the table any more; its answer is dropped.
            auto asker = waiting_.find(load_big<std::int32_t>(body.view().data()));
            if (asker != waiting_.end()) asker->second->answer(std::move(body));
        }
    } catch (const io::TlsError& error) {
        why = link_error_of(error);
        detail = error.what();
    } catch (const io::StreamError& error) { detail = error.what(); }
    end(why, detail);
}

/// Nothing at the broker's end of the connection, also in the middle of a frame.
Task<Bytes> Link::read_exactly(std::size_t size) {
    auto buffer = std::make_shared<Buffer>(size);
    for (std::size_t filled = 0; filled < size;) {
        std::size_t got = co_await stream_->read_some(buffer->span().subspan(filled), Time::max());
        if (got == 0) co_return Bytes();
        filled += got;
    }
    co_return Bytes(std::move(buffer));
}

void Link::end(LinkError why, std::string detail) {
    if (gone_) return;
    gone_ = Failure<LinkError>{why, std::move(detail)};
    stream_->close();
    for (auto& [id, asker] : waiting_) asker->answer(std::unexpected(*gone_));
}

Task<> Link::close() {
    shut();
    co_await reader_.join();
}

} // namespace riacho::client
