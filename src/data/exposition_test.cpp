#include "data/exposition.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace riacho::data {
namespace {

struct ReadPage {
    std::vector<ExpositionSample> samples;
    std::string                   problem; ///< empty where there is none
};

ReadPage read_page(std::string_view text, std::size_t piece = 1000, ExpositionLimits limits = {}) {
    ReadPage         page;
    ExpositionReader reader([&](const ExpositionSample& sample) { page.samples.push_back(sample); }, limits);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        if (auto fed = reader.feed(text.substr(0, piece)); !fed) {
            page.problem = fed.error().detail;
            return page;
        }
    if (auto end = reader.end(); !end) page.problem = end.error().detail;
    return page;
}

TEST(ExpositionTest, samples_come_with_their_labels_whatever_the_pieces) {
    constexpr std::string_view text = "# HELP bytes_total What came in.\n"
                                      "# TYPE bytes_total counter\n"
                                      "\n"
                                      "bytes_total 12\n"
                                      "  bytes_total{topic=\"a\\\"b\\\\c\\nd\", } 1.5e3 1700000000000\r\n"
                                      "up:rate{ a = \"1\" ,b=\"\"}\t-0.25\n";
    for (std::size_t piece : {1U, 2U, 7U, 1000U}) {
        ReadPage page = read_page(text, piece);
        EXPECT_EQ(page.problem, "");
        ASSERT_EQ(page.samples.size(), 3);
        EXPECT_EQ(page.samples[0].value, 12);
        EXPECT_EQ(page.samples[0].label("topic"), nullptr);
        EXPECT_EQ(*page.samples[1].label("topic"), "a\"b\\c\nd");
        EXPECT_EQ(page.samples[1].value, 1500);
        EXPECT_EQ(page.samples[2].name, "up:rate");
        EXPECT_EQ(page.samples[2].value, -0.25);
        EXPECT_EQ(*page.samples[2].label("b"), "");
    }
}

TEST(ExpositionTest, values_may_be_infinite_or_no_number) {
    ReadPage page = read_page("a +Inf\na -Inf\na NaN\na 1e308\na .5\n");
    EXPECT_EQ(page.problem, "");
    ASSERT_EQ(page.samples.size(), 5);
    EXPECT_TRUE(std::isinf(page.samples[0].value) && page.samples[0].value > 0);
    EXPECT_TRUE(std::isinf(page.samples[1].value) && page.samples[1].value < 0);
    EXPECT_TRUE(std::isnan(page.samples[2].value));
    EXPECT_EQ(page.samples[4].value, 0.5);
}

TEST(ExpositionTest, what_is_not_the_format_is_refused_with_its_line) {
    for (std::string line : {"1a 2",
                             "a",
                             "a ",
                             "a x",
                             "a 1 2 3",
                             "a 1 x",
                             "a{ 1",
                             "a{b} 1",
                             "a{b=1} 1",
                             "a{b=\"1} 1",
                             "a{=\"1\"} 1",
                             "a{b=\"\\x\"} 1",
                             "a{b=\"1\" c=\"2\"} 1",
                             "a{b=\"1\",b=\"2\"} 1",
                             "a{b=\"\xff\"} 1",
                             "a 1e999",
                             "a --1",
                             "a 0x10",
                             "a +",
                             "a 1.5 1.5",
                             "a{1=\"b\"} 1",
                             "<html>",
                             "{\"a\": 1}",
                             "a1",
                             "a\"b\" 1"})
        EXPECT_TRUE(read_page("ok 1\n" + line + "\n").problem.starts_with("line 2: ")) << line;
    EXPECT_EQ(read_page("ok 1\nhalf 2").problem, "line 2 does not end");
}

TEST(ExpositionTest, more_than_the_limits_is_refused_before_it_is_kept) {
    ExpositionLimits limits{.bytes_max = 100, .line_max = 40, .labels_max = 2};
    EXPECT_EQ(read_page("a{x=\"1\",y=\"2\"} 1\n", 5, limits).problem, "");
    EXPECT_EQ(read_page("a{x=\"1\",y=\"2\",z=\"3\"} 1\n", 5, limits).problem, "line 1: too many labels");
    EXPECT_EQ(read_page(std::string(41, 'a'), 5, limits).problem, "line 1 has more than 40 bytes");
    std::string lines;
    for (int i = 0; i < 26; ++i) lines += "a 1\n";
    EXPECT_EQ(read_page(lines, 5, limits).problem, "more than 100 bytes");
}

} // namespace
} // namespace riacho::data
