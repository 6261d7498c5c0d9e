// What surrounds the calls of a SimulatedDisk: time, faults, crash points, the ends of lives, and looking at
// it.
#include "io/simulated_disk.hpp"
#include "io/simulated_file.hpp"

#include <algorithm>
#include <cerrno>
#include <coroutine>

namespace riacho::io {
namespace {

void add_files(const SimulatedNode& folder, const std::string& path, std::vector<std::string>& into) {
    for (const auto& [name, node] : folder.names) {
        if (node->is_folder())
            add_files(*node, path + '/' + name, into);
        else
            into.push_back(path + '/' + name);
    }
}

/// Counts the bytes of all files below `folder`.
std::uint64_t bytes_below(const SimulatedNode& folder) {
    std::uint64_t bytes = 0;
    for (const auto& [name, node] : folder.names)
        bytes += node->is_folder() ? bytes_below(*node) : node->body.seen().size();
    return bytes;
}

std::vector<std::byte> all_of(const SparseBytes& content) {
    std::vector<std::byte> bytes(content.size());
    content.read(0, bytes);
    return bytes;
}

} // namespace

Task<> SimulatedDisk::start(std::uint64_t life) {
    check(life == life_, "a file of an earlier life of the process is not used");
    if (crashed_) co_await std::suspend_always{};
    std::uint64_t pause_max = static_cast<std::uint64_t>(options_.pause_max.count());
    std::uint64_t pause = 0;
    if (simulation_.chance().between(0, 1) == 0) pause = simulation_.chance().between(0, pause_max);
    co_await simulation_.here().sleep_for(Time(pause));
    if (crashed_) co_await std::suspend_always{};
}

Task<> SimulatedDisk::finish_change() {
    count_change();
    return start(life_);
}

Task<> SimulatedDisk::wait_for_sync() {
    Random&       chance = simulation_.chance();
    std::uint64_t from = static_cast<std::uint64_t>(options_.sync_min.count());
    std::uint64_t to = static_cast<std::uint64_t>(options_.sync_max.count());
    if (options_.slow_sync_one_in && chance.between(1, options_.slow_sync_one_in) == 1)
        to = std::max(to, static_cast<std::uint64_t>(options_.slow_sync_max.count()));
    co_await simulation_.here().sleep_for(Time(chance.between(std::min(from, to), to)));
    if (crashed_) co_await std::suspend_always{};
}

void SimulatedDisk::count_change() {
    if (++operations_ == stop_at_) crashed_ = true;
}

void SimulatedDisk::fail_next(DiskOperation operation, std::string path_part, int error_number,
                              std::uint64_t count) {
    faults_.push_back({operation, std::move(path_part), error_number, count});
}

std::optional<int> SimulatedDisk::failure(DiskOperation operation, std::string_view path) {
    for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
        if (fault->operation != operation || path.find(fault->path_part) == std::string_view::npos) continue;
        int error_number = fault->error_number;
        if (--fault->count == 0) faults_.erase(fault);
        ++failures_[error_number];
        return error_number;
    }
    return std::nullopt;
}

void SimulatedDisk::throw_if_failing(DiskOperation operation, const std::string& path) {
    if (auto error_number = failure(operation, path))
        throw DiskError(name_of(operation), path, *error_number);
}

SimulatedNames::Place SimulatedDisk::place_in_folder(DiskOperation operation, const std::string& path) const {
    Place place = names_.find(path);
    if (!place.folder) throw DiskError(name_of(operation), path, ENOENT);
    return place;
}

NodePtr SimulatedDisk::folder_at(DiskOperation operation, const std::string& path) const {
    NodePtr node = names_.find(path).node;
    if (!node) throw DiskError(name_of(operation), path, ENOENT);
    if (!node->is_folder()) throw DiskError(name_of(operation), path, ENOTDIR);
    return node;
}

NodePtr SimulatedDisk::make_file(const Place& place, const std::string& path) {
    auto node = std::make_shared<SimulatedNode>(SimulatedNode::Kind::file);
    names_.link(place, node);
    note("make", path);
    return node;
}

void SimulatedDisk::make_missing_folders(const std::string& path) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        Place place = names_.find(std::string_view(path).substr(0, slash));
        if (place.node && !place.node->is_folder()) throw DiskError("make folder", path, ENOTDIR);
        if (!place.node) names_.link(place, std::make_shared<SimulatedNode>(SimulatedNode::Kind::folder));
        if (slash == std::string::npos) return;
    }
}

void SimulatedDisk::unlink_all(const Place& place) {
    auto below = place.node->names;
    for (const auto& [name, node] : below) {
        if (node->is_folder()) {
            unlink_all({place.node, name, node});
            continue;
        }
        names_.unlink({place.node, name, node});
        unlinked(node);
    }
    names_.unlink(place);
}

void SimulatedDisk::unlinked(const NodePtr& node) {
    used_ -= node->is_folder() ? 0 : node->body.seen().size();
    node->is_linked = false;
}

std::uint64_t SimulatedDisk::room_for(const SimulatedNode& node, std::uint64_t at, std::uint64_t size) const {
    std::uint64_t reach = node.body.seen().size() + (options_.capacity - std::min(options_.capacity, used_));
    return reach <= at ? 0 : std::min(size, reach - at);
}

void SimulatedDisk::resized(const SimulatedNode& node, std::uint64_t before) {
    if (node.is_linked) used_ = used_ - before + node.body.seen().size();
}

void SimulatedDisk::power_cut() {
    std::uint64_t style = simulation_.chance().between(0, 7);
    names_.cut_power(style == 0   ? CutLeaves::everything
                     : style == 1 ? CutLeaves::nothing
                                  : CutLeaves::some,
                     simulation_.chance());
    used_ = bytes_below(*names_.root());
    begin_life();
    note("power cut", "");
}

void SimulatedDisk::kill() {
    begin_life();
    note("kill", "");
}

void SimulatedDisk::begin_life() {
    check(!simulation_.is_running(), "a life ends between two pieces of work");
    ++life_;
    locked_.clear();
    faults_.clear();
    stop_at_ = 0;
    crashed_ = false;
}

std::optional<std::vector<std::byte>> SimulatedDisk::durable(std::string_view path) const {
    NodePtr node = names_.root();
    while (node && !path.empty()) {
        std::size_t      slash = path.find('/');
        std::string_view name = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        if (name.empty()) continue;
        auto found = node->durable_names.find(name);
        node = found == node->durable_names.end() ? nullptr : found->second;
    }
    if (!node || node->is_folder()) return std::nullopt;
    return all_of(node->body.durable());
}

std::optional<std::vector<std::byte>> SimulatedDisk::content(std::string_view path) const {
    NodePtr node = names_.find(path).node;
    if (!node || node->is_folder()) return std::nullopt;
    return all_of(node->body.seen());
}

std::vector<std::string> SimulatedDisk::files() const {
    std::vector<std::string> paths;
    add_files(*names_.root(), "", paths);
    std::ranges::sort(paths);
    return paths;
}

void SimulatedDisk::put_folder(std::string_view path) {
    make_missing_folders(std::string(path));
    names_.sync_everything();
}

void SimulatedDisk::put_file(std::string_view path, ByteView content) {
    Place place = names_.find(path);
    check(place.folder != nullptr, "put_file needs the folder to be there");
    if (place.node) unlinked(place.node);
    place.node = std::make_shared<SimulatedNode>(SimulatedNode::Kind::file);
    names_.link(place, place.node);
    names_.sync_everything();
    place.node->body.damage(0, content);
    used_ += content.size();
}

void SimulatedDisk::damage(std::string_view path, std::uint64_t at, ByteView bytes) {
    Place place = names_.find(path);
    check(place.node && !place.node->is_folder(), "damage is done to a file that is there");
    std::uint64_t before = place.node->body.seen().size();
    place.node->body.damage(at, bytes);
    resized(*place.node, before);
}

void SimulatedDisk::note(std::string_view what, std::string_view path, std::string_view more) {
    simulation_.record(what, 0, as_bytes(path));
    simulation_.record(more, 0, {});
}

} // namespace riacho::io
