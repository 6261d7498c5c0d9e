// What every disk promises, over the simulated one and over the real one.
#include "io/disk.hpp"
#include "io/testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::io {
namespace {

template <class TestedWorld> class AnyDisk : public testing::Test {
protected:
    TestedWorld world_;
    std::string folder_ = world_.folder();
};
using TestedWorlds = testing::Types<SimulatedWorld, RealTestWorld>;
TYPED_TEST_SUITE(AnyDisk, TestedWorlds);

Task<> put(Disk& disk, std::string path, std::string text) {
    auto file = co_await disk.open(path, OpenMode::create);
    co_await file->write(0, {as_bytes(text)});
}

Task<std::string> get(Disk& disk, std::string path) {
    auto content = co_await read_file(disk, path);
    co_return content ? std::string(as_text(content->view())) : "nothing";
}

/// The error number that `task` throws, 0 when it throws none.
Task<int> error_of(Task<> task) {
    try {
        co_await std::move(task);
    } catch (const DiskError& error) { co_return error.error_number(); }
    co_return 0;
}
Task<> open_only(Disk& disk, std::string path, OpenMode mode) { co_await disk.open(path, mode); }

TYPED_TEST(AnyDisk, gives_back_what_was_written_in_pieces_at_any_position) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            auto                   file = co_await disk.open(folder + "/a", OpenMode::create_new);
            std::vector<std::byte> large(100'000, std::byte{7});
            co_await file->write(5000, {as_bytes("one"), as_bytes(""), as_bytes("two"), ByteView(large)});
            EXPECT_EQ(co_await file->size(), 105'006u);
            std::vector<std::byte> into(8);
            EXPECT_EQ(co_await file->read(4999, into), 8u);
            EXPECT_EQ(as_text(into), std::string_view("\0onetwo\7", 8));
            EXPECT_EQ(co_await file->read(105'000, into), 6u);
            EXPECT_EQ(co_await file->read(200'000, into), 0u);
            co_await file->truncate(5003);
            co_await file->truncate(5006);
            EXPECT_EQ(co_await file->read(5000, into), 6u);
            EXPECT_EQ(as_text(into).substr(0, 6), std::string_view("one\0\0\0", 6));
            co_await file->sync();
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, writes_more_pieces_than_one_call_of_the_system_takes) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            std::string           text(5000, 'x');
            std::vector<ByteView> pieces;
            for (std::size_t i = 0; i < text.size(); ++i) {
                text[i] = static_cast<char>('a' + i % 26);
                pieces.push_back(as_bytes(text).subspan(i, 1));
            }
            auto file = co_await disk.open(folder + "/pieces", OpenMode::create);
            co_await file->write(0, pieces);
            EXPECT_EQ(co_await get(disk, folder + "/pieces"), text);
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, opens_as_the_mode_says) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            std::string path = folder + "/a";
            EXPECT_EQ(co_await error_of(open_only(disk, path, OpenMode::read)), ENOENT);
            EXPECT_EQ(co_await error_of(open_only(disk, path, OpenMode::write)), ENOENT);
            EXPECT_EQ(co_await error_of(open_only(disk, path, OpenMode::create_new)), 0);
            EXPECT_EQ(co_await error_of(open_only(disk, path, OpenMode::create_new)), EEXIST);
            EXPECT_EQ(co_await error_of(open_only(disk, path, OpenMode::create)), 0);
            EXPECT_EQ(co_await error_of(open_only(disk, folder, OpenMode::write)), EISDIR);
            EXPECT_EQ(co_await error_of(open_only(disk, folder + "/no/a", OpenMode::create)), ENOENT);
            auto file = co_await disk.open(path, OpenMode::read);
            EXPECT_EQ(co_await error_of(file->write(0, {as_bytes("x")})), EBADF);
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, keeps_names_in_folders) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            co_await disk.make_folder(folder + "/x/y/z");
            co_await disk.make_folder(folder + "/x/y/z");
            co_await put(disk, folder + "/x/b", "b");
            co_await put(disk, folder + "/x/a", "a");
            EXPECT_EQ(co_await disk.list(folder + "/x"), (std::vector<std::string>{"a", "b", "y"}));
            co_await disk.rename(folder + "/x/a", folder + "/x/b");
            EXPECT_EQ(co_await get(disk, folder + "/x/b"), "a");
            EXPECT_FALSE(co_await disk.exists(folder + "/x/a"));
            co_await disk.rename(folder + "/x/y", folder + "/moved");
            EXPECT_TRUE(co_await disk.exists(folder + "/moved/z"));
            co_await disk.remove(folder + "/x/b");
            EXPECT_EQ(co_await error_of(disk.remove(folder + "/x/b")), ENOENT);
            EXPECT_EQ(co_await error_of(disk.rename(folder + "/x/b", folder + "/c")), ENOENT);
            EXPECT_EQ(co_await error_of(disk.remove(folder + "/x")), EISDIR);
            co_await put(disk, folder + "/moved/z/deep", "deep");
            co_await disk.remove_folder(folder + "/moved");
            co_await disk.remove_folder(folder + "/moved");
            EXPECT_EQ(co_await disk.list(folder), std::vector<std::string>{"x"});
            co_await disk.sync_folder(folder);
            EXPECT_EQ(co_await error_of(disk.sync_folder(folder + "/moved")), ENOENT);
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, keeps_an_open_file_whose_name_is_gone) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            co_await put(disk, folder + "/a", "still here");
            auto file = co_await disk.open(folder + "/a", OpenMode::read);
            co_await disk.remove(folder + "/a");
            std::vector<std::byte> into(100);
            EXPECT_EQ(co_await file->read(0, into), 10u);
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, gives_a_lock_to_one_holder_at_a_time) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            auto first = co_await disk.lock(folder + "/.lock");
            EXPECT_TRUE(first);
            EXPECT_FALSE(co_await disk.lock(folder + "/.lock"));
            EXPECT_TRUE(co_await disk.lock(folder + "/.other"));
            first.reset();
            EXPECT_TRUE(co_await disk.lock(folder + "/.lock"));
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, replaces_a_small_file_whole) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            std::string path = folder + "/meta";
            EXPECT_EQ(co_await get(disk, path), "nothing");
            co_await put(disk, path + ".tmp", "what an attempt that died has left");
            co_await replace_file(disk, path, Bytes::copy_of("one"));
            EXPECT_EQ(co_await get(disk, path), "one");
            co_await replace_file(disk, path, Bytes());
            EXPECT_EQ(co_await get(disk, path), "");
            EXPECT_EQ(co_await disk.list(folder), std::vector<std::string>{"meta"});
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, knows_how_much_room_there_is) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            std::uint64_t free = co_await disk.free_bytes(folder);
            EXPECT_GT(free, 0u);
            EXPECT_GE(co_await disk.total_bytes(folder), free);
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

TYPED_TEST(AnyDisk, names_the_operation_the_path_and_the_reason_in_its_errors) {
    struct Run {
        static Task<> all(Disk& disk, std::string folder) {
            try {
                co_await disk.open(folder + "/missing", OpenMode::read);
            } catch (const DiskError& error) {
                EXPECT_EQ(error.what(), "cannot open " + folder + "/missing: No such file or directory");
                EXPECT_FALSE(error.is_full());
            }
        }
    };
    this->world_.run(Run::all(this->world_.disk(), this->folder_));
}

} // namespace
} // namespace riacho::io
