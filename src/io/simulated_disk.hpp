#pragma once

#include "io/disk.hpp"
#include "io/simulated_names.hpp"
#include "io/simulation.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::io {

enum class DiskOperation {
    open,
    read,
    write,
    sync,
    truncate,
    rename,
    remove,
    make_folder,
    sync_folder,
    list
};

struct SimulatedDiskOptions {
    Time          pause_max = std::chrono::microseconds(20); ///< of reads, writes and changes of names
    Time          sync_min = std::chrono::microseconds(50);
    Time          sync_max = std::chrono::milliseconds(2);
    std::uint64_t slow_sync_one_in = 64; ///< 0: none
    Time          slow_sync_max = std::chrono::milliseconds(100);
    std::uint64_t capacity = std::uint64_t{1} << 40;
};

/// A disk that keeps what was synced, and after a power cut of the rest whatever the seed says: each 512-byte
/// sector, each size and each name for itself. Calls resume on the shard that made them, some at once, most
/// after a while drawn from the seed; unlike the real disk's they do not hold up that shard meanwhile.
/// Outlives the lives of the process that use it; files and locks of an earlier life are dead.
class SimulatedDisk final : public Disk {
public:
    explicit SimulatedDisk(Simulation& simulation, SimulatedDiskOptions options = {});

    Task<std::unique_ptr<File>>     open(std::string path, OpenMode mode) override;
    Task<bool>                      exists(std::string path) override;
    Task<std::vector<std::string>>  list(std::string folder) override;
    Task<>                          make_folder(std::string path) override;
    Task<>                          rename(std::string from, std::string to) override;
    Task<>                          remove(std::string path) override;
    Task<>                          remove_folder(std::string path) override;
    Task<>                          sync_folder(std::string folder) override;
    Task<std::uint64_t>             free_bytes(std::string path) override;
    Task<std::uint64_t>             total_bytes(std::string path) override;
    Task<std::unique_ptr<FileLock>> lock(std::string path) override;

    // Faults. All of them end with the life in which they were set, the capacity apart.

    /// The next `count` operations of this kind on a path that contains `path_part` throw `error_number`. A
    /// write puts a first part of its bytes before it fails; after a failed sync what it was about stays
    /// readable and clean and is lost at the cut.
    void fail_next(DiskOperation operation, std::string path_part, int error_number, std::uint64_t count = 1);
    /// Writes that would need more throw ENOSPC, after the part that fits.
    void set_capacity(std::uint64_t bytes) { options_.capacity = bytes; }
    void set_options(SimulatedDiskOptions options) { options_ = options; }
    /// The `count`-th change or sync from now (see `operations`) does its work, or does not, and never
    /// returns; nor does any call after it. Stop the run at `crashed()`, then cut the power.
    void stop_after(std::uint64_t count) { stop_at_ = operations_ + count; }
    bool crashed() const { return crashed_; }
    /// Writes, truncations, syncs, names made, renamed or removed, folders synced, so far.
    std::uint64_t operations() const { return operations_; }

    // Ends of a life. Called while nothing of the old life runs: after Simulation::power_off.

    void power_cut();
    /// The process died, the machine did not: what was written is still there, and still not synced.
    void kill();

    // For tests to look at, from anywhere.

    /// What would be left if the power failed now and everything that is not synced were lost.
    std::optional<std::vector<std::byte>> durable(std::string_view path) const;
    /// What a read would give now.
    std::optional<std::vector<std::byte>> content(std::string_view path) const;
    /// The paths of all files, sorted.
    std::vector<std::string> files() const;
    std::uint64_t            used_bytes() const { return used_; }
    /// How many calls have failed with this error, so far.
    std::uint64_t failures(int error_number) const {
        auto found = failures_.find(error_number);
        return found == failures_.end() ? 0 : found->second;
    }
    /// Makes a folder that is durable from the start.
    void put_folder(std::string_view path);
    /// Makes or replaces a file, durable from the start. Its folder exists.
    void put_file(std::string_view path, ByteView content);
    /// Overwrites bytes of an existing file, on the medium too.
    void damage(std::string_view path, std::uint64_t at, ByteView bytes);

private:
    friend class SimulatedFile;
    friend class SimulatedLock;
    using Place = SimulatedNames::Place;
    struct Fault {
        DiskOperation operation;
        std::string   path_part;
        int           error_number;
        std::uint64_t count;
    };

    Task<>             start(std::uint64_t life);
    Task<>             start() { return start(life_); }
    Task<>             finish_change();
    Task<>             wait_for_sync();
    void               count_change();
    std::optional<int> failure(DiskOperation operation, std::string_view path);
    void               throw_if_failing(DiskOperation operation, const std::string& path);
    Place              place_in_folder(DiskOperation operation, const std::string& path) const;
    NodePtr            folder_at(DiskOperation operation, const std::string& path) const;
    NodePtr            make_file(const Place& place, const std::string& path);
    void               make_missing_folders(const std::string& path);
    void               unlink_all(const Place& place);
    void               unlinked(const NodePtr& node);
    std::uint64_t      room_for(const SimulatedNode& node, std::uint64_t at, std::uint64_t size) const;
    void               resized(const SimulatedNode& node, std::uint64_t before);
    void               begin_life();
    void               note(std::string_view what, std::string_view path, std::string_view more = {});

    Simulation&                  simulation_;
    SimulatedDiskOptions         options_;
    SimulatedNames               names_;
    std::vector<Fault>           faults_;
    std::map<int, std::uint64_t> failures_; // by error
    std::set<std::string>        locked_;
    std::uint64_t                used_ = 0;
    std::uint64_t                life_ = 1;
    std::uint64_t                operations_ = 0;
    std::uint64_t                stop_at_ = 0;
    bool                         crashed_ = false;
};

} // namespace riacho::io
