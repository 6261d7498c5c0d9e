#include "app/open_files.hpp"

#include <gtest/gtest.h>

namespace riacho::app {
namespace {

TEST(OpenFiles, leave_descriptors_to_the_disk_whatever_the_limit_is) {
    broker::BrokerOptions plenty;
    EXPECT_FALSE(fit_into_open_files(plenty, 1'000'000));
    EXPECT_EQ(plenty.store.open_files_max, 2000u);
    EXPECT_EQ(plenty.max_connections, 1'000'000 - 2128);

    broker::BrokerOptions tight;
    EXPECT_FALSE(fit_into_open_files(tight, 1024));
    EXPECT_EQ(tight.store.open_files_max, 256u);
    EXPECT_EQ(tight.max_connections, 1024 - 256 - 128);
}

TEST(OpenFiles, keep_what_was_asked_for_where_it_fits_and_say_where_it_does_not) {
    broker::BrokerOptions options;
    options.max_connections = 500;
    EXPECT_FALSE(fit_into_open_files(options, 1024));
    EXPECT_EQ(options.max_connections, 500);
    options.max_connections = 5000;
    auto note = fit_into_open_files(options, 1024);
    ASSERT_TRUE(note);
    EXPECT_NE(note->find("max.connections=5000"), std::string::npos);
    EXPECT_EQ(options.max_connections, 640);
}

TEST(OpenFiles, the_soft_limit_becomes_the_hard_one) {
    std::size_t limit = raise_open_files_limit();
    EXPECT_GT(limit, 0u);
    EXPECT_EQ(raise_open_files_limit(), limit);
}

} // namespace
} // namespace riacho::app
