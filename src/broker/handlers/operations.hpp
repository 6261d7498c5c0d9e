#pragma once

#include <cstdint>
#include <initializer_list>

/// The operations that a client may do on a resource, as the bits that Kafka answers where there is no
/// authorizer: all that the resource knows (KIP-430; bit n is AclOperation n).
namespace riacho::broker::operations {

constexpr std::int32_t bits(std::initializer_list<int> operations) {
    std::int32_t result = 0;
    for (int operation : operations) result |= 1 << operation;
    return result;
}

enum Operation : int {
    read = 3,
    write = 4,
    create = 5,
    remove = 6,
    alter = 7,
    describe = 8,
    cluster_action = 9,
    describe_configs = 10,
    alter_configs = 11,
    idempotent_write = 12
};

inline constexpr std::int32_t every_topic =
    bits({read, write, create, remove, alter, describe, describe_configs, alter_configs});
inline constexpr std::int32_t every_cluster =
    bits({create, alter, describe, cluster_action, describe_configs, alter_configs, idempotent_write});
inline constexpr std::int32_t every_group = bits({read, remove, describe});

} // namespace riacho::broker::operations
