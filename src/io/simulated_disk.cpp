#include "io/simulated_disk.hpp"

#include "io/simulated_file.hpp"

#include <cerrno>

namespace riacho::io {

std::string_view name_of(DiskOperation operation) {
    switch (operation) {
    case DiskOperation::open:
        return "open";
    case DiskOperation::read:
        return "read";
    case DiskOperation::write:
        return "write";
    case DiskOperation::sync:
        return "sync";
    case DiskOperation::truncate:
        return "truncate";
    case DiskOperation::rename:
        return "rename";
    case DiskOperation::remove:
        return "remove";
    case DiskOperation::make_folder:
        return "make folder";
    case DiskOperation::sync_folder:
        return "sync folder";
    case DiskOperation::list:
        return "list";
    }
    return "use";
}

SimulatedDisk::SimulatedDisk(Simulation& simulation, SimulatedDiskOptions options)
    : simulation_(simulation), options_(options) {}

Task<std::unique_ptr<File>> SimulatedDisk::open(std::string path, OpenMode mode) {
    co_await start();
    throw_if_failing(DiskOperation::open, path);
    Place place = place_in_folder(DiskOperation::open, path);
    if (place.node && mode == OpenMode::create_new) throw DiskError("open", path, EEXIST);
    if (place.node && place.node->is_folder()) throw DiskError("open", path, EISDIR);
    bool makes = !place.node;
    if (makes && mode != OpenMode::create && mode != OpenMode::create_new)
        throw DiskError("open", path, ENOENT);
    if (makes) place.node = make_file(place, path);
    std::uint64_t life = life_;
    if (makes) co_await finish_change();
    co_return std::make_unique<SimulatedFile>(*this, place.node, SimulatedFile::Opened{path, mode, life});
}

Task<bool> SimulatedDisk::exists(std::string path) {
    co_await start();
    co_return names_.find(path).node != nullptr;
}

Task<std::vector<std::string>> SimulatedDisk::list(std::string folder) {
    co_await start();
    throw_if_failing(DiskOperation::list, folder);
    std::vector<std::string> names;
    for (const auto& [name, node] : folder_at(DiskOperation::list, folder)->names) names.push_back(name);
    co_return names;
}

Task<> SimulatedDisk::make_folder(std::string path) {
    co_await start();
    throw_if_failing(DiskOperation::make_folder, path);
    Place place = names_.find(path);
    if (place.node && !place.node->is_folder()) throw DiskError("make folder", path, EEXIST);
    if (place.node) co_return;
    make_missing_folders(path);
    note("make folder", path);
    co_await finish_change();
}

Task<> SimulatedDisk::rename(std::string from, std::string to) {
    co_await start();
    throw_if_failing(DiskOperation::rename, from);
    throw_if_failing(DiskOperation::rename, to);
    Place source = place_in_folder(DiskOperation::rename, from);
    Place target = place_in_folder(DiskOperation::rename, to);
    if (!source.node) throw DiskError("rename", from, ENOENT);
    if (source.node == target.node) co_return;
    if (target.node && target.node->is_folder() != source.node->is_folder())
        throw DiskError("rename", to, target.node->is_folder() ? EISDIR : ENOTDIR);
    if (target.node && !target.node->names.empty()) throw DiskError("rename", to, ENOTEMPTY);
    if (to.starts_with(from + '/')) throw DiskError("rename", to, EINVAL);
    if (target.node) unlinked(target.node);
    names_.rename(source, target);
    note("rename", from, to);
    co_await finish_change();
}

Task<> SimulatedDisk::remove(std::string path) {
    co_await start();
    throw_if_failing(DiskOperation::remove, path);
    Place place = place_in_folder(DiskOperation::remove, path);
    if (!place.node) throw DiskError("remove", path, ENOENT);
    if (place.node->is_folder()) throw DiskError("remove", path, EISDIR);
    names_.unlink(place);
    unlinked(place.node);
    note("remove", path);
    co_await finish_change();
}

Task<> SimulatedDisk::remove_folder(std::string path) {
    co_await start();
    throw_if_failing(DiskOperation::remove, path);
    Place place = names_.find(path);
    if (!place.node) co_return;
    if (!place.node->is_folder()) throw DiskError("remove", path, ENOTDIR);
    check(place.folder != nullptr, "the root folder stays");
    unlink_all(place);
    note("remove folder", path);
    co_await finish_change();
}

Task<> SimulatedDisk::sync_folder(std::string folder) {
    co_await start();
    NodePtr node = folder_at(DiskOperation::sync_folder, folder);
    auto    failed = failure(DiskOperation::sync_folder, folder);
    co_await wait_for_sync();
    if (failed) throw DiskError("sync folder", folder, *failed);
    count_change();
    if (!crashed_ || simulation_.chance().between(0, 1) == 0) names_.sync(node);
    note("sync folder", folder);
    co_await start();
}

Task<std::uint64_t> SimulatedDisk::free_bytes(std::string path) {
    co_await start();
    if (!names_.find(path).node) throw DiskError("measure", path, ENOENT);
    co_return options_.capacity - std::min(options_.capacity, used_);
}

Task<std::uint64_t> SimulatedDisk::total_bytes(std::string path) {
    co_await start();
    if (!names_.find(path).node) throw DiskError("measure", path, ENOENT);
    co_return options_.capacity;
}

Task<std::unique_ptr<FileLock>> SimulatedDisk::lock(std::string path) {
    co_await start();
    Place place = place_in_folder(DiskOperation::open, path);
    bool  makes = !place.node;
    if (makes) make_file(place, path);
    std::unique_ptr<FileLock> lock;
    if (locked_.insert(path).second) lock = std::make_unique<SimulatedLock>(*this, path, life_);
    if (makes) co_await finish_change();
    co_return lock;
}

} // namespace riacho::io
