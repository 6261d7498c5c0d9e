#include "codec/cpu.hpp"

#include <atomic>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace riacho {
namespace {

bool has_crc32c_instructions() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.2") != 0;
#elif defined(__aarch64__)
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
    return false;
#endif
}

// Written only by tests; both are one relaxed load on the way in.
std::atomic<bool> portable_forced = false;
const bool        crc32c_here = has_crc32c_instructions();

} // namespace

void force_portable(Portable portable) { portable_forced = portable == Portable::yes; }

bool cpu_has(CpuFeature feature) {
    if (portable_forced.load(std::memory_order_relaxed)) return false;
    switch (feature) {
    case CpuFeature::crc32c:
        return crc32c_here;
    }
    return false;
}

} // namespace riacho
