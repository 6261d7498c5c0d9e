#pragma once

#include "io/event.hpp"
#include "io/group.hpp"
#include "io/world.hpp"
#include "storage/disk_space.hpp"
#include "storage/store/layout.hpp"

#include <cstdint>
#include <memory>

namespace riacho::storage {

/// A file of zeros that holds the reserve of the disk: it is given up when a write finds no room, so that
/// what was acknowledged can be written out and a start can write its checkpoint, and made again when there
/// is space. Looks at the disk, once a second where it could get tight, and says in DiskSpace what may still
/// come:
///
///     free + ballast  >=  not yet written out + reserve,   or produce is refused
///
/// Belongs to one shard.
class Ballast {
public:
    struct Place {
        io::World&    world;
        io::Shard&    home;
        Layout        layout;
        std::uint64_t reserve = 0; ///< bytes; 0: no ballast
        DiskSpace&    space;
    };
    explicit Ballast(Place place);

    /// Looks for the first time, and goes on by itself.
    Task<> start();
    Task<> stop();
    /// Gives all of it back to the disk. Nothing where there is none.
    Task<> give_up();

    std::uint64_t held_bytes() const { return held_; }

private:
    enum class Look { first, next };

    Task<> look_regularly();
    Task<> answer_reports();
    Task<> look(Look which);
    Task<> fill(std::uint64_t free);
    void   tell(std::int64_t left, std::uint64_t free, std::int64_t unwritten);
    Task<> find();

    Place         place_;
    std::uint64_t held_ = 0;
    bool          has_plenty_ = false; ///< of free space
    bool          is_refusing_ = false;
    io::Mutex     turns_; ///< one change of the file at a time
    io::Event     stopping_;
    io::Group     group_;
};

/// For a start that has no room: removes the ballast. False where there was none.
Task<bool> drop_ballast(io::Disk& disk, Layout layout);

} // namespace riacho::storage
