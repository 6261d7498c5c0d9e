// Made by tools/messages.py.
#pragma once


#include <type_traits>

namespace riacho::kafka {

/// Every API that has a schema, by key.
inline constexpr Api apis[] = {
};

/// Calls `visit(std::type_identity<M>{})` for every message.
void for_each_message(auto&& visit) {
}

} // namespace riacho::kafka
