#pragma once

#include "fuzz.hpp"
#include "io/simulated_world.hpp"
#include "storage/store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Small data folders as brokers leave them, and what an input does to one.
namespace riacho::fuzz {

using Content = std::vector<std::byte>;
using Files = std::map<std::string, Content>; ///< by path

struct Partition {
    std::string    topic;
    TopicPartition id;
};

/// What a reader gets of one partition.
struct Served {
    Offset                    log_start{0};
    std::map<Offset, Content> batches;
    bool                      operator==(const Served&) const = default;
};
using Readings = std::map<TopicPartition, Served>;

/// A folder in some state, and what a store that is opened on it serves.
struct DataFolder {
    std::string_view       name;
    storage::StoreOptions  options;
    Files                  files;
    std::vector<Partition> partitions;
    Readings               readings;
    std::vector<Content>   written; ///< every batch, below the log starts too
};

inline constexpr std::string_view data_folder = "/data/broker";

storage::LogOptions log_options_of(std::string_view topic);
/// A world that has these files.
std::unique_ptr<io::SimulatedWorld> world_with(const Files& files);
/// Killed in the middle, stopped cleanly, with durability=os, new, and with a partition that was set aside;
/// the same in every run.
const std::vector<DataFolder>& data_folders();

/// What was done to a folder, for whoever judges the outcome.
struct Edits {
    /// Of a file, its checksums were made right again: what it says is then believed.
    bool has_sealed = false;
    bool has_changed_segments = false;
    /// Files of which all can be made anew from others, and nothing else.
    bool only_redundant = true;
};
/// Changes `files` as the input decides.
Edits edit(Files& files, Choices& choose);
/// Makes the checksums in a file right that is of a kind which has some.
void seal(std::string_view path, Content& content);

} // namespace riacho::fuzz
