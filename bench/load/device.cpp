#include "load.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace riacho::bench {
namespace {

using Seconds = std::chrono::duration<double>;

/// A file of zeros that was written before, of which one block after the other is written again and synced.
class Device {
public:
    explicit Device(const Load& load)
        : path_(load.file), block_(load.batch_bytes, std::byte{1}),
          file_(::open(load.file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
        for (at_ = 0; at_ + block_.size() <= file_bytes; at_ += block_.size()) write();
        sync();
    }
    ~Device() { ::unlink(path_.c_str()); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    void write_and_sync() {
        at_ = at_ + 2 * block_.size() <= file_bytes ? at_ + block_.size() : 0;
        write();
        sync();
    }

private:
    static constexpr std::size_t file_bytes = 16 << 20;

    void write() {
        auto written = ::pwrite(file_.get(), block_.data(), block_.size(), static_cast<off_t>(at_));
        if (written != static_cast<ssize_t>(block_.size()))
            throw Broken(fmt::format("write to {}: {}", path_, std::strerror(errno)));
    }
    void sync() {
        if (::fdatasync(file_.get()) != 0) throw Broken(fmt::format("sync: {}", std::strerror(errno)));
    }

    std::string            path_;
    std::vector<std::byte> block_;
    io::Descriptor         file_;
    std::size_t            at_ = 0;
};

double milliseconds(Clock::duration time) { return Seconds(time).count() * 1e3; }

/// How long a write and its sync take, one after the other.
std::vector<double> one_after_the_other(Device& device, double seconds) {
    std::vector<double> times;
    for (auto end = Clock::now() + Seconds(seconds); Clock::now() < end;) {
        auto began = Clock::now();
        device.write_and_sync();
        times.push_back(milliseconds(Clock::now() - began));
    }
    return times;
}

/// What a broker is measured by: `load.rate` records a second are due, and all that are due are in the next
/// block; from then on to the end of its sync. Whoever syncs each acknowledgement cannot do better on this
/// device.
std::vector<double> when_due(Device& device, const Load& load) {
    std::vector<double> times;
    auto                gap = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / load.rate));
    auto                due = Clock::now();
    for (auto end = due + Seconds(load.seconds); due < end;) {
        auto first = due;
        auto now = Clock::now();
        while (due <= now) due += gap;
        if (first == due) continue;
        device.write_and_sync();
        for (now = Clock::now(); first < due; first += gap) times.push_back(milliseconds(now - first));
    }
    return times;
}

std::string shares(std::vector<double> times) {
    std::ranges::sort(times);
    return fmt::format("{{\"p50_ms\": {:.3f}, \"p99_ms\": {:.3f}, \"p999_ms\": {:.3f}, \"count\": {}}}",
                       quantile(times, 0.5), quantile(times, 0.99), quantile(times, 0.999), times.size());
}

} // namespace

void run_device(const Load& load) {
    Device device(load);
    auto   alone = one_after_the_other(device, load.seconds);
    auto   paced = when_due(device, load);
    fmt::print("{{\"alone\": {}, \"paced\": {}}}\n", shares(std::move(alone)), shares(std::move(paced)));
}

} // namespace riacho::bench
