#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace riacho {

/// One gzip member whose bytes come little by little, for readers that do not wait for its end.
class GzipStream {
public:
    static constexpr std::size_t held_bytes = 272 << 10; ///< the library's state

    /// What is put in can be read once `sync` or `finish` has come out; nothing is put in behind `finish`.
    enum class Flush { none, sync, finish };

    GzipStream();
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    /// Appends what comes out to `packed`.
    void put(ByteView plain, Flush flush, std::string& packed);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace riacho
