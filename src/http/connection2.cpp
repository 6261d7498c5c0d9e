#include "http/connection2.hpp"

#include "base/log.hpp"
#include "http/router.hpp"

#include <algorithm>
#include <nghttp2/nghttp2.h>
#include <string>
#include <utility>

namespace riacho::http {
namespace {

constexpr log::Logger http2_log{"http"};

constexpr std::size_t write_bytes = 64 << 10; ///< collected for one write

} // namespace

Task<> Connection2::serve() {
    work_.spawn(write());
    try {
        co_await read();
    } catch (const io::StreamError& error) {
        http2_log.debug("connection of {} ended: {}", stream_->peer().text(), error.what());
    }
    shut_down();
    co_await work_.join();
    stream_->close();
}

/// Until the peer leaves, does something that ends the connection, or nothing is left to say to it.
Task<> Connection2::read() {
    while (nghttp2_session_want_read(session_) != 0 || nghttp2_session_want_write(session_) != 0) {
        ByteView come = input_.view();
        ssize_t  used = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(come.data()),
                                                 come.size());
        if (used < 0) co_return give_up(NGHTTP2_PROTOCOL_ERROR);
        input_.consume(static_cast<std::size_t>(used));
        has_output_.set();
        if (is_stopping_ && streams_.empty()) co_return;
        bool is_late = false;
        try {
            std::size_t got = co_await input_.fill(*stream_, now() + place_.options.idle_max);
            if (got == 0) co_return;
            co_await take_turns(got);
        } catch (const io::StreamError& error) {
            if (error.reason() != io::StreamError::Reason::timed_out) throw;
            is_late = true;
        }
        if (is_late && streams_.empty()) co_return give_up(NGHTTP2_NO_ERROR);
    }
}

/// What the session has to say, in writes of a bounded size: while one of them waits, handlers do too.
Task<> Connection2::write() {
    std::string collected;
    try {
        for (;;) {
            const std::uint8_t* data = nullptr;
            ssize_t             size = nghttp2_session_mem_send(session_, &data);
            if (size < 0) break;
            collected.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
            if (size > 0 && collected.size() < write_bytes) continue;
            if (!collected.empty()) {
                co_await stream_->write({as_bytes(collected)}, write_deadline(collected.size()));
                co_await take_turns(collected.size());
                collected.clear();
                continue;
            }
            if (is_over_) break;
            if (nghttp2_session_want_read(session_) == 0) break; // an error has been told
            has_output_.reset();
            co_await has_output_.wait();
        }
    } catch (const io::StreamError& error) {
        http2_log.debug("connection of {} ended: {}", stream_->peer().text(), error.what());
    }
    stream_->close();
}

/// Nobody sends or receives any more: handlers are told, and end.
void Connection2::shut_down() {
    is_over_ = true;
    for (auto& [id, listed] : streams_) listed.stream->close();
    has_output_.set();
}

void Connection2::give_up(std::uint32_t why) {
    nghttp2_session_terminate_session(session_, why);
    has_output_.set();
}

void Connection2::stop_gently() {
    if (std::exchange(is_stopping_, true)) return;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    has_output_.set();
    for (auto& [id, listed] : streams_) listed.stream->end_exchange();
    if (streams_.empty()) give_up(NGHTTP2_NO_ERROR);
}

std::optional<Time> Connection2::idle_since() const {
    if (!streams_.empty()) return std::nullopt;
    return idle_since_;
}

void Connection2::look_after(Time now) {
    bool is_slow = std::ranges::any_of(streams_, [&](const auto& entry) {
        const Stream2& stream = *entry.second.stream;
        return !stream.has_head() && stream.since() < now - place_.options.head_max;
    });
    if (is_slow || (!streams_.empty() && stream_->is_abandoned())) stream_->close();
}

void Connection2::start(std::int32_t id, Outcome<void, Status> head) {
    Listed& listed = streams_.at(id);
    if (!head) listed.refusal = head.error();
    work_.spawn(handle(id));
}

/// A stream stays listed while its handler runs, and until nghttp2 has closed it.
Task<> Connection2::handle(std::int32_t id) {
    Stream2& stream = *streams_.at(id).stream;
    try {
        co_await answer(stream);
    } catch (const io::StreamError& error) {
        http2_log.debug("an answer to {} ended: {}", stream_->peer().text(), error.what());
    }
    streams_.at(id).is_handled = true;
    if (!is_over_) nghttp2_session_consume_connection(session_, stream.unread_bytes());
    stream.forget_body();
    // What is left of the request is not wanted. A peer that is told so before it has read the answer may
    // take that for a failure.
    co_await stream.wait_for_rest(now() + place_.options.linger_max);
    if (!stream.is_closed() && !stream.has_whole_body()) reset(id, NGHTTP2_NO_ERROR);
    streams_.at(id).is_done = true;
    if (stream.is_closed()) release(id);
}

Task<> Connection2::answer(Stream2& stream) {
    auto found =
        std::ranges::find_if(streams_, [&](auto& entry) { return entry.second.stream.get() == &stream; });
    auto     refusal = std::exchange(found->second.refusal, {});
    Exchange exchange(place_, stream.take_head(), peers(), stream);
    stream.set_exchange(&exchange);
    if (is_stopping_) exchange.end();
    struct Forget {
        Stream2& from;
        ~Forget() { from.set_exchange(nullptr); }
    } forget{stream};
    if (refusal.code != Status{})
        co_await place_.router.refuse(exchange, std::move(refusal));
    else
        co_await place_.router.answer(exchange);
}

void Connection2::release(std::int32_t id) {
    streams_.erase(id);
    idle_since_ = now();
    if (is_stopping_ && streams_.empty()) give_up(NGHTTP2_NO_ERROR);
}

Stream2* Connection2::find(std::int32_t id) const {
    auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second.stream.get();
}

bool Connection2::allow(int price) {
    if (allowance_.take(now(), price)) return true;
    http2_log.debug("{} sends more frames without a request than it may", stream_->peer().text());
    give_up(NGHTTP2_ENHANCE_YOUR_CALM);
    return false;
}

void Connection2::resume(std::int32_t id) {
    nghttp2_session_resume_data(session_, id);
    has_output_.set();
}

void Connection2::reset(std::int32_t id, std::uint32_t why) {
    if (is_over_) return;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, why);
    has_output_.set();
}

void Connection2::consume(std::int32_t id, std::size_t bytes) {
    if (is_over_) return;
    nghttp2_session_consume(session_, id, bytes);
    has_output_.set();
}

} // namespace riacho::http
