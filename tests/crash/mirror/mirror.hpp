#pragma once

#include "body.hpp"
#include "names.hpp"

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace riacho::mirror {

/// From the environment of the process:
///   RIACHO_MIRROR_LIVE    the folder that is mirrored; nothing is done without it
///   RIACHO_MIRROR_STORE   where the mirror is
///   RIACHO_MIRROR_SEED    of the coins; RIACHO_MIRROR_KEEPS=everything|nothing: no coins
///   RIACHO_MIRROR_NAP_US  up to so long a sync takes more than it takes here
///   RIACHO_MIRROR_DIE_AT  the process dies at this change or sync, counted from 1
struct Options {
    std::string   live;
    std::string   store;
    std::uint64_t seed = 1;
    std::uint64_t nap_us_max = 0;
    std::uint64_t die_at = 0;
    Keeps         keeps = Keeps::some;

    static Options from_environment();
};

/// The folder, as the calls of the process change and sync it. Every member is called around the real call,
/// by any thread.
class Mirror {
public:
    explicit Mirror(Options options);

    /// Absolute, when it is the folder or in it; else empty.
    std::string inside(const char* path) const;
    bool        has(int fd) const;
    /// Throws the process away when its time has come. Before the real call.
    void count();

    enum class Through { no, yes }; // O_DSYNC, O_SYNC
    void opened(int fd, const std::string& path, Through through);
    void closing(int fd);

    std::mutex& lock() { return lock_; }
    // With the lock held over the real call and this one.
    void made(const std::string& path) { names_.made(path); }
    void renamed(const std::string& from, const std::string& to, const Id& id) {
        names_.renamed(from, to, id);
    }
    void removed(const std::string& path) { names_.removed(path); }
    void written(int fd, Part part);
    void resized(int fd, std::uint64_t before, std::uint64_t after);

    /// Syncs by `real`, which gives 0 when it worked, then in the mirror.
    int sync(int fd, int (*real)(int));

private:
    static constexpr int descriptors_max = 1 << 16;
    struct Open {
        std::shared_ptr<Body> body; // null: a folder
        Through               through = Through::no;
    };

    int  sync_folder(int fd, int (*real)(int));
    void nap();

    Options                                        options_;
    std::mutex                                     lock_;
    Coins                                          coins_;
    Names                                          names_;
    std::map<Id, std::shared_ptr<Body>>            bodies_;
    std::map<int, Open>                            open_;
    std::array<std::atomic<bool>, descriptors_max> is_open_{};
    std::atomic<std::uint64_t>                     operations_{0};
};

} // namespace riacho::mirror
