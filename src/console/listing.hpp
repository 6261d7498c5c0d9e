#pragma once

#include "console/request.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace riacho::console {

template <class Item> using Before = std::function<bool(const Item&, const Item&)>;

/// By what `value` says of an item.
template <class Item, class Value> Before<Item> by(Value value) {
    return [value](const Item& a, const Item& b) { return value(a) < value(b); };
}

/// What a list answers: how many there are, and those of the page. Items that are alike stay in the order in
/// which they came. `shown` makes an item JSON.
template <class Item, class Shown>
data::Json listing(const std::vector<Item>& items, const Paging& paging, const Before<Item>& before,
                   Shown shown) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    bool is_descending = paging.order == Paging::Order::descending;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const Item& first = items[is_descending ? b : a];
        const Item& second = items[is_descending ? a : b];
        if (before(first, second)) return true;
        return !before(second, first) && a < b;
    });
    data::Json::Array page;
    for (std::size_t i = paging.offset; i < items.size() && page.size() < paging.limit; ++i)
        page.push_back(shown(items[order[i]]));
    return data::Json::Object{{"total", items.size()}, {"items", std::move(page)}};
}

} // namespace riacho::console
