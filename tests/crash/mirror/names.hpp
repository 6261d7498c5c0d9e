#pragma once

#include "coins.hpp"

#include <map>
#include <string>

namespace riacho::mirror {

/// Files and folders are known by a mark that they carry (an extended attribute): it follows a rename, and
/// the next process finds it.
using Id = std::string;
Id id_of_path(const std::string& path);
Id id_of_descriptor(int fd);

/// The names that are on the medium, kept in `<store>/names`, which is replaced as a whole: a process killed
/// between any two instructions leaves the names before a change or those after it.
///
/// A name that is made, renamed or removed is on the medium once its folder was synced; until then chance
/// decides, for each change when it is made. A rename is one change: never both names, never none where there
/// was one; between two folders the sync of either one settles it.
class Names {
public:
    Names(std::string live, std::string store, Coins& coins);

    void made(const std::string& path);
    void renamed(const std::string& from, const std::string& to, const Id& id);
    void removed(const std::string& path);
    void folder_synced(const std::string& path);

private:
    using Folder = std::map<std::string, Id>; // by name

    Folder read_live(const std::string& path);
    /// The path of what carries `id` now, at or below `folder`; empty when nothing does.
    std::string find_live(const std::string& folder, const Id& id);
    void        put(const Id& folder, const std::string& name, const Id& id);
    void        load();
    void        save() const;

    std::string          live_;
    std::string          store_;
    Coins&               coins_;
    std::map<Id, Folder> folders_;
};

} // namespace riacho::mirror
