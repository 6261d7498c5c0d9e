#include "io/simulated_world.hpp"
#include "io/testing.hpp"

#include <cerrno>
#include <gtest/gtest.h>

namespace riacho::io {
namespace {

/// Over both disks: files named by numbers.
template <class World> class FileCacheTest : public ::testing::Test {
protected:
    FileCacheTest() {
        make_folder();
        world.disk().open_files().set_limit(3);
        for (int i = 0; i < 8; ++i)
            files.push_back(std::make_unique<CachedFile>(world.disk(), folder() + "/" + std::to_string(i)));
    }
    std::string folder() { return world.folder() + "/cached"; }
    void        make_folder() {
        world.run(world.disk().make_folder(folder()));
        world.run(world.disk().sync_folder(world.folder()));
    }
    std::size_t open_files() { return world.disk().open_files().size(); }

    static Task<> write(CachedFile& to, std::string text) {
        auto file = co_await to.open(OpenMode::create);
        to.will_write();
        std::vector<ByteView> pieces{as_bytes(text)};
        co_await file->write(0, std::move(pieces));
    }
    static Task<std::string> read(CachedFile& from) {
        auto        file = co_await from.open();
        std::string text(co_await file->size(), ' ');
        co_await file->read(0, std::as_writable_bytes(std::span(text)));
        co_return text;
    }

    World                                    world{1};
    std::vector<std::unique_ptr<CachedFile>> files;
};

using Worlds = ::testing::Types<SimulatedWorld, RealTestWorld>;
TYPED_TEST_SUITE(FileCacheTest, Worlds);

TYPED_TEST(FileCacheTest, keeps_as_many_files_open_as_it_may_and_opens_the_others_again) {
    for (int round = 0; round < 3; ++round) {
        for (auto& file : this->files) this->world.run(this->write(*file, std::to_string(round)));
        EXPECT_EQ(this->open_files(), 3u);
        for (auto& file : this->files) EXPECT_EQ(this->world.run(this->read(*file)), std::to_string(round));
        EXPECT_EQ(this->open_files(), 3u);
    }
    this->files.clear();
    EXPECT_EQ(this->open_files(), 0u);
}

TYPED_TEST(FileCacheTest, closes_no_file_that_is_in_use) {
    std::vector<std::shared_ptr<File>> held;
    for (auto& file : this->files) {
        this->world.run(this->write(*file, "x"));
        held.push_back(this->world.run(file->open()));
    }
    EXPECT_EQ(this->open_files(), 8u);
    held.clear();
    CachedFile one_more(this->world.disk(), this->folder() + "/more");
    this->world.run(this->write(one_more, "x"));
    EXPECT_EQ(this->open_files(), 3u);
}

TYPED_TEST(FileCacheTest, reads_a_pinned_file_on_that_has_lost_its_name) {
    this->world.run(this->write(*this->files[0], "old"));
    this->world.run(this->files[0]->pin());
    this->world.run(this->world.disk().remove(this->folder() + "/0"));
    for (auto& file : this->files)
        if (file != this->files[0]) this->world.run(this->write(*file, "x"));
    EXPECT_EQ(this->world.run(this->read(*this->files[0])), "old");
}

class SimulatedFileCache : public FileCacheTest<SimulatedWorld> {};

TEST_F(SimulatedFileCache, closes_files_and_tries_again_where_the_system_has_no_descriptors) {
    for (auto& file : files) world.run(write(*file, "x"));
    EXPECT_EQ(open_files(), 3u);
    for (int error : {EMFILE, ENFILE}) {
        world.disk().fail_next(DiskOperation::open, "/0", error, 1);
        EXPECT_EQ(world.run(read(*files[0])), "x");
        EXPECT_EQ(open_files(), 2u); // one of three stayed
        for (int i = 5; i < 8; ++i) world.run(read(*files[static_cast<std::size_t>(i)]));
    }
    world.disk().fail_next(DiskOperation::open, "/0", EMFILE, 2);
    EXPECT_THROW(world.run(read(*files[0])), DiskError);
    EXPECT_EQ(world.run(read(*files[0])), "x");
}

TEST_F(SimulatedFileCache, syncs_what_was_written_before_it_closes_a_file) {
    for (auto& file : files) world.run(write(*file, "kept"));
    world.run(world.disk().sync_folder(folder()));
    world.power_off();
    files.clear();
    world.restart();
    int kept = 0;
    for (int i = 0; i < 8; ++i) {
        CachedFile file(world.disk(), folder() + "/" + std::to_string(i));
        kept += world.run(read(file)) == "kept" ? 1 : 0;
    }
    EXPECT_GE(kept, 5); // all but the three that were still open
}

TEST_F(SimulatedFileCache, takes_a_failed_sync_of_a_file_that_it_closes_for_that_files_error) {
    for (int i = 0; i < 3; ++i) world.run(write(*files[static_cast<std::size_t>(i)], "x"));
    world.disk().fail_next(DiskOperation::sync, folder() + "/0", EIO);
    world.run(write(*files[3], "another file does not suffer"));
    EXPECT_EQ(world.run(read(*files[3])), "another file does not suffer");
    for (int i = 0; i < 2; ++i) EXPECT_THROW(world.run(read(*files[0])), DiskError);
    EXPECT_EQ(world.run(read(*files[1])), "x");
}

} // namespace
} // namespace riacho::io
