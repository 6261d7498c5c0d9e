#include "journal.hpp"

namespace riacho::scenarios {
namespace {

std::string_view name_of(Journal::State state) {
    switch (state) {
    case Journal::State::sent:
        return "sent";
    case Journal::State::acked:
        return "acked";
    case Journal::State::failed:
        return "failed";
    case Journal::State::unknown:
        break;
    }
    return "unknown";
}

/// Only a value that nobody sent has anything else than letters, digits and signs in it.
std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text.substr(0, 100)) {
        bool is_plain = c >= ' ' && c < 127 && c != '"' && c != '\\';
        if (is_plain)
            result += c;
        else
            result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    }
    return result;
}

} // namespace

std::string Journal::of(const At& at) {
    return fmt::format(R"("client":"{}","topic":"{}","partition":{})", at.client, at.topic, at.partition);
}

std::string Journal::of(const Records& records) {
    std::string text = "[";
    for (const auto& [offset, key] : records)
        text += fmt::format(R"({}[{},"{}"])", text.size() > 1 ? "," : "", offset, escaped(key));
    return text + "]";
}

void Journal::begin(std::string_view name) {
    lines_ = 0;
    line(R"({{"op":"run","name":"{}"}})", name);
}

void Journal::idempotent_producer(std::string_view client) {
    line(R"({{"op":"producer","client":"{}","idempotent":true}})", client);
}

void Journal::sent(At at, std::string_view key) {
    line(R"({{"op":"produce",{},"state":"sent","value":"{}"}})", of(at), key);
}

void Journal::acked(At at, std::string_view key, std::int64_t offset) {
    line(R"({{"op":"produce",{},"state":"acked","value":"{}","offset":{}}})", of(at), key, offset);
}

void Journal::failed(At at, std::string_view key) {
    line(R"({{"op":"produce",{},"state":"failed","value":"{}"}})", of(at), key);
}

void Journal::member(std::string_view client, std::string_view group) {
    line(R"({{"op":"consumer","client":"{}","group":"{}"}})", client, group);
}

void Journal::assigned(std::string_view client, std::int32_t generation,
                       const std::vector<std::pair<std::string, std::int32_t>>& partitions) {
    std::string list;
    for (const auto& [topic, index] : partitions)
        list += fmt::format(R"({}["{}",{}])", list.empty() ? "" : ",", topic, index);
    line(R"({{"op":"assigned","client":"{}","generation":{},"partitions":[{}]}})", client, generation, list);
}

void Journal::seek(At at) { line(R"({{"op":"seek",{}}})", of(at)); }

void Journal::fetched(At at, const Records& records) {
    line(R"({{"op":"fetch",{},"records":{}}})", of(at), of(records));
}

void Journal::commit(At at, std::string_view group, State state, std::int64_t offset) {
    line(R"({{"op":"commit",{},"group":"{}","state":"{}","offset":{},"at":{}}})", of(at), group,
         name_of(state), offset, lines_);
}

void Journal::committed(At at, std::string_view group, std::int64_t offset, std::uint64_t since) {
    line(R"({{"op":"committed",{},"group":"{}","offset":{},"since":{},"at":{}}})", of(at), group, offset,
         since, lines_);
}

void Journal::log(std::string_view topic, std::int32_t partition, std::int64_t start,
                  const Records& records) {
    line(R"({{"op":"log","topic":"{}","partition":{},"start":{},"records":{}}})", topic, partition, start,
         of(records));
}

} // namespace riacho::scenarios
