#include "kafka/messages/fetch.hpp"

#include "kafka/batch/batch_view.hpp"
#include "load.hpp"

#include <cstdio>
#include <deque>

namespace riacho::bench {
namespace {

constexpr kafka::Version fetch_version = 12;
constexpr std::int32_t   partition_bytes = 1 << 20; // the defaults of Kafka's consumer
constexpr std::int32_t   fetch_bytes = 50 << 20;

/// One consumer of one partition: asks for what follows, and begins again at the end.
struct Fetching {
    io::Descriptor     socket;
    std::int32_t       partition = 0;
    std::int64_t       offset = 0;
    std::vector<Bytes> request;
    FrameWriter        out;
    FrameReader        in{std::size_t{2} << 20};
};

void ask_on(Fetching& one, const std::string& topic) {
    kafka::FetchRequest request;
    request.max_wait_ms = 500;
    request.min_bytes = 1;
    request.max_bytes = fetch_bytes;
    request.session_epoch = -1;
    auto& wanted = request.topics.emplace_back();
    wanted.topic = topic;
    auto& partition = wanted.partitions.emplace_back();
    partition.partition = one.partition;
    partition.fetch_offset = one.offset;
    partition.partition_max_bytes = partition_bytes;
    one.request = kafka::request_frame(request, fetch_version, 1, "bench");
    for (const Bytes& piece : one.request) one.out.send(piece.view());
    one.out.write(one.socket);
}

/// Counts, and moves the offset behind the last whole batch.
void take(Fetching& one, ByteView frame, std::uint64_t& records, std::uint64_t& bytes) {
    constexpr std::size_t head = 256; // all but the records, which stay where they are
    kafka::Reader         in(Bytes::copy_of(frame.first(std::min(frame.size(), head))));
    // header: correlation id, tags; body: throttle, error, session, one topic (name, one partition ...)
    in.take(4 + 1 + 4);
    auto error = in.big_endian<std::int16_t>();
    in.take(4);
    in.unsigned_varint();              // topics
    in.take(in.unsigned_varint() - 1); // name
    in.unsigned_varint();              // partitions
    in.take(4);
    auto of_partition = in.big_endian<std::int16_t>();
    auto high_watermark = in.big_endian<std::int64_t>();
    in.take(8 + 8);
    in.unsigned_varint(); // aborted transactions
    in.take(4);
    std::size_t size = in.unsigned_varint();
    if (in.failed() || error != 0 || of_partition != 0)
        throw Broken(fmt::format("a fetch was refused: errors {} and {}", error, of_partition));
    std::size_t at = std::min(frame.size(), head) - in.remaining();
    ByteView    batches = frame.subspan(at, size == 0 ? 0 : size - 1);
    for (kafka::BatchCursor cursor(batches); auto batch = cursor.next();) {
        one.offset = batch->next_offset().value;
        records += static_cast<std::uint64_t>(batch->records_count());
        bytes += batch->size();
    }
    if (one.offset >= high_watermark) one.offset = 0;
}

} // namespace

void run_fetch(const Load& load) {
    std::deque<Fetching> consumers;
    Readiness            readiness;
    for (std::size_t i = 0; i < load.connections; ++i) {
        Fetching& one = consumers.emplace_back();
        one.socket = connect_to(load.port);
        one.partition = static_cast<std::int32_t>(i % static_cast<std::size_t>(load.partitions));
        readiness.add(one.socket, i);
        set_nonblocking(one.socket);
        ask_on(one, load.topic);
    }
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    Window        window(load);
    while (window.is_open(records, bytes)) {
        readiness.wait(std::chrono::milliseconds(100), [&](std::uint64_t i) {
            Fetching& one = consumers[i];
            bool      is_answered = false;
            one.in.read(one.socket, [&](ByteView frame) {
                take(one, frame, records, bytes);
                is_answered = true;
            });
            if (is_answered) ask_on(one, load.topic);
        });
    }
    fmt::print("{}\n", window.report());
}

} // namespace riacho::bench
