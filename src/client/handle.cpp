#include "client/handle.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "client/setting_names.hpp"
#include "riacho/version.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

namespace riacho::client {
namespace {

constexpr log::Logger client_log{"client"};
constexpr int         last_warning_level = 4; // of syslog, as librdkafka numbers what it logs

/// One question blocks for so long, and so does a signal that comes meanwhile.
constexpr Time ask_max = std::chrono::milliseconds(500);
/// From one question to the next, where the answer comes at once and is no.
constexpr Time ask_pause = std::chrono::milliseconds(50);

using ConfPointer = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

/// What `debug` was set for is shown; the rest of what librdkafka says comes as an error too, or is noise.
void log_from_librdkafka(const rd_kafka_t* client, int level, const char* facility, const char* text) {
    std::string_view kind = facility;
    bool             debugging = rd_kafka_opaque(client) != nullptr;
    bool             reported = kind == "FAIL" || kind == "ERROR";
    if (level <= last_warning_level && !reported)
        client_log.warn("{}: {}: {}", rd_kafka_name(client), kind, text);
    else if (debugging)
        client_log.info("{}: {}: {}", rd_kafka_name(client), kind, text);
    else
        client_log.debug("{}: {}: {}", rd_kafka_name(client), kind, text);
}

/// Aliases too, which only the printed table has: "name   | C/P | ...".
std::vector<std::string> known_names() {
    std::vector<std::string> names;
    char*                    text = nullptr;
    std::size_t              size = 0;
    std::FILE*               memory = open_memstream(&text, &size);
    if (!memory) return names;
    rd_kafka_conf_properties_show(memory);
    std::fclose(memory);
    std::string_view table(text, size);
    while (!table.empty()) {
        auto line = table.substr(0, table.find('\n'));
        table.remove_prefix(std::min(table.size(), line.size() + 1));
        auto name = line.substr(0, line.find(' '));
        bool is_name = !name.empty() && name.front() >= 'a' && name.front() <= 'z';
        if (is_name && line.contains(" | ")) names.emplace_back(name);
    }
    std::free(text);
    return names;
}

std::expected<void, Error> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
    std::array<char, 512> why{};
    switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK:
        return {};
    case RD_KAFKA_CONF_UNKNOWN:
        return std::unexpected(
            error_with(RD_KAFKA_RESP_ERR__INVALID_ARG, unknown_setting(name, known_names())));
    case RD_KAFKA_CONF_INVALID:
        break;
    }
    return std::unexpected(error_with(RD_KAFKA_RESP_ERR__INVALID_ARG, why.data()));
}

std::expected<ConfPointer, Error> configure(Kind kind, const Settings& settings) {
    ConfPointer conf(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
    Settings    all{{"client.software.name", "riacho"}, {"client.software.version", std::string(version)}};
    all.insert(all.end(), settings.begin(), settings.end());
    bool has_group = false;
    for (const auto& [name, value] : all) {
        if (auto done = set(conf.get(), name, value); !done) return std::unexpected(done.error());
        has_group = has_group || (name == "group.id" && !value.empty());
        if (name == "debug" && !value.empty()) rd_kafka_conf_set_opaque(conf.get(), conf.get());
    }
    if (kind == Kind::consumer && !has_group)
        return std::unexpected(
            error_with(RD_KAFKA_RESP_ERR__INVALID_ARG, "a consumer needs the setting \"group.id\""));
    rd_kafka_conf_set_log_cb(conf.get(), &log_from_librdkafka);
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR |
                                             RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_STATS);
    return conf;
}

} // namespace

std::expected<Handle, Error> Handle::create(Kind kind, const Settings& settings) {
    auto conf = configure(kind, settings);
    if (!conf) return std::unexpected(conf.error());
    std::array<char, 512> why{};
    auto                  type = kind == Kind::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    rd_kafka_t*           client = rd_kafka_new(type, conf->get(), why.data(), why.size());
    if (!client) return std::unexpected(error_with(RD_KAFKA_RESP_ERR__INVALID_ARG, why.data()));
    (void)conf->release(); // the client owns it now
    return Handle(client);
}

Handle::~Handle() {
    if (client_) rd_kafka_destroy(client_);
}

void Handle::abandon() {
    if (client_)
        rd_kafka_destroy_flags(std::exchange(client_, nullptr), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

std::string_view Handle::name() const { return rd_kafka_name(client_); }

std::string Handle::setting(std::string_view name) const {
    std::array<char, 512> value{};
    std::size_t           size = value.size();
    auto found = rd_kafka_conf_get(rd_kafka_conf(client_), std::string(name).c_str(), value.data(), &size);
    check(found == RD_KAFKA_CONF_OK, "a setting that is asked for exists");
    return value.data();
}

Task<std::expected<void, Error>> wait_for_broker(Runtime::Inside& runtime, Handle& handle, Time within,
                                                 std::optional<Error>& last_error) {
    Time         deadline = runtime.shard.now() + within;
    io::Event    signalled(runtime.shard);
    WakeOnSignal wake(runtime, signalled);
    while (!runtime.signal) {
        Time start = runtime.shard.now();
        Time left = deadline - start;
        auto span_ms =
            std::chrono::ceil<std::chrono::milliseconds>(std::clamp(left, Time(), ask_max)).count();
        co_await runtime.blocking.enter();
        const rd_kafka_metadata_t* answer = nullptr;
        auto code = rd_kafka_metadata(handle.get(), 0, nullptr, &answer, static_cast<int>(span_ms));
        if (answer) rd_kafka_metadata_destroy(answer);
        co_await runtime.shard.enter();
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) co_return std::expected<void, Error>();
        if (runtime.shard.now() >= deadline)
            co_return std::unexpected(last_error ? *last_error : error_with(code));
        co_await signalled.wait_until(start + ask_pause);
    }
    co_return std::unexpected(error_with(RD_KAFKA_RESP_ERR__INTR, "interrupted"));
}

} // namespace riacho::client
