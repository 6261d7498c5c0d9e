#pragma once

#include "io/real_world.hpp"
#include "io/simulated_world.hpp"

#include <optional>
#include <string>
#include <utility>

namespace riacho::io {

/// The real world for tests, used as a SimulatedWorld is: a test that is a template over both runs over both
/// disks and networks. Its folder is new, and gone at the end.
class RealTestWorld {
public:
    /// The seed is taken for the sake of SimulatedWorld's signature; nothing here is drawn from it.
    explicit RealTestWorld(std::uint64_t seed = 1, RealOptions options = {});
    ~RealTestWorld();
    RealTestWorld(const RealTestWorld&) = delete;
    RealTestWorld& operator=(const RealTestWorld&) = delete;

    World              world() { return real_.world(); }
    Shard&             shard(std::size_t index = 0) { return real_.shard(index); }
    Disk&              disk() { return real_.world().disk; }
    const std::string& folder() const { return folder_; }

    /// Runs `task` on shard 0 to its end; what it throws comes out.
    void                 run(Task<> task) { real_.shard().run(std::move(task)); }
    template <class T> T run(Task<T> task) {
        std::optional<T> result;
        run(keep(std::move(task), result));
        return std::move(*result);
    }

private:
    template <class T> static Task<> keep(Task<T> task, std::optional<T>& into) {
        into.emplace(co_await std::move(task));
    }

    std::string folder_;
    RealWorld   real_;
};

} // namespace riacho::io
