#include "names.hpp"

#include "system.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace riacho::mirror {
namespace {

constexpr const char* mark = "user.riacho.mirror";

/// Unlike any mark of this process and, by its clock, of an earlier one. A folder's begins with 'd'.
Id new_id(bool is_folder) {
    static std::uint64_t count = 0;
    timespec             now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::ostringstream text;
    text << (is_folder ? 'd' : 'f') << std::hex << now.tv_sec << '-' << now.tv_nsec << '-' << ::getpid()
         << '-' << ++count;
    return text.str();
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_a_folder(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

} // namespace

Id id_of_path(const std::string& path) {
    char    text[64];
    ssize_t size = ::lgetxattr(path.c_str(), mark, text, sizeof text);
    if (size > 0) return {text, static_cast<std::size_t>(size)};
    Id id = new_id(is_a_folder(path));
    if (::lsetxattr(path.c_str(), mark, id.data(), id.size(), 0) != 0) system::refuse("marking", path);
    return id;
}

Id id_of_descriptor(int fd) {
    char    text[64];
    ssize_t size = ::fgetxattr(fd, mark, text, sizeof text);
    if (size > 0) return {text, static_cast<std::size_t>(size)};
    Id id = new_id(false);
    if (::fsetxattr(fd, mark, id.data(), id.size(), 0) != 0) system::refuse("marking", "an open file");
    return id;
}

Names::Names(std::string live, std::string store, Coins& coins)
    : live_(std::move(live)), store_(std::move(store)), coins_(coins) {
    ::lsetxattr(live_.c_str(), mark, "root", 4, XATTR_CREATE); // there from the second process on
    load();
}

void Names::made(const std::string& path) {
    Id id = id_of_path(path);
    if (coins_.keep()) put(id_of_path(folder_of(path)), name_of(path), id);
}

void Names::renamed(const std::string& from, const std::string& to, const Id& id) {
    if (!coins_.keep()) return;
    folders_[id_of_path(folder_of(from))].erase(name_of(from));
    put(id_of_path(folder_of(to)), name_of(to), id);
}

void Names::removed(const std::string& path) {
    if (!coins_.keep()) return;
    folders_[id_of_path(folder_of(path))].erase(name_of(path));
    save();
}

void Names::folder_synced(const std::string& path) {
    Id     id = id_of_path(path);
    Folder now = read_live(path);
    for (const auto& [name, was] : Folder(folders_[id])) {
        auto found = now.find(name);
        if (found != now.end() && found->second == was) continue;
        std::string elsewhere = find_live(live_, was);
        folders_[id].erase(name);
        if (!elsewhere.empty()) // in this folder it gets its name below
            folders_[id_of_path(folder_of(elsewhere))][name_of(elsewhere)] = was;
    }
    for (const auto& [name, is] : now)
        for (auto& [other, names] : folders_)
            std::erase_if(names, [&, &here = is](const auto& entry) { return entry.second == here; });
    folders_[id] = std::move(now);
    save();
}

/// What carries a mark has one name on the medium: an older one goes.
void Names::put(const Id& folder, const std::string& name, const Id& id) {
    for (auto& [other, names] : folders_)
        std::erase_if(names, [&](const auto& entry) { return entry.second == id; });
    folders_[folder][name] = id;
    save();
}

Names::Folder Names::read_live(const std::string& path) {
    Folder names;
    DIR*   stream = ::opendir(path.c_str());
    if (!stream) system::refuse("listing", path);
    while (const dirent* entry = ::readdir(stream)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") names[name] = id_of_path(path + '/' + name);
    }
    ::closedir(stream);
    return names;
}

std::string Names::find_live(const std::string& folder, const Id& id) {
    for (const auto& [name, here] : read_live(folder)) {
        std::string path = folder + '/' + name;
        if (here == id) return path;
        std::string below = is_a_folder(path) ? find_live(path, id) : "";
        if (!below.empty()) return below;
    }
    return {};
}

/// A line for each name: the folder's mark, its own, the name.
void Names::load() {
    std::ifstream in(store_ + "/names");
    for (std::string line; std::getline(in, line);) {
        std::size_t first = line.find(' '), second = line.find(' ', first + 1);
        folders_[line.substr(0, first)][line.substr(second + 1)] = line.substr(first + 1, second - first - 1);
    }
}

void Names::save() const {
    std::string text, path = store_ + "/names", temporary = path + ".tmp";
    for (const auto& [folder, names] : folders_)
        for (const auto& [name, id] : names) text += folder + ' ' + id + ' ' + name + '\n';
    int  fd = system::open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    bool is_done = fd >= 0 && system::write_at(fd, text.data(), text.size(), 0) == std::ssize(text);
    if (!is_done || system::rename(temporary, path) != 0) system::refuse("writing", path);
    system::close(fd);
}

} // namespace riacho::mirror
