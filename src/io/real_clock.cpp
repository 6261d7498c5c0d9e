#include "io/real_clock.hpp"

#include "base/check.hpp"

#include <cerrno>
#include <sys/random.h>

namespace riacho::io {

RealClock::RealClock() : start_(std::chrono::steady_clock::now().time_since_epoch()) {}

Time RealClock::now() const { return std::chrono::steady_clock::now().time_since_epoch() - start_; }

Timestamp RealClock::wall() const {
    auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::floor<std::chrono::milliseconds>(since_1970).count()};
}

std::uint64_t RealRandom::bits() {
    std::uint64_t word = 0;
    ssize_t       got = -1;
    do {
        got = getrandom(&word, sizeof word, 0);
    } while (got < 0 && errno == EINTR); // only while the kernel's pool is not ready yet, at boot
    check(got == sizeof word, "the kernel gives random numbers");
    return word;
}

} // namespace riacho::io
