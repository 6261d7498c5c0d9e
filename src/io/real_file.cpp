#include "io/real_file.hpp"

#include "io/gather_list.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace riacho::io {

Task<std::size_t> RealFile::read(std::uint64_t at, std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        ssize_t got = ::pread(descriptor_.get(), into.data() + filled, into.size() - filled,
                              static_cast<off_t>(at + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read");
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    co_return filled;
}

Task<> RealFile::write(std::uint64_t at, std::vector<ByteView> pieces) {
    GatherList list(pieces);
    while (!list.is_empty()) {
        auto    part = list.next();
        ssize_t put = part.size() == 1 ? ::pwrite(descriptor_.get(), part[0].iov_base, part[0].iov_len,
                                                  static_cast<off_t>(at))
                                       : ::pwritev(descriptor_.get(), part.data(),
                                                   static_cast<int>(part.size()), static_cast<off_t>(at));
        if (put < 0 && errno == EINTR) continue;
        if (put == 0) errno = EIO; // never seen; an endless loop would be worse
        if (put <= 0) fail("write");
        at += static_cast<std::uint64_t>(put);
        list.consume(static_cast<std::size_t>(put));
    }
    co_return;
}

/// An error shows at the next sync.
void RealFile::start_writing(std::uint64_t at, std::uint64_t size) {
#if defined(__linux__)
    ::sync_file_range(descriptor_.get(), static_cast<off_t>(at), static_cast<off_t>(size),
                      SYNC_FILE_RANGE_WRITE);
#endif
}

/// Not tried again after an error: the kernel has marked the pages clean, a second call would lie. EINTR
/// cannot be told apart from such an error, so it counts as one too.
Task<> RealFile::sync() {
    if (::fdatasync(descriptor_.get()) != 0) fail("sync");
    co_return;
}

Task<> RealFile::truncate(std::uint64_t size) {
    while (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) {
        if (errno != EINTR) fail("truncate");
    }
    co_return;
}

Task<std::uint64_t> RealFile::size() {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) fail("measure");
    co_return static_cast<std::uint64_t>(status.st_size);
}

void RealFile::fail(std::string_view operation) const { throw DiskError(operation, path_, errno); }

} // namespace riacho::io
