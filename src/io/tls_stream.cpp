#include "io/tls_stream.hpp"

#include "base/check.hpp"
#include "io/group.hpp"

#include <algorithm>
#include <exception>

namespace riacho::io {
namespace {

/// One record of TLS holds as much.
constexpr std::size_t record_bytes = 16 * 1024;
/// What is encrypted before it goes out.
constexpr std::size_t portion_bytes = 4 * record_bytes;

/// Pieces in portions that fill records: small ones are joined, large ones are taken where they lie.
class Portions {
public:
    explicit Portions(const std::vector<ByteView>& pieces) : pieces_(pieces) {}

    /// Nothing at the end; valid until the next call.
    ByteView next() {
        while (index_ < pieces_.size() && taken_ == pieces_[index_].size()) go_on();
        if (index_ == pieces_.size()) return {};
        ByteView rest = pieces_[index_].subspan(taken_);
        if (rest.size() >= record_bytes || index_ + 1 == pieces_.size()) {
            rest = rest.first(std::min(rest.size(), portion_bytes));
            taken_ += rest.size();
            return rest;
        }
        joined_.clear();
        while (index_ < pieces_.size() && joined_.size() < record_bytes) {
            rest = pieces_[index_].subspan(taken_);
            rest = rest.first(std::min(rest.size(), record_bytes - joined_.size()));
            joined_.insert(joined_.end(), rest.begin(), rest.end());
            taken_ += rest.size();
            if (taken_ == pieces_[index_].size()) go_on();
        }
        return joined_;
    }

private:
    void go_on() {
        ++index_;
        taken_ = 0;
    }

    const std::vector<ByteView>& pieces_;
    std::size_t                  index_ = 0;
    std::size_t                  taken_ = 0; // of the piece at index_
    std::vector<std::byte>       joined_;
};

} // namespace

TlsStream::TlsStream(Made, Shard& shard, std::unique_ptr<Stream> below, TlsSession session)
    : shard_(shard), below_(std::move(below)), session_(std::move(session)), writing_(shard) {}

Task<std::unique_ptr<TlsStream>> TlsStream::open(Shard& shard, std::unique_ptr<Stream> below,
                                                 const TlsContext& context, std::string server_name,
                                                 Time deadline) {
    TlsSession session(context, below->peer().text(), server_name);
    auto       stream = std::make_unique<TlsStream>(Made{}, shard, std::move(below), std::move(session));
    co_await stream->shake_hands(deadline);
    co_return stream;
}

Task<> TlsStream::shake_hands(Time deadline) {
    for (;;) {
        auto step = session_.shake_hands();
        co_await answer_peer(deadline); // where it failed, the peer is told why
        if (step == TlsSession::Step::failed) throw TlsError(*session_.error());
        if (step == TlsSession::Step::done) co_return;
        if (!co_await fill(deadline))
            throw TlsError(TlsError::Cause::not_tls,
                           peer().text() + " ended the connection while TLS began; perhaps it speaks none");
    }
}

Task<std::size_t> TlsStream::read_some(std::span<std::byte> into, std::span<std::byte> more, Time deadline) {
    check(!into.empty(), "a read has room for at least one byte");
    for (;;) {
        throw_if_closed();
        std::size_t count = session_.read(into);
        if (count == into.size() && !more.empty()) count += session_.read(more);
        co_await answer_peer(deadline);
        if (count > 0) co_return count;
        if (session_.error()) throw TlsError(*session_.error());
        if (session_.has_ended()) co_return 0;
        if (!co_await fill(deadline))
            throw TlsError(TlsError::Cause::truncated,
                           peer().text() + " ended the connection without a farewell of TLS");
    }
}

Task<> TlsStream::write(std::vector<ByteView> pieces, Time deadline) {
    auto     turn = co_await writing_.lock();
    Portions portions(pieces);
    for (ByteView portion = portions.next(); !portion.empty(); portion = portions.next()) {
        throw_if_closed();
        if (torn_) throw closed_error();
        if (!session_.write(portion)) throw TlsError(*session_.error());
        co_await put_out(deadline);
    }
}

/// Gives the session what has arrived; false at the end.
Task<bool> TlsStream::fill(Time deadline) {
    if (!received_) received_ = std::make_unique_for_overwrite<std::byte[]>(record_bytes);
    std::span<std::byte> room(received_.get(), record_bytes);
    std::size_t          size = co_await below_->read_some(room, deadline);
    if (size > 0) session_.put(room.first(size));
    co_return size > 0;
}

/// Called by the one whose turn it is to write.
Task<> TlsStream::put_out(Time deadline) {
    while (session_.has_output()) {
        auto output = session_.take_output();
        torn_ = true; // until it is out, whatever throws or drops this
        co_await below_->write({ByteView(output)}, deadline);
        torn_ = false;
    }
}

/// Reading too makes something to say: the handshake, an alert, a new key. Whoever is writing takes it along.
Task<> TlsStream::answer_peer(Time deadline) {
    if (!session_.has_output() || writing_.is_locked() || torn_) co_return;
    auto               turn = co_await writing_.lock();
    std::exception_ptr problem;
    try {
        co_await put_out(deadline);
    } catch (const StreamError&) { problem = std::current_exception(); }
    // What is wrong with TLS says more than that the peer did not wait to hear it.
    if (problem && !session_.error()) std::rethrow_exception(problem);
}

void TlsStream::close() {
    if (std::exchange(closed_, true)) return;
    // Inside a record nothing else can be said; and a world that was switched off has no shard to say it on.
    if (!torn_ && !writing_.is_locked() && shard_.is_here()) {
        session_.end();
        Group now_or_never(shard_); // drops the farewell if it would have to wait
        now_or_never.spawn_now(put_farewell());
    }
    below_->close();
}

Task<> TlsStream::put_farewell() {
    try {
        co_await put_out(Time::min());
    } catch (const StreamError&) {} // the peer is gone
}

void TlsStream::throw_if_closed() const {
    if (closed_) throw closed_error();
}

StreamError TlsStream::closed_error() const {
    return {StreamError::Reason::closed, "the connection to " + peer().text() + " is closed"};
}

} // namespace riacho::io
