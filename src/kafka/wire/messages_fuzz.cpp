// Any bytes as any message: the first two choose message and version, the rest is its frame. What is decoded
// must survive its own encoding, and print.
#include "kafka/messages/all.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fmt/core.h>
#include <span>

namespace riacho::kafka {

namespace {

void expect(bool holds, std::string_view what, std::string_view name) {
    if (holds) return;
    fmt::print(stderr, "{}: {}\n", name, what);
    std::abort();
}

template <class M> void fuzz_message(Bytes frame, Version version) {
    Reader in(std::move(frame));
    M      m;
    if (!decode(m, in, version)) return;
    Writer out;
    encode(m, out, version);
    Reader again(out.to_bytes());
    M      second;
    expect(decode(second, again, version) && again.done(), "what was encoded is not decoded", M::api.name);
    expect(to_json(second, version) == to_json(m, version), "decoded otherwise than encoded", M::api.name);
    Writer twice;
    encode(second, twice, version);
    expect(twice.to_bytes() == out.to_bytes(), "encoded to other bytes", M::api.name);
}

void fuzz_one(std::uint8_t message, std::uint8_t version, Bytes frame) {
    int number = 0;
    for_each_message([&]<class M>(std::type_identity<M>) {
        if (number++ != message) return;
        int low = M::api.versions.low;
        int count = M::api.versions.high - low + 1;
        fuzz_message<M>(frame, static_cast<Version>(low + version % count));
    });
}

} // namespace

} // namespace riacho::kafka

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    riacho::kafka::fuzz_one(data[0], data[1],
                            riacho::Bytes::copy_of(std::as_bytes(std::span(data + 2, size - 2))));
    return 0;
}
