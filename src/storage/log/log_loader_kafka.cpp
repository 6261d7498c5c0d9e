#include "base/log.hpp"
#include "io/disk.hpp"
#include "storage/log/log_loader.hpp"

#include <algorithm>

// After a clean stop the files may be opened by Kafka itself, which appends to the last segment and begins
// others. What it added is found behind the point that the stop wrote, and kept as far as it is valid.
namespace riacho::storage {

namespace {

constexpr log::Logger kafka_files_logger{"storage"};

} // namespace

Task<> LogLoader::extend_point() {
    RecoveryPoint before = point_;
    for (Offset base : bases_) {
        if (base < point_.segment_base) continue;
        if (base > point_.segment_base) {
            if (base < point_.offset) break; // it would lie over what is there
            point_ = {base, 0, base};
        }
        Walked walked = co_await walk(base, point_.position);
        point_.position = walked.bytes;
        if (walked.rest == Walked::Rest::cut) break;
    }
    if (point_ == before) co_return;
    // Whoever appended may have compacted too: a tombstone that is gone would bring its key back.
    std::string snapshot = in_.folder + "/" + std::string(key_snapshot_name);
    if (co_await in_.disk.exists(snapshot)) co_await in_.disk.remove(snapshot);
    kafka_files_logger.info("kept what was added after the clean stop, folder={} from={} to={}", in_.folder,
                            before.offset.value, point_.offset.value);
}

/// Takes the valid batches from `from` on; the point's offset moves behind each.
Task<LogLoader::Walked> LogLoader::walk(Offset base, std::uint64_t from) {
    std::string               path = segment_path(in_.folder, base, ".log");
    std::shared_ptr<io::File> file = co_await in_.disk.open(path, io::OpenMode::read);
    std::uint64_t             size = co_await file->size();
    if (size < from) co_return Walked{from, Walked::Rest::none}; // load_segments says so
    BatchScanner scanner(file, {from, size}, BatchScanner::far_bytes);
    Walked       walked{from};
    while (auto found = co_await scanner.next()) {
        Bytes bytes =
            co_await read_exactly(file, path, found->position, std::make_shared<Buffer>(found->size));
        auto batch = kafka::BatchView::first(bytes.view());
        if (!batch || !batch->crc_matches() || found->base < point_.offset) break;
        note(*batch);
        walked.bytes = found->position + found->size;
        point_.offset = found->last.next();
    }
    if (walked.bytes < size) walked.rest = Walked::Rest::cut;
    co_return walked;
}

} // namespace riacho::storage
