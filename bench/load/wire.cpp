#include "wire.hpp"

#include "codec/endian.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace riacho::bench {
namespace {

[[noreturn]] void fail_with_errno(const std::string& what) {
    throw Broken(what + ": " + std::strerror(errno));
}

io::Descriptor tcp_socket() {
    io::Descriptor descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!descriptor.is_open()) fail_with_errno("socket");
    int on = 1;
    ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return descriptor;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void receive_exactly(const io::Descriptor& socket, std::span<std::byte> into) {
    while (!into.empty()) {
        ssize_t got = ::recv(socket.get(), into.data(), into.size(), 0);
        if (got == 0) throw Broken("the broker hung up");
        if (got < 0 && errno != EINTR) fail_with_errno("recv");
        if (got > 0) into = into.subspan(static_cast<std::size_t>(got));
    }
}

} // namespace

io::Descriptor connect_to(std::uint16_t port) {
    io::Descriptor descriptor = tcp_socket();
    sockaddr_in    address = loopback(port);
    if (::connect(descriptor.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail_with_errno("connect");
    return descriptor;
}

io::Descriptor listen_at(std::uint16_t port) {
    io::Descriptor descriptor = tcp_socket();
    sockaddr_in    address = loopback(port);
    if (::bind(descriptor.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail_with_errno("bind");
    if (::listen(descriptor.get(), 1024) != 0) fail_with_errno("listen");
    return descriptor;
}

void set_nonblocking(const io::Descriptor& descriptor) {
    ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

Bytes answer_to(const io::Descriptor& socket, const std::vector<Bytes>& frame) {
    for (const Bytes& piece : frame) {
        for (ByteView rest = piece.view(); !rest.empty();) {
            ssize_t put = ::send(socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (put < 0 && errno != EINTR) fail_with_errno("send");
            if (put > 0) rest = rest.subspan(static_cast<std::size_t>(put));
        }
    }
    std::array<std::byte, 4> size{};
    receive_exactly(socket, size);
    auto buffer = std::make_shared<Buffer>(load_big<std::uint32_t>(size.data()));
    receive_exactly(socket, buffer->span());
    return Bytes(std::move(buffer));
}

void FrameReader::fill(const io::Descriptor& socket) {
    if (from_ == filled_) from_ = filled_ = 0;
    if (from_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + from_, filled_ - from_);
        filled_ -= std::exchange(from_, 0);
    }
    if (filled_ >= 4) { // a frame larger than the buffer so far
        std::size_t whole = 4 + std::size_t{load_big<std::uint32_t>(buffer_.data())};
        if (whole > buffer_.size()) buffer_.resize(whole);
    }
    ssize_t got = ::recv(socket.get(), buffer_.data() + filled_, buffer_.size() - filled_, MSG_DONTWAIT);
    if (got == 0) throw Broken("the peer hung up");
    if (got < 0 && errno != EAGAIN && errno != EINTR) fail_with_errno("recv");
    if (got > 0) filled_ += static_cast<std::size_t>(got);
}

ByteView FrameReader::next() {
    std::size_t left = filled_ - from_;
    if (left < 4) return {};
    std::size_t size = load_big<std::uint32_t>(buffer_.data() + from_);
    if (left < 4 + size) return {};
    ByteView frame(buffer_.data() + from_ + 4, size);
    from_ += 4 + size;
    return frame;
}

bool FrameWriter::write(const io::Descriptor& socket) {
    while (!is_empty()) {
        std::array<iovec, 64> pieces;
        std::size_t           count = 0;
        for (std::size_t i = at_; i < waiting_.size() && count < pieces.size(); ++i, ++count)
            pieces[count] = {const_cast<std::byte*>(waiting_[i].data()), waiting_[i].size()};
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = count;
        ssize_t put = ::sendmsg(socket.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) return false;
        if (put < 0) fail_with_errno("send");
        for (auto left = static_cast<std::size_t>(put); left > 0;) {
            std::size_t part = std::min(left, waiting_[at_].size());
            waiting_[at_] = waiting_[at_].subspan(part);
            left -= part;
            if (waiting_[at_].empty()) ++at_;
        }
    }
    waiting_.clear();
    at_ = 0;
    return true;
}

Readiness::Readiness() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void Readiness::add(const io::Descriptor& descriptor, std::uint64_t number) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor.get(), &event);
}

void Readiness::change(const io::Descriptor& descriptor, std::uint64_t number, For wanted) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (wanted == For::both) event.events |= EPOLLOUT;
    event.data.u64 = number;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor.get(), &event);
}

void Readiness::wait(std::chrono::milliseconds limit, const std::function<void(std::uint64_t)>& ready) {
    std::array<epoll_event, 128> events;
    int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                             static_cast<int>(limit.count()));
    for (int i = 0; i < count; ++i) ready(events[static_cast<std::size_t>(i)].data.u64);
}

} // namespace riacho::bench
