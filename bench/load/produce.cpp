#include "load.hpp"

#include <cstdio>
#include <deque>

namespace riacho::bench {
namespace {

constexpr std::size_t response_room = 64 << 10;

/// One producer: `in_flight` equal requests are always under way.
struct Producing {
    io::Descriptor socket;
    Bytes          frame;
    FrameWriter    out;
    FrameReader    in{response_room};
};

} // namespace

void run_produce(const Load& load) {
    ensure_topic(load);
    std::int32_t          records = 0;
    Bytes                 batch = batch_of(load, records);
    std::deque<Producing> producers;
    Readiness             readiness;
    std::uint64_t         answered = 0;
    for (std::size_t i = 0; i < load.connections; ++i) {
        auto       partition = static_cast<std::int32_t>(i % static_cast<std::size_t>(load.partitions));
        Producing& one = producers.emplace_back();
        one.socket = connect_to(load.port);
        one.frame = produce_frame(load.topic, partition, batch);
        readiness.add(one.socket, i);
        set_nonblocking(one.socket);
    }
    auto write = [&](std::size_t i) {
        auto wanted =
            producers[i].out.write(producers[i].socket) ? Readiness::For::reading : Readiness::For::both;
        if (wanted == Readiness::For::both) readiness.change(producers[i].socket, i, wanted);
        return wanted;
    };
    for (std::size_t i = 0; i < producers.size(); ++i) {
        for (std::size_t k = 0; k < load.in_flight; ++k) producers[i].out.send(producers[i].frame.view());
        write(i);
    }
    Window        window(load);
    std::uint64_t record_bytes = static_cast<std::uint64_t>(records) * load.record_bytes;
    while (window.is_open(answered * static_cast<std::uint64_t>(records), answered * record_bytes)) {
        readiness.wait(std::chrono::milliseconds(100), [&](std::uint64_t i) {
            Producing& one = producers[i];
            bool       was_waiting = !one.out.is_empty();
            one.in.read(one.socket, [&](ByteView frame) {
                auto error = error_of_produce(Bytes::copy_of(frame));
                if (error != kafka::ErrorCode::none)
                    throw Broken(fmt::format("a produce was refused: error {}", static_cast<int>(error)));
                ++answered;
                one.out.send(one.frame.view());
            });
            if (write(i) == Readiness::For::reading && was_waiting)
                readiness.change(one.socket, i, Readiness::For::reading);
        });
    }
    fmt::print("{}\n", window.report());
}

} // namespace riacho::bench
