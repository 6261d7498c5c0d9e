#include "console/request.hpp"

#include "data/json_parse.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace riacho::console {
namespace {

using data::Json;

constexpr std::size_t search_max = 255;
constexpr std::size_t topic_name_max = 249;
constexpr std::size_t partitions_max = 10'000;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

bool fits(std::string_view text, Length length) {
    std::size_t size = code_points(text);
    return size >= length.low && size <= length.high;
}

std::unexpected<Problem> bad_length(std::string_view name, Length length) {
    return bad_request(fmt::format("{}: from {} to {} characters", name, length.low, length.high));
}

} // namespace

Json int64_json(std::int64_t value) { return std::to_string(value); }
Json int64_json(std::optional<std::int64_t> value) { return value ? int64_json(*value) : Json(nullptr); }

Json rate_json(std::optional<double> value) {
    if (!value) return nullptr;
    return *data::Number::from_text(fmt::format("{:.6g}", *value));
}

OrProblem<bool> flag_in(const http::Target& target, std::string_view name, std::string_view fallback) {
    const std::string* said = target.find(name);
    std::string_view   text = said ? std::string_view(*said) : fallback;
    if (text == "true") return true;
    if (text == "false") return false;
    return bad_request(fmt::format("{}: true or false, not '{}'", name, text));
}

OrProblem<std::int64_t> number_in(const http::Target& target, std::string_view name, std::int64_t fallback,
                                  std::int64_t low, std::int64_t high) {
    const std::string* said = target.find(name);
    if (!said) return fallback;
    std::int64_t value = 0;
    auto         end = said->data() + said->size();
    auto         read = std::from_chars(said->data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || value < low || value > high)
        return bad_request(fmt::format("{}: a whole number from {} to {}, not '{}'", name, low, high, *said));
    return value;
}

OrProblem<std::string> choice_in(const http::Target& target, std::string_view name,
                                 std::vector<std::string_view> allowed) {
    const std::string* said = target.find(name);
    if (!said) return std::string(allowed.front());
    if (std::ranges::find(allowed, *said) == allowed.end())
        return bad_request(fmt::format("{}: one of {}, not '{}'", name, fmt::join(allowed, ", "), *said));
    return *said;
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

OrProblem<const std::string*> text_in(const http::Target& target, std::string_view name, Length length) {
    const std::string* said = target.find(name);
    if (said && !fits(*said, length)) return bad_length(name, length);
    return said;
}

OrProblem<const std::string*> topic_name_in(const http::Target& target) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    TRY(const std::string* name, text_in(target, "topic", {1, topic_name_max}));
    if (name && name->find_first_not_of(allowed) != std::string::npos)
        return bad_request("topic: letters, digits, '.', '_' and '-' make the name of a topic");
    return name;
}

OrProblem<std::vector<std::int32_t>> partitions_in_query(const http::Target& target) {
    std::vector<std::int32_t> partitions;
    for (const auto& [name, value] : target.query) {
        if (name != "partition") continue;
        std::int32_t number = 0;
        auto         end = value.data() + value.size();
        auto         read = std::from_chars(value.data(), end, number);
        if (read.ec != std::errc() || read.ptr != end || number < 0)
            return bad_request(fmt::format("partition: no number: '{}'", value));
        if (partitions.size() == partitions_max)
            return bad_request(fmt::format("partition: at most {}", partitions_max));
        partitions.push_back(number);
    }
    return partitions;
}

bool Paging::finds(std::string_view name) const {
    return search.empty() || lower_case(name).find(search) != std::string::npos;
}

OrProblem<Paging> paging_in(const http::Target& target, std::vector<std::string_view> sorts) {
    Paging paging;
    TRY(const std::string* search, text_in(target, "search", {0, search_max}));
    if (search) paging.search = lower_case(*search);
    TRY(paging.sort, choice_in(target, "sort", std::move(sorts)));
    TRY(std::string order, choice_in(target, "order", {"asc", "desc"}));
    if (order == "desc") paging.order = Paging::Order::descending;
    TRY(std::int64_t offset, number_in(target, "offset", 0, 0, INT32_MAX));
    TRY(std::int64_t limit, number_in(target, "limit", 100, 1, 1000));
    paging.offset = static_cast<std::size_t>(offset);
    paging.limit = static_cast<std::size_t>(limit);
    return paging;
}

Task<OrProblem<Body>> Body::of(http::Exchange& exchange) {
    const std::string* type = exchange.head().fields.find("content-type");
    auto               text = co_await exchange.read_all();
    if (!text) co_return std::unexpected(problem_of(text.error()));
    if (text->empty()) co_return Body({});
    if (!type || !lower_case(*type).starts_with("application/json"))
        co_return problem(http::Status::unsupported_media_type, "UNSUPPORTED_MEDIA_TYPE",
                          "the body must be application/json");
    auto value = data::parse_json(*text);
    if (!value) co_return bad_request("the body is no JSON: " + value.error().detail);
    Json::Object* members = value->object();
    if (!members) co_return bad_request("the body must be an object");
    co_return Body(std::move(*members));
}

const Json* Body::take(std::string_view name) {
    const Json* found = nullptr;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i].name != name) continue;
        taken_[i] = '+';
        found = &members_[i].value;
    }
    return found;
}

OrProblem<Body> Body::of(const Json& value, std::string_view where) {
    if (!value.object()) return bad_request(fmt::format("{}: must be an object", where));
    return Body(*value.object(), fmt::format("{}.", where));
}

OrProblem<std::string> Body::text(std::string_view name, Length length) {
    TRY(auto found, text_if_there(name, length));
    if (!found) return bad_request(fmt::format("{}{} is missing", prefix_, name));
    return *std::move(found);
}

OrProblem<std::optional<std::string>> Body::text_if_there(std::string_view name, Length length) {
    const Json* value = take(name);
    if (!value) return std::nullopt;
    if (!value->string()) return bad_request(fmt::format("{}{}: must be a text", prefix_, name));
    if (!fits(*value->string(), length)) return bad_length(prefix_ + std::string(name), length);
    return *value->string();
}

OrProblem<std::optional<std::string>> Body::text_or_none(std::string_view name) {
    const Json* value = take(name);
    if (!value || value->is_null()) return std::nullopt;
    return text_if_there(name);
}

OrProblem<std::optional<std::int64_t>> Body::number_or_none(std::string_view name, std::int64_t low,
                                                            std::int64_t high) {
    const Json* value = take(name);
    if (!value || value->is_null()) return std::nullopt;
    auto number = value->int64();
    if (!number || *number < low || *number > high)
        return bad_request(
            fmt::format("{}{}: must be a whole number from {} to {}", prefix_, name, low, high));
    return number;
}

OrProblem<void> Body::end() const {
    std::size_t at = taken_.find('-');
    if (at != std::string::npos)
        return bad_request(fmt::format("{}{} is unknown here", prefix_, members_[at].name));
    return {};
}

} // namespace riacho::console
