#include "io/file_cache.hpp"

#include "io/disk.hpp"

#include <algorithm>
#include <utility>

namespace riacho::io {

std::size_t FileCache::size() const {
    std::scoped_lock lock(mutex_);
    return clean_.size() + dirty_.size();
}

void FileCache::move_to(Entry& entry, std::list<Entry*>* list) {
    if (entry.in && list) {
        list->splice(list->end(), *entry.in, entry.place);
    } else if (list) {
        entry.place = list->insert(list->end(), &entry);
    } else if (entry.in) {
        entry.in->erase(entry.place);
    }
    entry.in = list;
}

std::shared_ptr<File> FileCache::take_out(Entry& entry) {
    move_to(entry, nullptr);
    return std::exchange(entry.file, nullptr);
}

/// Closes clean files until there are `files_max`; gives a dirty one where only those are left.
FileCache::Victim FileCache::choose(std::size_t files_max) {
    std::scoped_lock lock(mutex_);
    auto is_idle = [](const Entry* entry) { return entry->file.use_count() == 1 && !entry->is_pinned; };
    while (clean_.size() + dirty_.size() > files_max) {
        if (auto idle = std::ranges::find_if(clean_, is_idle); idle != clean_.end()) {
            take_out(**idle);
            continue;
        }
        auto idle = std::ranges::find_if(dirty_, is_idle);
        if (idle == dirty_.end()) return {}; // all are in use
        Entry& entry = **idle;
        return {entry.self.lock(), entry.file, entry.writes};
    }
    return {};
}

Task<> FileCache::make_room() { return close_down_to(std::max<std::size_t>(limit_, 1) - 1); }

Task<> FileCache::let_go() { return close_down_to(size() / 2); }

Task<> FileCache::close_down_to(std::size_t files) {
    for (Victim victim = choose(files); victim.entry; victim = choose(files)) {
        auto result = Synced::well;
        try {
            co_await victim.file->sync();
        } catch (const DiskError&) { result = Synced::with_error; }
        settle(std::move(victim), result);
    }
}

void FileCache::settle(Victim victim, Synced result) {
    std::scoped_lock lock(mutex_);
    Entry&           entry = *victim.entry;
    if (entry.file != victim.file) return; // its owner has closed it
    entry.has_failed = result == Synced::with_error;
    if (entry.has_failed || entry.writes == victim.writes) {
        entry.is_dirty = false;
        move_to(entry, &clean_);
    }
    constexpr long held_here = 2; // by the entry and by the victim
    if (entry.has_failed || (!entry.is_dirty && entry.file.use_count() == held_here)) take_out(entry);
}

std::shared_ptr<File> FileCache::find(const EntryPtr& entry, const std::string& path) {
    std::scoped_lock lock(mutex_);
    if (entry->has_failed)
        throw DiskError("sync", path, EIO); // whatever it was: what was written may be lost
    if (entry->file) move_to(*entry, entry->in);
    return entry->file;
}

std::shared_ptr<File> FileCache::keep(const EntryPtr& entry, std::shared_ptr<File> opened) {
    std::scoped_lock lock(mutex_);
    if (!entry->file) { // else another job was faster
        entry->file = std::move(opened);
        move_to(*entry, &clean_);
    }
    return entry->file;
}

void FileCache::mark_dirty(Entry& entry) {
    std::scoped_lock lock(mutex_);
    ++entry.writes;
    entry.is_dirty = true;
    if (entry.file) move_to(entry, &dirty_);
}

/// Nobody else syncs it until it has not failed.
std::uint64_t FileCache::begin_sync(Entry& entry) {
    std::scoped_lock lock(mutex_);
    entry.is_pinned = true;
    return entry.writes;
}

void FileCache::end_sync(Entry& entry, std::uint64_t writes) {
    std::scoped_lock lock(mutex_);
    entry.is_pinned = false;
    if (entry.writes != writes || !entry.file) return;
    entry.is_dirty = false;
    move_to(entry, &clean_);
}

void FileCache::forget(Entry& entry) {
    std::scoped_lock lock(mutex_);
    take_out(entry);
    entry.is_dirty = false;
}

CachedFile::CachedFile(Disk& disk, std::string path)
    : disk_(disk), path_(std::move(path)), entry_(std::make_shared<FileCache::Entry>()) {
    entry_->self = entry_;
}

CachedFile::~CachedFile() { close(); }

Task<std::shared_ptr<File>> CachedFile::open() { return open(OpenMode::write); }

Task<std::shared_ptr<File>> CachedFile::open(OpenMode mode) {
    if (auto file = disk_.open_files().find(entry_, path_)) co_return file;
    co_await disk_.open_files().make_room();
    std::shared_ptr<File> opened = co_await open_if_there_are_descriptors(mode);
    if (!opened) {
        co_await disk_.open_files().let_go();
        opened = co_await disk_.open(path_, mode);
    }
    co_return disk_.open_files().keep(entry_, std::move(opened));
}

/// Null where there are none left; what else goes wrong is thrown.
Task<std::shared_ptr<File>> CachedFile::open_if_there_are_descriptors(OpenMode mode) {
    try {
        co_return co_await disk_.open(path_, mode);
    } catch (const DiskError& error) {
        if (!error.lacks_descriptors()) throw;
    }
    co_return nullptr;
}

Task<> CachedFile::pin() { pinned_ = co_await open(); }

void CachedFile::will_write() { disk_.open_files().mark_dirty(*entry_); }

Task<> CachedFile::sync() {
    auto          file = co_await open();
    std::uint64_t writes = disk_.open_files().begin_sync(*entry_);
    co_await file->sync();
    disk_.open_files().end_sync(*entry_, writes);
}

void CachedFile::close() {
    pinned_.reset();
    disk_.open_files().forget(*entry_);
}

} // namespace riacho::io
