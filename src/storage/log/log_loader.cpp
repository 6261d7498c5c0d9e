#include "storage/log/log_loader.hpp"

#include "base/log.hpp"
#include "codec/endian.hpp"
#include "io/disk.hpp"
#include "storage/log/partition_metadata.hpp"

#include <algorithm>
#include <charconv>

namespace riacho::storage {

namespace {

constexpr log::Logger loader_logger{"storage"};
constexpr std::size_t base_digits = 20;
// .txnindex: int16 version · int64 producer id · int64 first offset · int64 last offset · int64 last stable
constexpr std::size_t transaction_entry_bytes = 34;
constexpr std::size_t transaction_last_offset_at = 18;

} // namespace

std::optional<SegmentFileName> parse_segment_file(std::string_view name) {
    if (name.size() <= base_digits || name[base_digits] != '.') return std::nullopt;
    std::int64_t base = 0;
    auto         digits = name.substr(0, base_digits);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), base);
    if (error != std::errc{} || end != digits.data() + digits.size() || base < 0) return std::nullopt;
    return SegmentFileName{{base}, name.substr(base_digits)};
}

Task<Outcome<LogFiles::Loaded, LogDamage>> LogLoader::load(std::vector<ReplayedEntry> replay) {
    if (!recovered_.producer_state.empty()) {
        auto producers = ProducerStates::from_snapshot(recovered_.producer_state, in_.now);
        if (!producers)
            co_return fail(LogDamage::unreadable, in_.folder + ": the producers' state is not a snapshot");
        loaded_.producers = *std::move(producers);
    }
    if (co_await is_ours()) {
        co_await list();
        if (recovered_.files == Recovered::Files::left_by_clean_stop) co_await extend_point();
        co_await cut_names();
        auto segments = co_await load_segments();
        if (!segments) co_return std::unexpected(std::move(segments).error());
        auto epochs = co_await load_epochs();
        if (!epochs) co_return std::unexpected(std::move(epochs).error());
        co_await cut_transactions();
    } else if (point_.position > 0) {
        co_return fail(LogDamage::segment_shorter_than_point, in_.folder + " is missing");
    }
    loaded_.end = point_.offset;
    loaded_.is_sealed = point_.position == 0;
    auto skipped = co_await apply_skipped(std::move(replay));
    if (!skipped) co_return std::unexpected(std::move(skipped).error());
    co_return std::move(loaded_);
}

/// A folder of another topic's life is not: it is moved away before the first byte of this one.
Task<bool> LogLoader::is_ours() {
    if (!co_await in_.disk.exists(in_.folder)) co_return false;
    auto content = co_await io::read_file(in_.disk, in_.folder + "/partition.metadata");
    auto owner = content ? parse_partition_metadata(as_text(content->view())) : std::nullopt;
    loaded_.has_folder = owner == in_.partition.topic_id;
    co_return !owner || loaded_.has_folder;
}

Task<> LogLoader::list() {
    names_ = co_await in_.disk.list(in_.folder);
    for (const std::string& name : names_) {
        auto file = parse_segment_file(name);
        if (file && file->suffix == ".log") bases_.push_back(file->base);
    }
    std::ranges::sort(bases_);
}

/// Removes what lies past the point, what was being removed, and indexes without a segment; all of that
/// durably: nothing may come back between segments that are yet to be written.
Task<> LogLoader::cut_names() {
    auto is_past = [this](Offset base) {
        return base > point_.segment_base || (base == point_.segment_base && point_.position == 0);
    };
    bool has_removed = false;
    for (const std::string& name : names_) {
        auto file = parse_segment_file(name);
        bool is_left_over = name.ends_with(".deleted") || name.ends_with(".cleaned");
        if (!file && !is_left_over) continue;
        bool goes = is_left_over;
        if (file && file->suffix == ".snapshot")
            goes = goes || file->base > point_.offset;
        else if (file)
            goes = goes || is_past(file->base) || !std::ranges::binary_search(bases_, file->base);
        if (!goes) continue;
        co_await in_.disk.remove(in_.folder + "/" + name);
        has_removed = true;
    }
    std::erase_if(bases_, is_past);
    if (has_removed) co_await in_.disk.sync_folder(in_.folder);
}

Task<Outcome<void, LogDamage>> LogLoader::load_segments() {
    bool has_last = point_.position > 0;
    if (has_last && (bases_.empty() || bases_.back() != point_.segment_base))
        co_return fail(LogDamage::segment_shorter_than_point,
                       segment_path(in_.folder, point_.segment_base, ".log") + " is missing");
    for (std::size_t i = 0; i < bases_.size(); ++i) {
        bool                     is_last = has_last && i + 1 == bases_.size();
        auto                     segment = std::make_shared<Segment>(in_.disk, in_.folder, bases_[i]);
        auto                     interval = in_.options.index_interval_bytes;
        Outcome<void, LogDamage> result;
        if (is_last) {
            result = co_await segment->load_last(point_.offset, point_.position, interval);
        } else {
            Offset end = i + 1 < bases_.size() ? bases_[i + 1] : point_.segment_base;
            result = co_await segment->load_closed(end, interval);
        }
        if (!result) co_return result;
        loaded_.segments.push_back(std::move(segment));
    }
    co_return {};
}

Task<Outcome<void, LogDamage>> LogLoader::load_epochs() {
    auto content = co_await io::read_file(in_.disk, in_.folder + "/leader-epoch-checkpoint");
    auto epochs = content ? LeaderEpochs::parse(as_text(content->view())) : std::nullopt;
    if (epochs) {
        std::string before = epochs->text();
        epochs->cut(point_.offset);
        bool has_cut = epochs->text() != before;
        for (const LeaderEpochs::Start& start : loaded_.epochs.starts())
            epochs->assign(start.epoch, start.offset);
        loaded_.epochs = *std::move(epochs);
        // An external batch moves the recovery point without writing this file: it must be right by then.
        if (has_cut) {
            Bytes text = Bytes::copy_of(loaded_.epochs.text());
            co_await io::replace_file(in_.disk, in_.folder + "/leader-epoch-checkpoint", std::move(text));
        }
        co_return {};
    }
    if (loaded_.segments.empty()) co_return {};
    loader_logger.debug("leader epochs are read from the segments again, folder={}", in_.folder);
    co_await scan_epochs();
    co_return {};
}

Task<> LogLoader::scan_epochs() {
    loaded_.epochs = {};
    for (const SegmentPtr& segment : loaded_.segments) {
        auto         file = co_await in_.disk.open(segment->path(), io::OpenMode::read);
        BatchScanner scanner(std::move(file), {0, segment->info().bytes}, BatchScanner::far_bytes);
        while (auto found = co_await scanner.next()) loaded_.epochs.assign(found->epoch, found->base);
    }
    loaded_.has_new_epochs = true;
}

Task<> LogLoader::cut_transactions() {
    if (point_.position == 0) co_return;
    std::string path = segment_path(in_.folder, point_.segment_base, ".txnindex");
    auto        content = co_await io::read_file(in_.disk, path);
    if (!content) co_return;
    std::size_t kept = 0;
    ByteView    bytes = content->view();
    while (kept + transaction_entry_bytes <= bytes.size() &&
           load_big<std::int64_t>(bytes.data() + kept + transaction_last_offset_at) < point_.offset.value)
        kept += transaction_entry_bytes;
    if (kept == bytes.size()) co_return;
    auto file = co_await in_.disk.open(path, io::OpenMode::write);
    co_await file->truncate(kept);
    co_await file->sync();
}

void LogLoader::note(const kafka::BatchView& batch) {
    if (auto mark = producer_mark(batch)) loaded_.producers.apply(*mark, in_.now);
    if (loaded_.epochs.assign(batch.leader_epoch(), batch.base_offset())) loaded_.has_new_epochs = true;
}

Task<std::optional<Bytes>> LogLoader::external_batch(ExternalBatch at) {
    for (const SegmentPtr& segment : loaded_.segments) {
        bool is_inside = at.position + at.length <= segment->info().bytes;
        if (segment->info().base != at.segment_base || !is_inside) continue;
        co_return co_await segment->load(at.position, at.length);
    }
    co_return std::nullopt; // its segment was removed since: a later checkpoint has the state
}

Task<Outcome<void, LogDamage>> LogLoader::apply_skipped(std::vector<ReplayedEntry> replay) {
    for (const ReplayedEntry& replayed : replay) {
        const Entry&         entry = replayed.entry;
        std::optional<Bytes> bytes = entry.bytes;
        if (entry.base_offset >= point_.offset) continue;
        if (entry.kind == EntryKind::external_batch) {
            auto at = decode_external_batch(entry.bytes.view());
            bytes = at ? co_await external_batch(*at) : std::nullopt;
        }
        if (!bytes || (entry.kind != EntryKind::batch && entry.kind != EntryKind::external_batch)) continue;
        auto batch = kafka::BatchView::first(bytes->view());
        if (!batch || batch->base_offset() != entry.base_offset)
            co_return fail(LogDamage::unreadable,
                           in_.folder + ": an entry of the write-ahead log is no batch");
        note(*batch);
    }
    co_return {};
}

} // namespace riacho::storage
