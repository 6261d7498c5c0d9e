#pragma once

#include "base/random.hpp"
#include "io/simulated_body.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::io {

/// A file or a folder of a simulated disk, apart from its name.
struct SimulatedNode {
    enum class Kind { file, folder };

    explicit SimulatedNode(Kind k) : kind(k) {}

    Kind          kind;
    SimulatedBody body;             // of a file
    bool          is_linked = true; // has a name that calls see
    /// Of a folder: the names that calls see, and those on the medium.
    std::map<std::string, std::shared_ptr<SimulatedNode>, std::less<>> names;
    std::map<std::string, std::shared_ptr<SimulatedNode>, std::less<>> durable_names;
    /// Its one name on the medium, if it has one.
    std::weak_ptr<SimulatedNode> durable_folder;
    std::string                  durable_name;

    bool is_folder() const { return kind == Kind::folder; }
};

using NodePtr = std::shared_ptr<SimulatedNode>;

/// The tree of names. A change of a name (made, renamed, removed) reaches the medium by a sync of its folder;
/// until then a power cut keeps or loses it, each for itself. A rename is one change: never both names, never
/// none where there was one.
class SimulatedNames {
public:
    SimulatedNames();

    /// Where a path leads: the folder that holds its last name, and what has that name now.
    struct Place {
        NodePtr     folder; // null when a folder on the way is missing
        std::string name;
        NodePtr     node; // null when nothing has the name
    };
    Place find(std::string_view path) const;

    void link(const Place& place, const NodePtr& node);
    void unlink(const Place& place);
    void rename(const Place& from, const Place& to);
    void sync(const NodePtr& folder);
    void cut_power(CutLeaves leaves, Random& chance);
    /// All of it becomes durable: how a test begins with folders in place.
    void sync_everything();

    const NodePtr& root() const { return root_; }

private:
    struct Change {
        NodePtr     folder;
        std::string name;
        NodePtr     node;        // null: the name goes
        NodePtr     from_folder; // of a rename
        std::string from_name;

        bool is_about(const NodePtr& in, std::string_view what) const {
            return (folder == in && name == what) || (from_folder == in && from_name == what);
        }
    };
    static void commit(const Change& change);
    static void put(const Change& change);
    static void erase(const NodePtr& folder, const std::string& name);

    NodePtr             root_;
    std::vector<Change> unsynced_; // in the order in which they were made
};

} // namespace riacho::io
