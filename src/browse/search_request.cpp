#include "browse/search_request.hpp"

#include "browse/time_text.hpp"

#include <charconv>
#include <fmt/core.h>
#include <iterator>
#include <optional>

namespace riacho::browse {
namespace {

template <class Int> std::optional<Int> whole_number(std::string_view text) {
    Int value{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<std::string_view> behind(std::string_view text, std::string_view word) {
    if (!text.starts_with(word)) return std::nullopt;
    return text.substr(word.size());
}

std::optional<Timestamp> time_of(std::string_view text) {
    if (auto ms = whole_number<std::int64_t>(text)) return Timestamp{*ms};
    return parse_time(text);
}

/// "offset:17" and "time:2024-01-31", which a search may begin and end with.
template <class Place> std::optional<Place> place_of(std::string_view text) {
    if (auto number = behind(text, "offset:")) {
        if (auto offset = whole_number<std::int64_t>(*number)) return Offset{*offset};
    }
    if (auto moment = behind(text, "time:")) {
        if (auto time = time_of(*moment)) return *time;
    }
    return std::nullopt;
}

std::string_view up_to(std::string_view& rest, char separator) {
    auto part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

} // namespace

Outcome<SearchStart, PlaceError> parse_search_start(std::string_view text) {
    if (text == "earliest") return Earliest{};
    if (text == "latest") return Latest{};
    if (auto number = behind(text, "last:")) {
        auto count = whole_number<std::int64_t>(*number);
        if (count && *count > 0) return Newest{static_cast<std::size_t>(*count)};
    }
    if (auto place = place_of<SearchStart>(text)) return *place;
    return fail(
        PlaceError::malformed,
        fmt::format("'{}' is no place to begin at: earliest, latest, offset:N, time:T or last:N", text));
}

Outcome<SearchEnd, PlaceError> parse_search_end(std::string_view text) {
    if (auto place = place_of<SearchEnd>(text)) return *place;
    return fail(PlaceError::malformed, fmt::format("'{}' is no place to end at: offset:N or time:T", text));
}

std::string cursor_text(const Resume& resume) {
    std::string text;
    for (const Resume::Place& place : resume.places) {
        if (!text.empty()) text += ',';
        fmt::format_to(std::back_inserter(text), "{}-{}-{}", static_cast<std::int32_t>(place.partition),
                       place.position.value, place.end.value);
    }
    return text;
}

Outcome<Resume, PlaceError> parse_cursor(std::string_view text) {
    Resume resume;
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view place = up_to(rest, ',');
        auto             partition = whole_number<std::int32_t>(up_to(place, '-'));
        auto             position = whole_number<std::int64_t>(up_to(place, '-'));
        auto             end = whole_number<std::int64_t>(place);
        if (!partition || !position || !end || *position > *end)
            return fail(PlaceError::malformed, "the cursor is damaged: begin a new search");
        if (!resume.places.empty() && resume.places.back().partition >= PartitionIndex{*partition})
            return fail(PlaceError::malformed, "the cursor is damaged: begin a new search");
        resume.places.push_back({PartitionIndex{*partition}, {*position}, {*end}});
    }
    return resume;
}

} // namespace riacho::browse
