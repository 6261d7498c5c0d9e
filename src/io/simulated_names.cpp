#include "io/simulated_names.hpp"

#include <utility>

namespace riacho::io {
namespace {

/// Everything below `node` that is reachable on the medium: what calls see from now on.
void show_only_what_is_durable(const NodePtr& node, CutLeaves leaves, Random& chance) {
    if (!node->is_folder()) return node->body.cut_power(leaves, chance);
    node->names = node->durable_names;
    for (auto& [name, below] : node->names) show_only_what_is_durable(below, leaves, chance);
}

} // namespace

SimulatedNames::SimulatedNames() : root_(std::make_shared<SimulatedNode>(SimulatedNode::Kind::folder)) {}

SimulatedNames::Place SimulatedNames::find(std::string_view path) const {
    Place place{nullptr, {}, root_};
    while (!path.empty()) {
        std::size_t      slash = path.find('/');
        std::string_view name = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        if (name.empty()) continue;
        if (!place.node || !place.node->is_folder()) return {};
        place.folder = place.node;
        place.name = name;
        auto found = place.folder->names.find(name);
        place.node = found == place.folder->names.end() ? nullptr : found->second;
    }
    return place;
}

void SimulatedNames::link(const Place& place, const NodePtr& node) {
    place.folder->names[place.name] = node;
    unsynced_.push_back({place.folder, place.name, node, nullptr, {}});
}

void SimulatedNames::unlink(const Place& place) {
    place.folder->names.erase(place.name);
    unsynced_.push_back({place.folder, place.name, nullptr, nullptr, {}});
}

void SimulatedNames::rename(const Place& from, const Place& to) {
    from.folder->names.erase(from.name);
    to.folder->names[to.name] = from.node;
    unsynced_.push_back({to.folder, to.name, from.node, from.folder, from.name});
}

void SimulatedNames::sync(const NodePtr& folder) {
    std::vector<Change> left;
    for (Change& change : std::exchange(unsynced_, {})) {
        if (change.folder != folder && change.from_folder != folder) {
            left.push_back(std::move(change));
            continue;
        }
        commit(change);
        // a rename between two folders decides both names: what came before it has no say any more
        if (change.from_folder)
            std::erase_if(left, [&](const Change& earlier) {
                return earlier.is_about(change.folder, change.name) ||
                       earlier.is_about(change.from_folder, change.from_name);
            });
    }
    unsynced_ = std::move(left);
}

void SimulatedNames::cut_power(CutLeaves leaves, Random& chance) {
    for (const Change& change : std::exchange(unsynced_, {})) {
        bool keep = leaves == CutLeaves::everything;
        if (leaves == CutLeaves::some) keep = chance.between(0, 1) == 0;
        if (keep) commit(change);
    }
    show_only_what_is_durable(root_, leaves, chance);
}

void SimulatedNames::sync_everything() {
    for (const Change& change : std::exchange(unsynced_, {})) commit(change);
}

void SimulatedNames::commit(const Change& change) {
    if (change.from_folder) erase(change.from_folder, change.from_name);
    if (change.node)
        put(change);
    else
        erase(change.folder, change.name);
}

void SimulatedNames::put(const Change& change) {
    // when an earlier change was lost it may still have an older name: it moves, as one entry does
    if (NodePtr before = change.node->durable_folder.lock()) erase(before, change.node->durable_name);
    erase(change.folder, change.name);
    change.folder->durable_names[change.name] = change.node;
    change.node->durable_folder = change.folder;
    change.node->durable_name = change.name;
}

void SimulatedNames::erase(const NodePtr& folder, const std::string& name) {
    auto found = folder->durable_names.find(name);
    if (found == folder->durable_names.end()) return;
    found->second->durable_folder.reset();
    folder->durable_names.erase(found);
}

} // namespace riacho::io
