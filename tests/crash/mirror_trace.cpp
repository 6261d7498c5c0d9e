// A seeded trace of writes, syncs and names, done to a real folder and to a simulated disk alike.
//
//   mirror_trace FOLDER SEED EXPECTED
//
// Leaves in EXPECTED/durable what the simulated disk holds for certain, and in EXPECTED/seen what it shows:
// the mirror of FOLDER has to have the same (mirror_test.py). Exits 1 where the disks answer differently.
#include "io/real_disk.hpp"
#include "io/simulated_world.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>

namespace riacho::crash {
namespace {

constexpr int         steps = 400;
constexpr std::size_t write_bytes_max = 3000;
const std::string     simulated_root = "/trace";

struct Both {
    std::unique_ptr<io::File> real;
    std::unique_ptr<io::File> simulated;
};

class Trace {
public:
    Trace(std::string folder, std::uint64_t seed) : folder_(std::move(folder)), chance_(seed), world_(seed) {
        world_.disk().put_folder(simulated_root);
    }

    void run() { world_.run(all_steps()); }
    void leave(const std::filesystem::path& expected) {
        for (const std::string& path : paths_) {
            put(expected / "durable", path, world_.disk().durable(simulated_root + path));
            put(expected / "seen", path, world_.disk().content(simulated_root + path));
        }
    }

private:
    Task<> all_steps() {
        for (int i = 0; i < steps; ++i) co_await step();
    }

    Task<> step() {
        std::uint64_t dice = chance_.between(0, 99);
        if (dice < 20) return open();
        if (dice < 50) return write();
        if (dice < 60) return sync();
        if (dice < 65) return truncate();
        if (dice < 75) return rename();
        if (dice < 80) return remove();
        if (dice < 85) return make_folder();
        if (dice < 86) return remove_folder();
        if (dice < 90) return move_away();
        return sync_folder();
    }

    /// Does the same to both disks; both work, or both refuse for the same reason.
    template <class Work> Task<bool> both(Work work) {
        int real = 0, simulated = 0;
        try {
            co_await work(real_, folder_);
        } catch (const io::DiskError& error) { real = error.error_number(); }
        try {
            co_await work(world_.disk(), simulated_root);
        } catch (const io::DiskError& error) { simulated = error.error_number(); }
        if (real != simulated) throw std::runtime_error(fmt::format("errno {} and {}", real, simulated));
        co_return real == 0;
    }

    Task<> open() {
        std::string path = some_path();
        auto        pair = std::make_shared<Both>();
        bool        opened = co_await both([path, pair](io::Disk& disk, const std::string& root) {
            return open_one(disk, root + path, pair);
        });
        if (opened) files_.push_back(std::move(*pair));
    }
    static Task<> open_one(io::Disk& disk, std::string path, std::shared_ptr<Both> pair) {
        auto& place = pair->real ? pair->simulated : pair->real;
        place = co_await disk.open(std::move(path), io::OpenMode::create);
    }

    Task<> write() {
        if (files_.empty()) co_return;
        std::size_t   file = some_file();
        std::uint64_t at = chance_.between(0, 4 * write_bytes_max);
        std::string   text(chance_.between(1, write_bytes_max), static_cast<char>(chance_.between('a', 'z')));
        std::string_view      view = text;
        std::size_t           half = text.size() / 2;
        std::vector<ByteView> pieces{as_bytes(view.substr(0, half)), as_bytes(view.substr(half))};
        co_await files_[file].real->write(at, pieces);
        co_await files_[file].simulated->write(at, pieces);
    }

    Task<> sync() {
        if (files_.empty()) co_return;
        std::size_t file = some_file();
        co_await files_[file].real->sync();
        co_await files_[file].simulated->sync();
    }

    Task<> truncate() {
        if (files_.empty()) co_return;
        std::size_t   file = some_file();
        std::uint64_t size = chance_.between(0, 4 * write_bytes_max);
        co_await files_[file].real->truncate(size);
        co_await files_[file].simulated->truncate(size);
    }

    /// Within a folder, files and folders alike.
    Task<> rename() {
        std::string folder = some_folder(), from = folder + some_name(), to = folder + some_name();
        co_await both([from, to](io::Disk& disk, const std::string& root) {
            return disk.rename(root + from, root + to);
        });
    }

    /// From one folder to another, as what nobody knows goes to lost+found: with a name that is on the
    /// medium, to one that is new.
    Task<> move_away() {
        std::string folder = some_folder(), from = folder + some_name();
        std::string to = fmt::format("/lost/{}", paths_.size());
        if (!world_.disk().content(simulated_root + from)) co_return;
        co_await sync_both("/lost");
        co_await sync_both(folder);
        paths_.push_back(to);
        co_await both([from, to](io::Disk& disk, const std::string& root) {
            return disk.rename(root + from, root + to);
        });
    }

    Task<> remove() {
        std::string path = some_path();
        co_await both([path](io::Disk& disk, const std::string& root) { return disk.remove(root + path); });
    }

    Task<> make_folder() {
        std::string path = chance_.between(0, 2) == 0 ? "/lost" : some_folder();
        co_await both(
            [path](io::Disk& disk, const std::string& root) { return disk.make_folder(root + path); });
    }

    Task<> remove_folder() {
        std::string path = chance_.between(0, 1) == 0 ? "/a" : "/b";
        co_await both(
            [path](io::Disk& disk, const std::string& root) { return disk.remove_folder(root + path); });
    }

    Task<> sync_folder() {
        bool lost = chance_.between(0, 4) == 0;
        co_await sync_both(lost ? "/lost" : some_folder());
    }
    Task<> sync_both(std::string path) {
        co_await both(
            [path](io::Disk& disk, const std::string& root) { return disk.sync_folder(root + path); });
    }

    std::size_t some_file() { return chance_.between(0, files_.size() - 1); }
    std::string some_folder() {
        static const std::vector<std::string> folders{"", "/a", "/b"};
        return folders[chance_.between(0, folders.size() - 1)];
    }
    std::string some_name() { return fmt::format("/f{}", chance_.between(0, 4)); }
    std::string some_path() {
        std::string path = some_folder() + some_name();
        if (std::ranges::find(paths_, path) == paths_.end()) paths_.push_back(path);
        return path;
    }

    static void put(const std::filesystem::path& into, const std::string& path,
                    const std::optional<std::vector<std::byte>>& content) {
        if (!content) return;
        std::filesystem::path file = into / path.substr(1);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file).write(reinterpret_cast<const char*>(content->data()),
                                  static_cast<std::streamsize>(content->size()));
    }

    std::string              folder_;
    SeededRandom             chance_;
    io::SimulatedWorld       world_;
    io::RealDisk             real_;
    std::vector<Both>        files_;
    std::vector<std::string> paths_;
};

} // namespace
} // namespace riacho::crash

int main(int count, char** words) {
    if (count != 4) return 2;
    riacho::crash::Trace trace(words[1], std::stoull(words[2]));
    trace.run();
    trace.leave(words[3]);
    return 0;
}
