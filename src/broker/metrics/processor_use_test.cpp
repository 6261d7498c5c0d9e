#include "broker/metrics/processor_use.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

using namespace std::chrono_literals;

TEST(ProcessorUse, IsOfTheLastMinuteAndNotOfAllTime) {
    ProcessorUse use;
    EXPECT_EQ(use.idle(0s, 0s), 1);
    Time used{0};
    for (Time now = 0s; now < 10min;
         now += 1s) { // idle for eight minutes, then busy for three quarters of the time
        use.look(now, used);
        if (now < 8min) EXPECT_EQ(use.idle(now, used), 1);
        if (now >= 8min) used += 750ms;
    }
    EXPECT_NEAR(use.idle(10min, used), 0.25, 0.001);
    EXPECT_EQ(use.idle(10min, used + 1h), 0) << "never less than nothing";
}

TEST(ProcessorUse, LooksNoMoreOftenThanItNeeds) {
    ProcessorUse use;
    use.look(0s, 0s);
    use.look(1s, 1s); // too early: what was used since the first look counts
    EXPECT_EQ(use.idle(2s, 1s), 0.5);
}

} // namespace
} // namespace riacho::broker
