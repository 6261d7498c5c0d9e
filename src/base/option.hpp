#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho {

/// The types that DescribeConfigs names, with its numbers.
enum class OptionType : std::int8_t {
    boolean = 1,
    string = 2,
    int32 = 3,
    int16 = 4,
    int64 = 5,
    real = 6,
    list = 7,
    class_name = 8,
    password = 9 ///< never shown
};

/// Whether it can be changed while the program runs: for one broker, or for all of the cluster as well.
enum class Dynamic : std::uint8_t { no, per_broker, cluster_wide };

/// What an option is to this program: `kept` is known, checked and described, and changes nothing; `internal`
/// is that too, and shown to nobody.
enum class Standing : std::uint8_t { acted_on, kept, internal };

/// One row of an option table: everything that is said about an option is said here, once. The table gives
/// the properties file, `--set`, the environment, DescribeConfigs and the documentation.
template <class Options> struct Option {
    std::string_view name; ///< Kafka's, verbatim
    OptionType       type;
    std::string_view about;
    /// Sets the field, or says in words what is allowed and changes nothing.
    std::function<std::expected<void, std::string>(Options&, std::string_view text)> set;
    std::function<std::string(const Options&)>                                       get;
    Dynamic                                                                          dynamic = Dynamic::no;
    Standing standing = Standing::acted_on;
    /// Without a value until somebody says one, though `get` may have another option's.
    bool is_unset_by_default = false;
};

/// What a value must be, and the words for it.
struct WholeRange {
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};
inline WholeRange at_least(std::int64_t low) { return {low, std::numeric_limits<std::int64_t>::max()}; }
inline WholeRange between(std::int64_t low, std::int64_t high) { return {low, high}; }

namespace option_detail {

using Allowed = std::vector<std::string_view>;
template <class T> using Parsed = std::expected<T, std::string>;

Parsed<std::int64_t>             parse_whole(std::string_view text, WholeRange range);
Parsed<double>                   parse_real(std::string_view text, double low, double high);
Parsed<bool>                     parse_boolean(std::string_view text);
Parsed<std::vector<std::string>> parse_list(std::string_view text, const Allowed& allowed);
Parsed<std::string>              parse_one_of(std::string_view text, const Allowed& allowed);
std::string                      join(const std::vector<std::string>& items);
std::string                      real_text(double value);

/// `range` without what `type` cannot hold.
WholeRange within(WholeRange range, OptionType type);

template <class T> T whole_to(std::int64_t value) {
    if constexpr (requires { typename T::rep; })
        return T(static_cast<typename T::rep>(value));
    else
        return static_cast<T>(value);
}
template <class T> std::int64_t whole_of(const T& value) {
    if constexpr (requires { typename T::rep; })
        return static_cast<std::int64_t>(value.count());
    else
        return static_cast<std::int64_t>(value);
}

} // namespace option_detail

/// A whole number, or a duration in the unit of its type; in `range` and in what Kafka's type holds.
template <class O, class T>
Option<O> whole_option(std::string_view name, OptionType type, T O::* field, std::string_view about,
                       WholeRange range) {
    range = option_detail::within(range, type);
    return {name, type, about,
            [=](O& options, std::string_view text) -> std::expected<void, std::string> {
                auto value = option_detail::parse_whole(text, range);
                if (!value) return std::unexpected(value.error());
                options.*field = option_detail::whole_to<T>(*value);
                return {};
            },
            [=](const O& options) { return std::to_string(option_detail::whole_of(options.*field)); }};
}

/// The same where -1 stands for "no limit".
template <class O, class T>
Option<O> limit_option(std::string_view name, OptionType type, std::optional<T> O::* field,
                       std::string_view about) {
    return {name, type, about,
            [=](O& options, std::string_view text) -> std::expected<void, std::string> {
                auto value = option_detail::parse_whole(text, option_detail::within(at_least(-1), type));
                if (!value) return std::unexpected(value.error());
                options.*field = std::nullopt;
                if (*value >= 0) options.*field = option_detail::whole_to<T>(*value);
                return {};
            },
            [=](const O& options) {
                const auto& value = options.*field;
                return std::to_string(value ? option_detail::whole_of(*value) : -1);
            }};
}

template <class O> Option<O> boolean_option(std::string_view name, bool O::* field, std::string_view about) {
    return {name, OptionType::boolean, about,
            [=](O& options, std::string_view text) -> std::expected<void, std::string> {
                auto value = option_detail::parse_boolean(text);
                if (!value) return std::unexpected(value.error());
                options.*field = *value;
                return {};
            },
            [=](const O& options) { return std::string(options.*field ? "true" : "false"); }};
}

template <class O>
Option<O> real_option(std::string_view name, double O::* field, std::string_view about, double low,
                      double high) {
    return {name, OptionType::real, about,
            [=](O& options, std::string_view text) -> std::expected<void, std::string> {
                auto value = option_detail::parse_real(text, low, high);
                if (!value) return std::unexpected(value.error());
                options.*field = *value;
                return {};
            },
            [=](const O& options) { return option_detail::real_text(options.*field); }};
}

/// One of `allowed`, or any text where it is empty.
template <class O>
Option<O> text_option(std::string_view name, std::string O::* field, std::string_view about,
                      std::vector<std::string_view> allowed = {}) {
    return {name, OptionType::string, about,
            [=](O& options, std::string_view text) -> std::expected<void, std::string> {
                auto value = option_detail::parse_one_of(text, allowed);
                if (!value) return std::unexpected(value.error());
                options.*field = std::move(*value);
                return {};
            },
            [=](const O& options) { return options.*field; }};
}

/// Comma separated, each one of `allowed`, or any text where it is empty.
template <class O>
Option<O> list_option(std::string_view name, std::vector<std::string> O::* field, std::string_view about,
                      std::vector<std::string_view> allowed = {}) {
    return {name, OptionType::list, about,
            [=](O& options, std::string_view text) -> std::expected<void, std::string> {
                auto value = option_detail::parse_list(text, allowed);
                if (!value) return std::unexpected(value.error());
                options.*field = std::move(*value);
                return {};
            },
            [=](const O& options) { return option_detail::join(options.*field); }};
}

} // namespace riacho
