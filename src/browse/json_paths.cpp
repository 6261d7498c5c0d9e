#include "browse/json_paths.hpp"

#include "base/check.hpp"

#include <bit>
#include <utility>

namespace riacho::browse {
namespace {

std::uint64_t bit_of(std::size_t number) { return std::uint64_t{1} << number; }

} // namespace

std::size_t JsonPaths::add(std::vector<Step> path, ValueTest test) {
    check(conditions_.size() < search_limits::comparisons_max,
          "a search has no more conditions than a mask has bits");
    conditions_.push_back({std::move(path), std::move(test)});
    return conditions_.size() - 1;
}

std::size_t JsonPaths::gave_up() const {
    std::size_t count = 0;
    for (const Condition& condition : conditions_) count += condition.test.gave_up();
    return count;
}

std::uint64_t JsonPaths::held_by(std::string_view document) {
    held_ = 0;
    levels_.clear();
    skipped_ = 0;
    // What does not begin like an object or array leads nowhere.
    auto first = document.find_first_not_of(" \t\r\n");
    if (first == document.npos || (document[first] != '{' && document[first] != '[')) return 0;
    constexpr data::JsonLimits no_limit_of_bytes{.bytes_max = ~std::size_t{0}};
    return data::visit_json(document, *this, no_limit_of_bytes) ? held_ : 0;
}

/// Those of `mask` whose step into the innermost open value fits.
template <class Fits> std::uint64_t JsonPaths::step(std::uint64_t mask, Fits fits) const {
    std::uint64_t result = 0;
    for (; mask != 0; mask &= mask - 1) {
        auto number = static_cast<std::size_t>(std::countr_zero(mask));
        if (fits(conditions_[number].path[levels_.size() - 1])) result |= bit_of(number);
    }
    return result;
}

void JsonPaths::name(std::string_view text) {
    if (skipped_ > 0) return;
    Level& level = levels_.back();
    level.next = step(level.here, [&](const Step& step) {
        return step.kind == Step::Kind::any_member || (step.kind == Step::Kind::member && step.name == text);
    });
}

/// The conditions whose path leads to the value that comes now.
std::uint64_t JsonPaths::leading_here() {
    if (levels_.empty()) return conditions_.size() == 64 ? ~std::uint64_t{0} : bit_of(conditions_.size()) - 1;
    Level& level = levels_.back();
    if (level.kind == Container::object) return level.next;
    std::size_t index = level.index++;
    return step(level.here, [&](const Step& step) {
        return step.kind == Step::Kind::any_element ||
               (step.kind == Step::Kind::element && step.index == index);
    });
}

/// Asks the conditions whose path ends here; gives those whose path goes on.
std::uint64_t JsonPaths::value(const Scalar& scalar) {
    if (skipped_ > 0) return 0;
    std::uint64_t further = 0;
    for (std::uint64_t mask = leading_here(); mask != 0; mask &= mask - 1) {
        auto       number = static_cast<std::size_t>(std::countr_zero(mask));
        Condition& condition = conditions_[number];
        if (condition.path.size() > levels_.size())
            further |= bit_of(number);
        else if ((held_ & bit_of(number)) == 0 && condition.test.holds(scalar))
            held_ |= bit_of(number);
    }
    return further;
}

void JsonPaths::open(Container kind) {
    std::uint64_t further = value({Scalar::Kind::container, {}});
    if (further == 0)
        ++skipped_;
    else
        levels_.push_back({kind, further, 0, 0});
}

void JsonPaths::close() {
    if (skipped_ > 0)
        --skipped_;
    else
        levels_.pop_back();
}

} // namespace riacho::browse
