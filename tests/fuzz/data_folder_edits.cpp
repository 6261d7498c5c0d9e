// What an input may do to the files of a data folder.
#include "codec/crc32c.hpp"
#include "codec/endian.hpp"
#include "data_folder.hpp"
#include "kafka/batch/batch_view.hpp"
#include "kafka/batch/patch.hpp"
#include "storage/wal/frame.hpp"
#include "storage/wal/wal_file.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace riacho::fuzz {
namespace {

constexpr std::size_t store_file_crc_at = 12, snapshot_crc_at = 2, file_bytes_max = 1 << 20;

constexpr std::array<std::int64_t, 10> telling_numbers{0,          1,          -1,        0x7f,      0x7fff,
                                                       0x7fffffff, 0xffffffff, INT64_MAX, INT64_MIN, 1 << 20};
constexpr std::array<std::string_view, 12> telling_names{"/log/orders-0/00000000000000000000.log.swap",
                                                         "/log/orders-0/00000000000000000000.log.cleaned",
                                                         "/log/orders-0/00000000000000000000.log.deleted",
                                                         "/log/orders-0/00000000000000000003.log",
                                                         "/log/orders-0/00000000000000000002.snapshot",
                                                         "/log/orders-0/partition.metadata",
                                                         "/log/strangers-0/00000000000000000000.log",
                                                         "/log/.kafka_cleanshutdown",
                                                         "/wal/00000000000000000099.wal",
                                                         "/wal/00000000000000000099.wal.filling",
                                                         "/log/orders-1/00000000000000000000.txnindex",
                                                         "/log/orders-0/leader-epoch-checkpoint"};

void seal_batches(std::span<std::byte> bytes) {
    kafka::BatchCursor cursor(bytes);
    while (auto batch = cursor.next())
        kafka::set_crc(
            bytes.subspan(static_cast<std::size_t>(batch->view().data() - bytes.data()), batch->size()));
}

std::uint32_t crc_around(ByteView bytes, std::size_t hole) {
    return crc32c(bytes.subspan(hole + 4), crc32c(bytes.first(hole)));
}

void seal_entries(std::span<std::byte> frame, std::uint32_t count) {
    using namespace storage;
    std::size_t at = frame_header_bytes;
    for (; count > 0 && at + entry_header_bytes <= frame.size(); --count) {
        auto bytes = load_little<std::uint32_t>(frame.data() + at + 4);
        bool is_batch = static_cast<EntryKind>(frame[at]) == EntryKind::batch;
        at += entry_header_bytes;
        if (bytes > frame.size() - at) return;
        if (is_batch) seal_batches(frame.subspan(at, bytes));
        at += bytes;
    }
}

void seal_wal_file(Content& file) {
    using namespace storage;
    if (file.size() < wal_block) return;
    auto bytes = std::span(file);
    store_little(file.data() + store_file_crc_at, crc_around(bytes.first(wal_block), store_file_crc_at));
    auto salt = crc32c(bytes.subspan(24, 8));
    for (std::size_t at = wal_block; at + wal_block <= file.size();) {
        auto claim = frame_claim(bytes.subspan(at, wal_block));
        bool is_whole = claim && claim->size() <= file.size() - at;
        if (is_whole) {
            auto frame = bytes.subspan(at, claim->size());
            seal_entries(frame.first(claim->bytes), claim->count);
            store_little(frame.data(), crc32c(frame.subspan(4), salt));
        }
        at += is_whole ? claim->size() : wal_block;
    }
}

/// Places that mean something are near the ends of a file and the beginnings of blocks.
std::size_t place_in(const Content& content, Choices& choose) {
    std::size_t size = std::max<std::size_t>(content.size(), 1);
    switch (choose.below(5)) {
    case 0:
        return choose.below(std::min<std::size_t>(size, 128));
    case 1:
        return size - 1 - choose.below(std::min<std::size_t>(size, 128));
    case 2:
        return std::min(size - 1,
                        choose.below(size / storage::wal_block + 1) * storage::wal_block + choose.below(128));
    default:
        return choose.below(size);
    }
}

void put(Content& content, std::size_t at, ByteView bytes) {
    std::size_t size = std::min(bytes.size(), content.size() - std::min(content.size(), at));
    std::ranges::copy(bytes.first(size), content.begin() + static_cast<std::ptrdiff_t>(at));
}

void put_number(Content& content, Choices& choose) {
    std::size_t at = place_in(content, choose);
    auto        number = static_cast<std::uint64_t>(telling_numbers[choose.below(telling_numbers.size())]);
    auto        width = std::size_t{1} << choose.below(4);
    std::byte   little[8], big[8];
    store_little(little, number);
    store_big(big, number);
    put(content, at, choose.one_in(2) ? ByteView(big + 8 - width, width) : ByteView(little, width));
}

void add_to_number(Content& content, Choices& choose) {
    std::size_t at = place_in(content, choose);
    if (at >= content.size()) return;
    content[at] = static_cast<std::byte>(std::to_integer<int>(content[at]) +
                                         static_cast<int>(choose.between(0, 8)) - 4);
}

/// One file's content changes, its name stays.
void edit_content(Content& content, Choices& choose) {
    switch (choose.below(9)) {
    case 0:
        return put(content, place_in(content, choose), choose.take(choose.between(1, 16)));
    case 1:
        return put_number(content, choose);
    case 2:
        return add_to_number(content, choose);
    case 3:
        return content.resize(place_in(content, choose));
    case 4: {
        ByteView more = choose.take(choose.below(64));
        content.insert(content.end(), more.begin(), more.end());
        return;
    }
    case 5:
        return content.resize(std::min(file_bytes_max, content.size() + choose.below(8192)));
    case 6: {
        std::size_t from = place_in(content, choose), to = place_in(content, choose);
        Content     piece(content.begin() + static_cast<std::ptrdiff_t>(std::min(from, content.size())),
                          content.end());
        piece.resize(std::min<std::size_t>(piece.size(), choose.between(1, 8192)));
        return put(content, to, piece);
    }
    case 7: {
        ByteView text = choose.take(choose.below(200));
        content.assign(text.begin(), text.end());
        return;
    }
    default:
        return put(content, place_in(content, choose), Content(choose.between(1, 4096)));
    }
}

bool is_redundant(std::string_view path) {
    return path.ends_with(".index") || path.ends_with(".timeindex") ||
           path.ends_with("leader-epoch-checkpoint") || path.ends_with("-offset-checkpoint");
}

void note(Edits& edits, std::string_view path) {
    edits.only_redundant = edits.only_redundant && is_redundant(path);
    edits.has_changed_segments = edits.has_changed_segments || path.ends_with(".log");
}

void edit_names(Files& files, Files::iterator at, Choices& choose, Edits& edits) {
    auto other = std::next(files.begin(), static_cast<std::ptrdiff_t>(choose.below(files.size())));
    switch (choose.below(4)) {
    case 0:
        files.erase(at);
        return;
    case 1:
        note(edits, other->first);
        std::swap(at->second, other->second);
        return;
    case 2:
        note(edits, other->first);
        other->second = at->second;
        return;
    default: {
        std::string name(data_folder);
        name += telling_names[choose.below(telling_names.size())];
        note(edits, name);
        files[name] = choose.one_in(2) ? at->second : Content(choose.below(5000));
    }
    }
}

} // namespace

void seal(std::string_view path, Content& content) {
    auto name = path.substr(path.rfind('/') + 1);
    if (name.ends_with(".wal")) return seal_wal_file(content);
    if (name.ends_with(".log") || name.contains(".log.")) return seal_batches(content);
    bool is_ours = name == "checkpoint" || name.starts_with("producers-") || path.contains("/stranded/");
    if (is_ours && content.size() > store_file_crc_at + 4)
        store_little(content.data() + store_file_crc_at, crc_around(content, store_file_crc_at));
    else if (name.ends_with(".snapshot") && content.size() > snapshot_crc_at + 4)
        store_big(content.data() + snapshot_crc_at, crc32c(std::span(content).subspan(snapshot_crc_at + 4)));
}

Edits edit(Files& files, Choices& choose) {
    Edits edits;
    for (auto count = choose.between(1, 6); count > 0 && !choose.empty() && !files.empty(); --count) {
        auto at = std::next(files.begin(), static_cast<std::ptrdiff_t>(choose.below(files.size())));
        note(edits, at->first);
        if (choose.one_in(6)) {
            edit_names(files, at, choose, edits);
            continue;
        }
        edit_content(at->second, choose);
        if (!choose.one_in(2)) continue;
        edits.has_sealed = true;
        seal(at->first, at->second);
    }
    return edits;
}

} // namespace riacho::fuzz
