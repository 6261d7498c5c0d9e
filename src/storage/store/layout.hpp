#pragma once

#include "base/ids.hpp"

#include <fmt/core.h>
#include <string>
#include <string_view>

namespace riacho::storage {

/// Where things are in a data folder; docs/formats/checkpoint.md draws it.
struct Layout {
    std::string folder;

    std::string lock() const { return folder + "/riacho.lock"; }
    std::string log() const { return folder + "/log"; } ///< Kafka's log dir
    std::string wal() const { return folder + "/wal"; }
    std::string ballast() const { return folder + "/ballast"; } ///< the reserve of the disk
    std::string lost_and_found() const { return folder + "/lost+found"; }
    std::string stranded() const { return folder + "/stranded"; } ///< of partitions that are offline
    std::string checkpoint() const { return wal() + "/checkpoint"; }
    std::string producers(std::uint64_t number) const {
        return fmt::format("{}/{}{:020}", wal(), producers_prefix, number);
    }
    std::string partition(std::string_view topic, PartitionIndex index) const {
        return fmt::format("{}/{}-{}", log(), topic, static_cast<std::int32_t>(index));
    }

    static constexpr std::string_view producers_prefix = "producers-";
};

} // namespace riacho::storage
