#pragma once

#include "riacho/task.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace riacho::io {

class Disk;
class File;
enum class OpenMode;

/// The files of one disk that stay open after their use: at most so many, beside those in use. Whoever needs
/// another one closes the one that was not used for longest; one with unsynced writes is synced first,
/// through the descriptor they went through, and only where no other is left. From any thread.
class FileCache {
public:
    void        set_limit(std::size_t files) { limit_ = files; }
    std::size_t size() const;

private:
    friend class CachedFile;

    struct Entry {
        std::weak_ptr<Entry>        self;
        std::shared_ptr<File>       file;
        std::uint64_t               writes = 0; ///< so far
        bool                        is_dirty = false;
        bool                        is_pinned = false;  ///< its owner's sync failed: nobody syncs it again
        bool                        has_failed = false; ///< the sync before it was closed did
        std::list<Entry*>*          in = nullptr;
        std::list<Entry*>::iterator place;
    };
    using EntryPtr = std::shared_ptr<Entry>;
    /// A dirty file on its way out.
    struct Victim {
        EntryPtr              entry;
        std::shared_ptr<File> file;
        std::uint64_t         writes = 0;
    };

    enum class Synced { well, with_error };
    Task<> make_room();
    /// The system has no more descriptors: closes half of what is not in use.
    Task<>                let_go();
    Task<>                close_down_to(std::size_t files);
    Victim                choose(std::size_t files_max);
    void                  settle(Victim victim, Synced result);
    std::shared_ptr<File> find(const EntryPtr& entry, const std::string& path);
    std::shared_ptr<File> keep(const EntryPtr& entry, std::shared_ptr<File> opened);
    void                  mark_dirty(Entry& entry);
    std::uint64_t         begin_sync(Entry& entry);
    void                  end_sync(Entry& entry, std::uint64_t writes);
    void                  forget(Entry& entry);

    // with the lock held
    void                  move_to(Entry& entry, std::list<Entry*>* list);
    std::shared_ptr<File> take_out(Entry& entry);

    mutable std::mutex mutex_;
    std::size_t        limit_ = 2000;
    std::list<Entry*>  clean_; // the one that was not used for longest first
    std::list<Entry*>  dirty_;
};

/// A file that is opened when it is first needed, and again after the cache has closed it. Whoever works with
/// it holds what `open` gave: it stays open for as long. After a rename it is another CachedFile's.
class CachedFile {
public:
    CachedFile(Disk& disk, std::string path);
    ~CachedFile();
    CachedFile(const CachedFile&) = delete;
    CachedFile& operator=(const CachedFile&) = delete;

    /// Throws DiskError; after a sync that failed while the cache closed the file, each time.
    Task<std::shared_ptr<File>> open(OpenMode mode);
    Task<std::shared_ptr<File>> open();
    /// Opens it, and the cache does not close it: for a file that loses its name while somebody reads it.
    Task<> pin();
    /// Before a write or truncate, while what `open` gave is held.
    void   will_write();
    Task<> sync();
    /// The owner has synced what was written, or gives it up.
    void close();

    const std::string& path() const { return path_; }

private:
    Task<std::shared_ptr<File>> open_if_there_are_descriptors(OpenMode mode);

    Disk&                 disk_;
    std::string           path_;
    FileCache::EntryPtr   entry_;
    std::shared_ptr<File> pinned_;
};

} // namespace riacho::io
