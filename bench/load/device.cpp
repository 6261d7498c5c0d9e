#include "load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace riacho::bench {

/// How long the device takes to make `batch_bytes` durable, on a file that was written before: pwrite and
/// fdatasync, one after the other, at `rate` a second.
void run_device(const Load& load) {
    constexpr std::size_t  file_bytes = 16 << 20;
    std::vector<std::byte> bytes(load.batch_bytes, std::byte{1});
    io::Descriptor         file(::open(load.file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    auto                   write = [&](std::size_t at) {
        if (::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at)) !=
            static_cast<ssize_t>(bytes.size()))
            throw Broken(fmt::format("write to {}: {}", load.file, std::strerror(errno)));
    };
    auto sync = [&] {
        if (::fdatasync(file.get()) != 0) throw Broken(fmt::format("sync: {}", std::strerror(errno)));
    };
    for (std::size_t at = 0; at + bytes.size() <= file_bytes; at += bytes.size()) write(at);
    sync();
    std::vector<double> times;
    auto                end = Clock::now() + std::chrono::duration<double>(load.seconds);
    for (std::size_t at = 0; Clock::now() < end; at += bytes.size()) {
        if (at + bytes.size() > file_bytes) at = 0;
        auto began = Clock::now();
        write(at);
        sync();
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    }
    std::ranges::sort(times);
    fmt::print("{{\"p50_ms\": {:.3f}, \"p99_ms\": {:.3f}, \"p999_ms\": {:.3f}, \"syncs\": {}}}\n",
               quantile(times, 0.5), quantile(times, 0.99), quantile(times, 0.999), times.size());
    ::unlink(load.file.c_str());
}

} // namespace riacho::bench
