#pragma once

#include "base/bytes.hpp"
#include "io/descriptor.hpp"
#include "kafka/wire/header.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// What the load programs speak to a broker with: plain sockets, frames made once, one thread.
namespace riacho::bench {

using Clock = std::chrono::steady_clock;

/// The run cannot go on: a broker that refuses, a peer that is gone.
class Broken : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

io::Descriptor connect_to(std::uint16_t port);
io::Descriptor listen_at(std::uint16_t port);
void           set_nonblocking(const io::Descriptor& descriptor);

/// Asks on a socket that still blocks, and gives the response's frame without its size.
Bytes answer_to(const io::Descriptor& socket, const std::vector<Bytes>& frame);

template <class Request>
typename Request::Response ask(const io::Descriptor& socket, const Request& request, kafka::Version version) {
    kafka::Reader              in(answer_to(socket, kafka::request_frame(request, version, 1, "bench")));
    typename Request::Response response;
    if (!kafka::decode_response_header(Request::api, version, in) || !decode(response, in, version))
        throw Broken("a response that cannot be read");
    return response;
}

/// Frames that come in on one non-blocking socket. `read` takes what is there with one call of the system and
/// calls `whole` with each frame, without its size; the view lives until the next call.
class FrameReader {
public:
    explicit FrameReader(std::size_t capacity) : buffer_(capacity) {}

    template <class Whole> void read(const io::Descriptor& socket, Whole whole) {
        fill(socket);
        for (ByteView frame = next(); !frame.empty(); frame = next()) whole(frame);
    }

private:
    void     fill(const io::Descriptor& socket);
    ByteView next();

    std::vector<std::byte> buffer_;
    std::size_t            from_ = 0;
    std::size_t            filled_ = 0;
};

/// Bytes that go out on one non-blocking socket. What is sent must stay where it is until `is_empty`.
class FrameWriter {
public:
    void send(ByteView bytes) { waiting_.push_back(bytes); }
    bool is_empty() const { return at_ == waiting_.size(); }
    /// Sends what the system takes; true when all is gone.
    bool write(const io::Descriptor& socket);

private:
    std::vector<ByteView> waiting_;
    std::size_t           at_ = 0;
};

/// Which descriptors are ready, by the number they were added under.
class Readiness {
public:
    Readiness();
    enum class For { reading, both };
    void add(const io::Descriptor& descriptor, std::uint64_t number);
    void change(const io::Descriptor& descriptor, std::uint64_t number, For wanted);
    /// Waits at most `limit`, and calls with each number that is ready.
    void wait(std::chrono::milliseconds limit, const std::function<void(std::uint64_t)>& ready);

private:
    io::Descriptor epoll_;
};

} // namespace riacho::bench
