#include "base/option.hpp"

#include <gtest/gtest.h>

namespace riacho {
namespace {

using namespace std::chrono_literals;

struct Kept {
    std::int32_t                             size = 7;
    std::chrono::milliseconds                wait = 3s;
    std::optional<std::chrono::milliseconds> limit = 1h;
    bool                                     on = false;
    double                                   ratio = 0.5;
    std::string                              kind = "delete";
    std::vector<std::string>                 kinds{"delete"};
};

using enum OptionType;

const Option<Kept> size_option = whole_option("size", int32, &Kept::size, "", between(-1, 9));
const Option<Kept> wait_option = whole_option("wait.ms", int64, &Kept::wait, "", at_least(0));
const Option<Kept> limit_row = limit_option("limit.ms", int64, &Kept::limit, "");
const Option<Kept> on_option = boolean_option("on", &Kept::on, "");
const Option<Kept> ratio_option = real_option("ratio", &Kept::ratio, "", 0, 1);
const Option<Kept> kind_option = text_option("kind", &Kept::kind, "", {"delete", "compact"});
const Option<Kept> kinds_option = list_option("kinds", &Kept::kinds, "", {"delete", "compact"});

/// What is wrong with `text`, empty when it was taken.
std::string refusal_of(const Option<Kept>& option, std::string_view text) {
    Kept kept;
    auto set = option.set(kept, text);
    return set ? "" : set.error();
}

/// What the option says after `text` was set.
std::string after(const Option<Kept>& option, std::string_view text) {
    Kept kept;
    auto set = option.set(kept, text);
    return set ? option.get(kept) : "refused: " + set.error();
}

TEST(Option, says_the_field_as_text) {
    Kept kept;
    EXPECT_EQ(size_option.get(kept), "7");
    EXPECT_EQ(wait_option.get(kept), "3000");
    EXPECT_EQ(limit_row.get(kept), "3600000");
    EXPECT_EQ(on_option.get(kept), "false");
    EXPECT_EQ(ratio_option.get(kept), "0.5");
    EXPECT_EQ(kind_option.get(kept), "delete");
    EXPECT_EQ(kinds_option.get(kept), "delete");
}

TEST(Option, takes_a_whole_number_of_its_range_and_nothing_else) {
    EXPECT_EQ(after(size_option, "-1"), "-1");
    EXPECT_EQ(after(size_option, " 9 "), "9");
    for (std::string_view bad : {"10", "-2", "", " ", "1.5", "0x1", "1k", "99999999999999999999", "1 2"})
        EXPECT_EQ(refusal_of(size_option, bad), "must be a whole number from -1 to 9") << bad;
    EXPECT_EQ(refusal_of(wait_option, "-1"), "must be a whole number of at least 0");
}

TEST(Option, takes_no_more_than_kafkas_type_holds) {
    const Option<Kept> any_size = whole_option("size", int32, &Kept::size, "", at_least(1));
    EXPECT_EQ(after(any_size, "2147483647"), "2147483647");
    EXPECT_EQ(refusal_of(any_size, "2147483648"), "must be a whole number from 1 to 2147483647");
    const Option<Kept> small_size = whole_option("size", int16, &Kept::size, "", {});
    EXPECT_EQ(refusal_of(small_size, "32768"), "must be a whole number from -32768 to 32767");
    const Option<Kept> short_limit = limit_option("limit.ms", int32, &Kept::limit, "");
    EXPECT_EQ(refusal_of(short_limit, "2147483648"), "must be a whole number from -1 to 2147483647");
}

TEST(Option, keeps_what_it_had_when_a_value_is_refused) {
    Kept kept;
    EXPECT_FALSE(size_option.set(kept, "ten"));
    EXPECT_EQ(kept.size, 7);
    EXPECT_FALSE(kinds_option.set(kept, "delete,squash"));
    EXPECT_EQ(kept.kinds, std::vector<std::string>{"delete"});
}

TEST(Option, reads_a_duration_in_the_unit_of_its_field) {
    Kept kept;
    ASSERT_TRUE(wait_option.set(kept, "1500"));
    EXPECT_EQ(kept.wait, 1500ms);
}

TEST(Option, takes_minus_one_for_no_limit_and_gives_it_back) {
    Kept kept;
    ASSERT_TRUE(limit_row.set(kept, "-1"));
    EXPECT_FALSE(kept.limit);
    EXPECT_EQ(limit_row.get(kept), "-1");
    ASSERT_TRUE(limit_row.set(kept, "0"));
    EXPECT_EQ(kept.limit, 0ms);
    EXPECT_EQ(refusal_of(limit_row, "-2"), "must be a whole number of at least -1");
}

TEST(Option, takes_a_boolean_in_any_case_and_no_other_word) {
    EXPECT_EQ(after(on_option, "TRUE"), "true");
    EXPECT_EQ(after(on_option, " false"), "false");
    for (std::string_view bad : {"yes", "1", "", "truee"})
        EXPECT_EQ(refusal_of(on_option, bad), "must be true or false") << bad;
}

TEST(Option, takes_a_real_number_of_its_range) {
    EXPECT_EQ(after(ratio_option, "0.25"), "0.25");
    EXPECT_EQ(after(ratio_option, "1"), "1");
    for (std::string_view bad : {"1.01", "-0.1", "nan", "inf", "half", ""})
        EXPECT_EQ(refusal_of(ratio_option, bad), "must be a number from 0 to 1") << bad;
}

TEST(Option, takes_only_the_words_that_it_knows) {
    EXPECT_EQ(after(kind_option, "compact"), "compact");
    EXPECT_EQ(refusal_of(kind_option, "Compact"), "must be one of delete, compact");
    EXPECT_EQ(refusal_of(kind_option, ""), "must be one of delete, compact");
}

TEST(Option, takes_a_list_with_spaces_around_its_commas) {
    EXPECT_EQ(after(kinds_option, "compact , delete"), "compact,delete");
    EXPECT_EQ(after(kinds_option, ""), "");
    EXPECT_EQ(refusal_of(kinds_option, "delete,squash"), "each item must be one of delete, compact");
    EXPECT_EQ(refusal_of(kinds_option, "delete,,compact"), "each item must be one of delete, compact");
}

} // namespace
} // namespace riacho
