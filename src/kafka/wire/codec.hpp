#pragma once
// What `decode`, `encode` and `to_json` of every message are made of. Only the generated .cpp files and tests
// need this header.

#include "kafka/wire/decoder.hpp"
#include "kafka/wire/encoder.hpp"
#include "kafka/wire/printer.hpp"

namespace riacho::kafka {

template <class M> Form form_of(Version version) { return {version, version >= M::api.flexible}; }

template <class M> bool decode_message(M& m, Reader& in, Version version) {
    m = M{};
    Decoder(in, form_of<M>(version)).message(m);
    return !in.failed();
}

template <class M> void encode_message(const M& m, Writer& out, Version version) {
    Encoder(out, form_of<M>(version)).message(m);
}

template <class M> std::string print_message(const M& m, Version version) {
    Printer printer(version);
    printer.message(m);
    return printer.take();
}

} // namespace riacho::kafka
