#include "storage/store/kafka_files.hpp"

#include <fmt/core.h>
#include <fmt/format.h>
#include <iterator>
#include <sstream>

namespace riacho::storage {
namespace {

constexpr std::string_view clean_shutdown_marker = ".kafka_cleanshutdown";
constexpr std::string_view cleaned_offsets_file = "cleaner-offset-checkpoint";

std::string property_of(std::string_view text, std::string_view key) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t      end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=')
            return std::string(line.substr(key.size() + 1));
        at = end + 1;
    }
    return {};
}

std::string in_log_dir(const Layout& layout, std::string_view name) {
    return fmt::format("{}/{}", layout.log(), name);
}

} // namespace

std::string meta_properties_text(const MetaProperties& properties) {
    return fmt::format("#\nnode.id=1\ndirectory.id={}\nversion=1\ncluster.id={}\n", properties.directory_id,
                       properties.cluster_id);
}

std::optional<MetaProperties> parse_meta_properties(std::string_view text) {
    MetaProperties properties{property_of(text, "cluster.id"), property_of(text, "directory.id")};
    if (properties.cluster_id.empty()) return std::nullopt;
    return properties;
}

Task<std::optional<MetaProperties>> read_meta_properties(io::Disk& disk, Layout layout) {
    auto content = co_await io::read_file(disk, in_log_dir(layout, "meta.properties"));
    if (!content) co_return std::nullopt;
    co_return parse_meta_properties(as_text(content->view()));
}

Task<> write_meta_properties(io::Disk& disk, Layout layout, MetaProperties properties) {
    Bytes text = Bytes::copy_of(meta_properties_text(properties));
    co_await io::replace_file(disk, in_log_dir(layout, "meta.properties"), std::move(text));
}

std::string offset_checkpoint_text(const std::vector<TopicOffset>& offsets) {
    std::string text = fmt::format("0\n{}\n", offsets.size());
    for (const TopicOffset& one : offsets)
        fmt::format_to(std::back_inserter(text), "{} {} {}\n", one.topic,
                       static_cast<std::int32_t>(one.index), one.offset.value);
    return text;
}

std::optional<std::vector<TopicOffset>> parse_offset_checkpoint(std::string_view text) {
    std::vector<TopicOffset> offsets;
    std::istringstream       lines{std::string(text)};
    int                      version = -1;
    std::size_t              count = 0;
    if (!(lines >> version >> count) || version != 0) return std::nullopt;
    std::string  topic;
    std::int32_t index = 0;
    std::int64_t offset = 0;
    while (lines >> topic >> index >> offset) offsets.push_back({topic, PartitionIndex{index}, {offset}});
    if (offsets.size() != count) return std::nullopt;
    return offsets;
}

Task<std::vector<TopicOffset>> read_cleaned_offsets(io::Disk& disk, Layout layout) {
    auto content = co_await io::read_file(disk, in_log_dir(layout, cleaned_offsets_file));
    if (!content) co_return {};
    co_return parse_offset_checkpoint(as_text(content->view())).value_or(std::vector<TopicOffset>{});
}

Task<> write_cleaned_offsets(io::Disk& disk, Layout layout, std::vector<TopicOffset> offsets) {
    Bytes text = Bytes::copy_of(offset_checkpoint_text(offsets));
    co_await io::replace_file(disk, in_log_dir(layout, cleaned_offsets_file), std::move(text));
}

Task<> leave_as_kafka(io::Disk& disk, Layout layout, LeftBehind left) {
    Bytes ends = Bytes::copy_of(offset_checkpoint_text(left.ends));
    Bytes starts = Bytes::copy_of(offset_checkpoint_text(left.log_starts));
    co_await io::replace_file(disk, in_log_dir(layout, "recovery-point-offset-checkpoint"), ends);
    co_await io::replace_file(disk, in_log_dir(layout, "replication-offset-checkpoint"), ends);
    co_await io::replace_file(disk, in_log_dir(layout, "log-start-offset-checkpoint"), starts);
    Bytes marker = Bytes::copy_of(R"({"version":0,"brokerEpoch":-1})");
    co_await io::replace_file(disk, in_log_dir(layout, clean_shutdown_marker), marker);
}

Task<> remove_clean_marker(io::Disk& disk, Layout layout) {
    std::string marker = in_log_dir(layout, clean_shutdown_marker);
    if (co_await disk.exists(marker)) co_await disk.remove(marker);
    co_await disk.sync_folder(layout.log());
}

} // namespace riacho::storage
