#include "storage/wal/scan.hpp"

#include "base/planted.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace riacho::storage {
namespace {

constexpr std::size_t look_ahead_bytes = 1u << 20;

Task<Bytes> read_up_to(io::File& file, std::uint64_t at, std::size_t bytes) {
    auto buffer = std::make_shared<Buffer>(bytes);
    try {
        std::size_t size = co_await file.read(at, buffer->span());
        co_return Bytes(std::move(buffer)).slice(0, size);
    } catch (const io::DiskError& error) { // whoever repairs it wants to know the place
        throw io::DiskError(fmt::format("read at {} of", at), error.path(), error.error_number());
    }
}

} // namespace

Durability ChainReader::mode() const {
    return files_.empty() ? Durability::synced : files_.back().header.mode;
}

/// Opens the file that the checkpoint or a `next` entry names. A file that cannot be followed ends the chain.
Task<Outcome<void, ScanError>> ChainReader::open_file(std::uint64_t number, Salt salt) {
    std::string path = wal_file_path(folder_, number);
    if (!co_await disk_.exists(path)) {
        broken_chain_ = fmt::format("{} is missing", path);
        co_return Outcome<void, ScanError>{};
    }
    auto  file = co_await disk_.open(path, io::OpenMode::read);
    Bytes block = co_await read_up_to(*file, 0, wal_block);
    auto  header = decode_wal_file_header(block.view());
    if (!header && header.error().code == HeaderProblem::newer_format)
        co_return fail(ScanError::newer_format, fmt::format("{}: {}", path, header.error().detail));
    if (!header || header->number != number || header->salt != salt) {
        broken_chain_ = fmt::format("{} is not the file that the log names", path);
        co_return Outcome<void, ScanError>{};
    }
    ChainFile found;
    found.header = *header;
    found.path = std::move(path);
    found.first = expected_;
    found.bytes = co_await file->size();
    files_.push_back(std::move(found));
    file_ = std::move(file);
    co_return Outcome<void, ScanError>{};
}

/// The frame at `position`, if it validates with its file's salt and lies before `end`.
Task<std::optional<Bytes>> ChainReader::read_frame(io::File& file, std::uint64_t position,
                                                   std::uint64_t end) {
    Bytes block = co_await read_up_to(file, position, wal_block);
    if (block.size() < wal_block) co_return std::nullopt;
    auto claim = frame_claim(block.view());
    if (!claim || claim->number != expected_ || position + claim->size() > end) co_return std::nullopt;
    Bytes frame = claim->size() == wal_block ? block : co_await read_up_to(file, position, claim->size());
    if (frame.size() < claim->size()) co_return std::nullopt;
    bool validates = frame_validates(frame.view(), files_.back().header.salt);
    if (!validates && !planted(Planted::torn_frame_taken)) co_return std::nullopt;
    co_return frame;
}

Task<Outcome<std::optional<DecodedFrame>, ScanError>> ChainReader::next() {
    if (std::exchange(phase_, Phase::reading) == Phase::fresh) {
        expected_ = start_.first_frame;
        auto opened = co_await open_file(start_.file_number, start_.salt);
        if (!opened) co_return std::unexpected(std::move(opened).error());
    }
    if (!file_ || broken_chain_) co_return std::nullopt;
    ChainFile before = files_.back();
    auto      frame = co_await read_frame(*file_, before.end, before.bytes);
    if (!frame) co_return std::nullopt;
    DecodedFrame decoded = decode_frame(*frame);
    if (decoded.damage != FrameDamage::none) {
        bool unknown = decoded.damage == FrameDamage::unknown_kind;
        co_return fail(unknown ? ScanError::newer_format : ScanError::malformed,
                       fmt::format("{} at {}: {}", before.path, before.end,
                                   unknown ? "an entry of a kind that this program does not know"
                                           : "a frame that makes no sense"));
    }
    ChainFile& in = files_.back();
    in.last = decoded.number;
    in.last_position = before.end;
    in.end = before.end + frame->size();
    expected_.value++;
    if (decoded.entries.back().kind != EntryKind::next) co_return decoded;

    auto next = decode_next_file(decoded.entries.back().bytes.view());
    if (!next)
        co_return fail(ScanError::malformed, fmt::format("{} at {}: a malformed next", in.path, before.end));
    auto opened = co_await open_file(next->number, next->salt);
    if (!opened) co_return std::unexpected(std::move(opened).error());
    if (broken_chain_) { // a next that leads nowhere is no part of the log
        files_.back() = std::move(before);
        expected_.value--;
        co_return std::nullopt;
    }
    co_return decoded;
}

/// A frame of a higher number than the one that is missing, in the file at `path` from `from` on, read with
/// the salt of the file's own header: says where.
Task<std::optional<std::string>> ChainReader::find_later_frame(std::string path, std::uint64_t from) {
    auto  file = co_await disk_.open(path, io::OpenMode::read);
    Bytes first = co_await read_up_to(*file, 0, wal_block);
    auto  header = decode_wal_file_header(first.view());
    if (!header) co_return std::nullopt;
    std::uint64_t end = co_await file->size();
    for (std::uint64_t at = from; at < end; at += look_ahead_bytes) {
        Bytes part = co_await read_up_to(*file, at, look_ahead_bytes);
        for (std::size_t i = 0; i + wal_block <= part.size(); i += wal_block) {
            auto claim = frame_claim(part.view().subspan(i));
            if (!claim || claim->number <= expected_ || at + i + claim->size() > end) continue;
            Bytes frame = co_await read_up_to(*file, at + i, claim->size());
            if (!frame_validates(frame.view(), header->salt)) continue;
            co_return fmt::format("frame {} at {} of {}", claim->number.value, at + i, path);
        }
    }
    co_return std::nullopt;
}

Task<Outcome<void, ScanError>> ChainReader::verify_end(FrameNumber known_durable) {
    std::string where = files_.empty()
                            ? fmt::format("{} at {}", wal_file_path(folder_, start_.file_number), wal_block)
                            : fmt::format("{} at {}", files_.back().path, files_.back().end);
    std::string lost = fmt::format("{}: frame {} is gone", where, expected_.value);
    if (broken_chain_) co_return fail(ScanError::lost_frame, fmt::format("{}: {}", lost, *broken_chain_));
    if (known_durable >= expected_)
        co_return fail(ScanError::lost_frame, fmt::format("{}: the checkpoint knew frame {} to be durable",
                                                          lost, known_durable.value));
    auto proof = co_await find_later_frame(files_.back().path, files_.back().end);
    for (const std::string& name : co_await disk_.list(folder_)) {
        auto number = wal_file_number(name);
        if (proof || !number || *number <= files_.back().header.number) continue;
        proof = co_await find_later_frame(fmt::format("{}/{}", folder_, name), wal_block);
    }
    if (proof) co_return fail(ScanError::lost_frame, fmt::format("{}, and yet there is {}", lost, *proof));
    co_return Outcome<void, ScanError>{};
}

} // namespace riacho::storage
