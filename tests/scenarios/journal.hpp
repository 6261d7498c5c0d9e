#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace riacho::scenarios {

/// What clients saw, as JSON lines that tests/history reads and judges.
class Journal {
public:
    /// Whose line it is, and of which partition. `topic` is one life of a topic's name.
    struct At {
        std::string_view client;
        std::string_view topic;
        std::int32_t     partition = 0;
    };
    using Records = std::vector<std::pair<std::int64_t, std::string>>; // offset, key of the value
    enum class State { sent, acked, failed, unknown };

    /// A history of its own begins.
    void begin(std::string_view name);
    void idempotent_producer(std::string_view client);
    void sent(At at, std::string_view key);
    void acked(At at, std::string_view key, std::int64_t offset);
    void failed(At at, std::string_view key);
    void member(std::string_view client, std::string_view group);
    /// `partitions` as topic and index.
    void assigned(std::string_view client, std::int32_t generation,
                  const std::vector<std::pair<std::string, std::int32_t>>& partitions);
    void seek(At at);
    void fetched(At at, const Records& records);
    void commit(At at, std::string_view group, State state, std::int64_t offset);
    /// `since`: now() when it was asked for.
    void committed(At at, std::string_view group, std::int64_t offset, std::uint64_t since);
    void log(std::string_view topic, std::int32_t partition, std::int64_t start, const Records& records);

    std::uint64_t now() const { return lines_; }
    std::string   take() { return std::exchange(text_, {}); }

private:
    template <class... Parts> void line(fmt::format_string<Parts...> format, Parts&&... parts) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Parts>(parts)...);
        text_ += '\n';
        ++lines_;
    }
    static std::string of(const At& at);
    static std::string of(const Records& records);

    std::string   text_;
    std::uint64_t lines_ = 0;
};

} // namespace riacho::scenarios
