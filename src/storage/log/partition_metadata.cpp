#include "storage/log/partition_metadata.hpp"

#include "codec/uuid.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace riacho::storage {

namespace {

constexpr std::size_t      file_name_max = 255;
constexpr std::size_t      uuid_characters = 22;
constexpr std::string_view metadata_version = "version: 0";
constexpr std::string_view metadata_topic_id = "topic_id: ";

} // namespace

std::string partition_metadata_text(const Uuid& topic_id) {
    return fmt::format("{}\n{}{}\n", metadata_version, metadata_topic_id, uuid_text(topic_id));
}

std::optional<Uuid> parse_partition_metadata(std::string_view text) {
    std::size_t at = text.find(metadata_topic_id);
    if (!text.starts_with(metadata_version) || at == std::string_view::npos) return std::nullopt;
    auto id = parse_uuid(text.substr(at + metadata_topic_id.size(), uuid_characters));
    return id ? std::optional(*id) : std::nullopt;
}

std::string removed_folder(std::string_view folder, const Uuid& topic_id) {
    std::string ending = ".";
    for (std::byte byte : topic_id.bytes) ending += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    ending += "-delete";
    std::string      parent = parent_folder(folder);
    std::string_view name = folder.substr(parent.size() + 1);
    name = name.substr(0, std::min(name.size(), file_name_max - ending.size()));
    return fmt::format("{}/{}{}", parent, name, ending);
}

std::string parent_folder(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

} // namespace riacho::storage
