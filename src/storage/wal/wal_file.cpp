#include "storage/wal/wal_file.hpp"

#include "codec/crc32c.hpp"
#include "storage/wal/little.hpp"

#include <charconv>
#include <fmt/core.h>

namespace riacho::storage {
namespace {

constexpr std::string_view wal_file_magic = "RIACHOWL";
constexpr std::string_view wal_file_suffix = ".wal";
constexpr std::size_t      wal_header_crc_at = 12;
constexpr std::size_t      fill_bytes = 1u << 20;

std::uint32_t wal_header_crc(ByteView block) {
    return crc32c(block.subspan(wal_header_crc_at + 4), crc32c(block.first(wal_header_crc_at)));
}

} // namespace

Bytes encode(const WalFileHeader& header) {
    LittleWriter writer;
    writer.view(as_bytes(wal_file_magic)).number(wal_format_version).number(std::uint32_t{0});
    writer.number(header.number).number(header.salt.value).number(static_cast<std::uint8_t>(header.mode));
    writer.pad_to(wal_block);
    store_little(writer.content().data() + wal_header_crc_at, wal_header_crc(writer.content()));
    return Bytes::copy_of(writer.content());
}

Outcome<WalFileHeader, HeaderProblem> decode_wal_file_header(ByteView block) {
    if (block.size() != wal_block) return fail(HeaderProblem::damaged, "it is shorter than its header");
    LittleReader reader(block);
    if (as_text(reader.view(wal_file_magic.size())) != wal_file_magic)
        return fail(HeaderProblem::damaged, "it is not a file of the write-ahead log");
    auto version = reader.number<std::uint32_t>();
    if (version > wal_format_version)
        return fail(HeaderProblem::newer_format,
                    fmt::format("format version {}, this program knows {}", version, wal_format_version));
    auto          crc = reader.number<std::uint32_t>();
    WalFileHeader header;
    header.number = reader.number<std::uint64_t>();
    header.salt = {reader.number<std::uint64_t>()};
    auto mode = reader.number<std::uint8_t>();
    header.mode = static_cast<Durability>(mode);
    if (crc != wal_header_crc(block) || version == 0 || mode > static_cast<std::uint8_t>(Durability::os))
        return fail(HeaderProblem::damaged, "its header does not validate");
    return header;
}

std::string wal_file_path(const std::string& folder, std::uint64_t number) {
    return fmt::format("{}/{:020}{}", folder, number, wal_file_suffix);
}

std::optional<std::uint64_t> wal_file_number(std::string_view name) {
    if (name.size() != 20 + wal_file_suffix.size() || !name.ends_with(wal_file_suffix)) return std::nullopt;
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + 20, number);
    if (error != std::errc() || end != name.data() + 20) return std::nullopt;
    return number;
}

Task<> fill_with_zeros(io::File& file, std::uint64_t from, std::uint64_t to, io::Shard* thread) {
    if (from >= to) co_return;
    std::vector<std::byte> zeros(std::min<std::uint64_t>(fill_bytes, to - from));
    while (from < to) {
        std::uint64_t         size = std::min<std::uint64_t>(zeros.size(), to - from);
        std::vector<ByteView> pieces{ByteView(zeros).first(size)};
        co_await file.write(from, std::move(pieces));
        co_await file.sync();
        from += size;
        if (thread && from < to) co_await thread->enter();
    }
}

Task<std::unique_ptr<WalFile>> make_wal_file(io::Disk& disk, std::string folder, WalFileHeader header,
                                             std::uint64_t bytes, io::Shard* thread) {
    auto made = std::make_unique<WalFile>();
    made->header = header;
    made->path = wal_file_path(folder, header.number);
    made->filled = bytes;
    std::string filling = made->path + std::string(wal_filling_suffix);
    Bytes       block = encode(header);
    made->file = co_await disk.open(filling, io::OpenMode::create);
    co_await made->file->truncate(0);
    std::vector<ByteView> pieces{block.view()};
    co_await made->file->write(0, std::move(pieces));
    co_await fill_with_zeros(*made->file, wal_block, bytes, thread); // its last sync covers the header too
    co_await disk.rename(filling, made->path);
    co_await disk.sync_folder(folder);
    made->file = co_await disk.open(made->path, io::OpenMode::write); // errors name the file as it is called
    co_return made;
}

Task<> relabel(io::Disk& disk, std::string folder, WalFile& file, WalFileHeader header) {
    Bytes                 block = encode(header);
    std::vector<ByteView> pieces{block.view()};
    co_await file.file->write(0, std::move(pieces));
    co_await file.file->sync();
    std::string path = wal_file_path(folder, header.number);
    co_await disk.rename(file.path, path);
    file.path = path;
    co_await disk.sync_folder(folder);
    file.file = co_await disk.open(path, io::OpenMode::write);
    file.header = header;
    file.first = file.last = {};
    file.unsynced = WalFile::Unsynced::no;
}

} // namespace riacho::storage
