#include "base/random.hpp"
#include "codec/cpu.hpp"
#include "codec/crc32c.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace riacho {
namespace {

class Crc32c : public testing::TestWithParam<Portable> {
protected:
    Crc32c() { force_portable(GetParam()); }
    ~Crc32c() override { force_portable(Portable::no); }
};

std::vector<std::byte> random_input(std::size_t size) {
    SeededRandom           random(size);
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random.bits());
    return bytes;
}

std::uint32_t crc32c_bit_by_bit(ByteView bytes) {
    std::uint32_t state = 0xffffffff;
    for (std::byte byte : bytes) {
        state ^= std::to_integer<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; bit++) state = (state >> 1) ^ ((state & 1) != 0 ? 0x82f63b78 : 0);
    }
    return ~state;
}

TEST_P(Crc32c, GivesThePublishedChecksums) {
    std::vector<std::byte> zeros(32);
    std::vector<std::byte> ones(32, std::byte{0xff});
    std::vector<std::byte> rising(32);
    for (std::size_t i = 0; i < rising.size(); i++) rising[i] = static_cast<std::byte>(i);
    EXPECT_EQ(crc32c({}), 0u);
    EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283);
    EXPECT_EQ(crc32c(zeros), 0x8a9136aa); // this and the next two: RFC 3720, B.4
    EXPECT_EQ(crc32c(ones), 0x62a8ab43);
    EXPECT_EQ(crc32c(rising), 0x46dd794e);
}

TEST_P(Crc32c, IsTheSameForEveryLengthAndAlignment) {
    std::vector<std::byte> bytes = random_input(3000);
    for (std::size_t from = 0; from < 9; from++) {
        for (std::size_t size = 0; size < 2000; size += size < 64 ? 1 : 61) {
            ByteView part = ByteView(bytes).subspan(from, size);
            ASSERT_EQ(crc32c(part), crc32c_bit_by_bit(part)) << from << " " << size;
        }
    }
}

TEST_P(Crc32c, IsTheSameAroundTheSizesOfItsLanes) {
    std::vector<std::byte> bytes = random_input(40'000);
    for (std::size_t size :
         {767uz, 768uz, 769uz, 1535uz, 1536uz, 12287uz, 12288uz, 12289uz, 13056uz, 24576uz, 40000uz}) {
        ByteView part = ByteView(bytes).first(size);
        ASSERT_EQ(crc32c(part), crc32c_bit_by_bit(part)) << size;
    }
}

TEST_P(Crc32c, ContinuesFromTheChecksumOfWhatCameBefore) {
    std::vector<std::byte> bytes = random_input(30'000);
    ByteView               all = bytes;
    for (std::size_t cut : {0uz, 1uz, 7uz, 8uz, 12288uz, 15001uz, 30000uz}) {
        EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all)) << cut;
    }
}

INSTANTIATE_TEST_SUITE_P(, Crc32c, testing::Values(Portable::no, Portable::yes), [](const auto& path) {
    return path.param == Portable::yes ? "OnThePortablePath" : "OnThisProcessor";
});

TEST(Cpu, HasNothingWhilePortableIsForced) {
    force_portable(Portable::yes);
    EXPECT_FALSE(cpu_has(CpuFeature::crc32c));
    force_portable(Portable::no);
}

} // namespace
} // namespace riacho
