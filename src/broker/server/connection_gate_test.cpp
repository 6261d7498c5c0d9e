#include "broker/server/connection_gate.hpp"

#include <gtest/gtest.h>

namespace riacho::broker {
namespace {

using enum ConnectionGate::Answer;

TEST(ConnectionGate, admits_up_to_its_limit_and_again_when_somebody_has_left) {
    ConnectionGate gate(2, 100);
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("b"), admitted);
    EXPECT_EQ(gate.enter("c"), refused);
    gate.leave("a");
    EXPECT_EQ(gate.enter("c"), admitted);
    EXPECT_EQ(gate.enter("a"), refused);
}

TEST(ConnectionGate, counts_each_address_for_itself) {
    ConnectionGate gate(100, 1);
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("a"), refused);
    EXPECT_EQ(gate.enter("b"), admitted);
    gate.leave("a");
    EXPECT_EQ(gate.enter("a"), admitted);
    EXPECT_EQ(gate.enter("b"), refused);
}

TEST(ConnectionGate, takes_no_place_when_it_refuses) {
    ConnectionGate gate(1, 1);
    EXPECT_EQ(gate.enter("a"), admitted);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(gate.enter("b"), refused);
    gate.leave("a");
    EXPECT_EQ(gate.enter("b"), admitted);
}

TEST(ConnectionGate, lets_nobody_in_with_a_limit_of_zero) {
    EXPECT_EQ(ConnectionGate(0, 5).enter("a"), refused);
    EXPECT_EQ(ConnectionGate(5, 0).enter("a"), refused);
}

} // namespace
} // namespace riacho::broker
