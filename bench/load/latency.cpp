#include "codec/endian.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/record_cursor.hpp"
#include "kafka/messages/fetch.hpp"
#include "kafka/messages/produce.hpp"
#include "load.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/timerfd.h>
#include <unistd.h>

namespace riacho::bench {
namespace {

constexpr kafka::Version latency_fetch_version = 12;
constexpr auto           tick = std::chrono::microseconds(100);

std::int64_t nanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

/// Records are due at a fixed rate, whatever became of those before; each carries the moment in which it was
/// due. A producer sends what is due, at most `in_flight` requests at a time; a consumer waits with a long
/// poll.
class Paced {
public:
    explicit Paced(const Load& load) : load_(load), value_(std::max<std::size_t>(load.record_bytes, 8)) {}

    void run() {
        open();
        auto warm = static_cast<std::int64_t>(load_.warm_seconds * 1e9);
        auto length = static_cast<std::int64_t>(load_.seconds * 1e9);
        began_ = due_ = nanoseconds();
        counts_from_ = due_ + warm;
        ends_ = counts_from_ + length;
        ask();
        while (nanoseconds() < ends_ + patience_ns && (due_ < ends_ || received_ < sent_)) {
            readiness_.wait(std::chrono::milliseconds(100), [&](std::uint64_t which) { ready(which); });
        }
        report();
    }

private:
    enum Which : std::uint64_t { timer, producer, consumer };
    static constexpr std::int64_t patience_ns = 20'000'000'000;

    void open() {
        ensure_topic(load_);
        to_ = connect_to(load_.port);
        from_ = connect_to(load_.port);
        set_nonblocking(to_);
        set_nonblocking(from_);
        timer_ = io::Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
        itimerspec spec{};
        spec.it_interval.tv_nsec = spec.it_value.tv_nsec = std::chrono::nanoseconds(tick).count();
        ::timerfd_settime(timer_.get(), 0, &spec, nullptr);
        readiness_.add(timer_, timer);
        readiness_.add(to_, producer);
        readiness_.add(from_, consumer);
    }

    void ready(std::uint64_t which) {
        std::uint64_t ticks = 0;
        if (which == timer && ::read(timer_.get(), &ticks, sizeof ticks) < 0) return;
        if (which == producer) answers_.read(to_, [&](ByteView) { --under_way_; });
        if (which == consumer) batches_.read(from_, [&](ByteView frame) { take(frame); });
        produce();
    }

    /// What is due goes out as one batch, as a producer that does not linger would send it.
    void produce() {
        auto         gap = static_cast<std::int64_t>(1e9 / load_.rate);
        std::int64_t now = std::min(nanoseconds(), ends_);
        if (due_ >= now || under_way_ >= load_.in_flight || !out_.is_empty()) {
            if (!out_.is_empty()) out_.write(to_);
            return;
        }
        auto                wall = std::chrono::system_clock::now().time_since_epoch();
        Timestamp           stamp{std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()};
        kafka::BatchBuilder builder({});
        for (; due_ < now && builder.size() < load_.batch_bytes; due_ += gap, ++sent_) {
            store_big(value_.data(), due_);
            builder.add({.timestamp = stamp, .value = ByteView(value_)});
        }
        frame_ = produce_frame(load_.topic, 0, builder.build());
        out_.send(frame_.view());
        out_.write(to_);
        ++under_way_;
    }

    void ask() {
        kafka::FetchRequest request;
        request.max_wait_ms = 500;
        request.min_bytes = 1;
        request.max_bytes = 50 << 20;
        request.session_epoch = -1;
        auto& wanted = request.topics.emplace_back();
        wanted.topic = load_.topic;
        auto& partition = wanted.partitions.emplace_back();
        partition.fetch_offset = offset_;
        partition.partition_max_bytes = 1 << 20;
        request_ = kafka::request_frame(request, latency_fetch_version, 1, "bench");
        for (const Bytes& piece : request_) asking_.send(piece.view());
        asking_.write(from_);
    }

    void take(ByteView frame) {
        std::int64_t         now = nanoseconds();
        kafka::Reader        in(Bytes::copy_of(frame));
        kafka::FetchResponse answer;
        if (!kafka::decode_response_header(kafka::FetchRequest::api, latency_fetch_version, in) ||
            !decode(answer, in, latency_fetch_version))
            throw Broken("an answer to a fetch that cannot be read");
        Bytes records = answer.responses.at(0).partitions.at(0).records.value_or(Bytes{});
        for (kafka::BatchCursor cursor(records.view()); auto batch = cursor.next();) {
            count(*batch, now);
            offset_ = batch->next_offset().value;
        }
        ask();
    }

    void count(const kafka::BatchView& batch, std::int64_t now) {
        constexpr std::size_t any = std::size_t{64} << 20;
        auto                  records = kafka::RecordCursor::open(batch, any);
        if (!records) throw Broken("a batch that cannot be read");
        while (auto record = records->next()) {
            auto due = load_big<std::int64_t>(record->value->data());
            if (due < began_ || due > ends_) continue; // of another run
            if (due >= counts_from_) times_.push_back(static_cast<double>(now - due) / 1e6);
            ++received_;
        }
    }

    void report() {
        std::ranges::sort(times_);
        fmt::print("{{\"p50_ms\": {:.3f}, \"p99_ms\": {:.3f}, \"p999_ms\": {:.3f}, \"max_ms\": {:.3f}, "
                   "\"records\": {}, \"missing\": {}}}\n",
                   quantile(times_, 0.5), quantile(times_, 0.99), quantile(times_, 0.999),
                   quantile(times_, 1), times_.size(), sent_ - received_);
    }

    const Load&            load_;
    std::vector<std::byte> value_;
    io::Descriptor         to_;
    io::Descriptor         from_;
    io::Descriptor         timer_;
    Readiness              readiness_;
    FrameWriter            out_;
    FrameWriter            asking_;
    FrameReader            answers_{std::size_t{64} << 10};
    FrameReader            batches_{std::size_t{2} << 20};
    Bytes                  frame_;
    std::vector<Bytes>     request_;
    std::size_t            under_way_ = 0;
    std::int64_t           offset_ = 0;
    std::int64_t           began_ = 0;
    std::int64_t           due_ = 0;
    std::int64_t           counts_from_ = 0;
    std::int64_t           ends_ = 0;
    std::uint64_t          sent_ = 0;
    std::uint64_t          received_ = 0;
    std::vector<double>    times_;
};

} // namespace

void run_latency(const Load& load) { Paced(load).run(); }

} // namespace riacho::bench
