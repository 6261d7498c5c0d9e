#include "storage/wal/salvage.hpp"

#include "storage/wal/wal_file.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::storage {
namespace {

constexpr std::size_t copy_bytes = 1u << 20;

/// Fewer bytes only at the end of the file; zeros for what the disk does not give.
Task<std::size_t> read_readable(io::File& file, std::uint64_t at, std::span<std::byte> into) {
    bool failed = false;
    try {
        co_return co_await file.read(at, into);
    } catch (const io::DiskError&) { failed = true; }
    std::size_t size = 0;
    for (std::size_t from = 0; failed && from < into.size(); from += wal_block) {
        auto block = into.subspan(from, std::min(wal_block, into.size() - from));
        try {
            size = from + co_await file.read(at + from, block);
        } catch (const io::DiskError&) {
            std::ranges::fill(block, std::byte{0});
            size = from + block.size();
        }
    }
    co_return size;
}

} // namespace

Task<> copy_readable(io::Disk& disk, std::string from, std::uint64_t position, std::string to) {
    auto          in = co_await disk.open(from, io::OpenMode::read);
    auto          out = co_await disk.open(to, io::OpenMode::create);
    std::uint64_t size = co_await in->size();
    auto          buffer = std::make_shared<Buffer>(copy_bytes);
    for (std::uint64_t at = position; at < size; at += copy_bytes) {
        auto        piece = buffer->span().first(std::min<std::uint64_t>(copy_bytes, size - at));
        std::size_t got = co_await read_readable(*in, at, piece);
        co_await out->write(at - position, {ByteView(piece.first(std::min(got, piece.size())))});
    }
    co_await out->sync();
}

FrameSalvage::FrameSalvage(io::Disk& disk, std::string folder, ChainStart start)
    : disk_(disk), folder_(std::move(folder)), start_(start) {
    if (start_.file_number != 0) salts_[start_.file_number] = start_.salt;
    last_ = {start_.first_frame.value - std::min<std::uint64_t>(start_.first_frame.value, 1)};
}

Task<> FrameSalvage::list() {
    for (const std::string& name : co_await disk_.list(folder_)) {
        auto number = wal_file_number(name);
        if (!number) continue;
        highest_file_ = std::max(highest_file_, *number);
        if (*number >= start_.file_number) files_[*number] = fmt::format("{}/{}", folder_, name);
    }
    if (start_.file_number != 0 && !files_.contains(start_.file_number))
        losses_.push_back(wal_file_path(folder_, start_.file_number) + " is missing");
}

/// The next file whose salt is known: by its own header, or because another one names it.
Task<bool> FrameSalvage::open_next() {
    while (!files_.empty()) {
        auto [number, path] = *files_.begin();
        files_.erase(files_.begin());
        path_ = path;
        file_ = co_await disk_.open(path_, io::OpenMode::read);
        end_ = co_await file_->size();
        at_ = wal_block;
        Bytes block = co_await read_some(0, wal_block);
        auto  header = decode_wal_file_header(block.view());
        if (header && header->number == number) {
            salt_ = header->salt;
            co_return true;
        }
        auto known = salts_.find(number);
        losses_.push_back(fmt::format("{} at 0: the header is damaged", path_));
        if (known == salts_.end()) continue;
        salt_ = known->second;
        co_return true;
    }
    co_return false;
}

Task<Bytes> FrameSalvage::read_some(std::uint64_t at, std::size_t bytes) {
    auto        buffer = std::make_shared<Buffer>(bytes);
    std::size_t size = co_await read_readable(*file_, at, buffer->span());
    co_return Bytes(std::move(buffer)).slice(0, std::min(size, bytes));
}

Task<std::optional<DecodedFrame>> FrameSalvage::take(std::uint64_t at) {
    Bytes block = co_await read_some(at, wal_block);
    auto  claim = frame_claim(block.view());
    if (block.size() < wal_block || !claim || claim->number <= last_ || at + claim->size() > end_)
        co_return std::nullopt;
    Bytes frame = co_await read_some(at, claim->size());
    if (frame.size() < claim->size() || !frame_validates(frame.view(), salt_)) co_return std::nullopt;
    DecodedFrame decoded = decode_frame(frame);
    if (decoded.damage != FrameDamage::none) {
        losses_.push_back(fmt::format("{} at {}: a frame that cannot be understood", path_, at));
        co_return std::nullopt;
    }
    at_ = at + claim->size();
    co_return decoded;
}

void FrameSalvage::note(FrameNumber found) {
    std::uint64_t expected = last_.value + 1;
    if (found.value > expected && (start_.file_number != 0 || last_.value != 0))
        losses_.push_back(
            fmt::format("{}: frames {} to {} of the log are gone", path_, expected, found.value - 1));
    last_ = found;
}

Task<std::optional<DecodedFrame>> FrameSalvage::next() {
    if (std::exchange(phase_, Phase::reading) == Phase::fresh) co_await list();
    for (;;) {
        if (!file_ && !co_await open_next()) co_return std::nullopt;
        while (at_ + wal_block <= end_) {
            auto frame = co_await take(at_);
            if (!frame) {
                at_ += wal_block;
                continue;
            }
            note(frame->number);
            const Entry& entry = frame->entries.back();
            if (entry.kind != EntryKind::next) co_return frame;
            if (auto next = decode_next_file(entry.bytes.view())) salts_[next->number] = next->salt;
        }
        file_.reset();
    }
}

} // namespace riacho::storage
