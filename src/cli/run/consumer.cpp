#include "riacho/consumer.hpp"

#include "cli/exit.hpp"
#include "cli/run/go_text.hpp"
#include "cli/run/programs.hpp"

#include <fmt/format.h>
#include <set>

namespace riacho::cli {
namespace {

Settings consumer_settings(const RunOptions& options) {
    const char* by_itself = options.commits == Commits::by_itself ? "true" : "false";
    Settings    settings{
           {"bootstrap.servers", options.bootstrap_servers},
           {"broker.address.family", "v4"},
           {"group.id", options.group},
           {"session.timeout.ms", "6000"},
           {"auto.offset.reset", options.reset},
           {"enable.auto.commit", by_itself},
           {"enable.auto.offset.store", by_itself},
        // Not of the article: a broker or a topic that comes later is found soon after, not minutes later.
           {"reconnect.backoff.max.ms", "1000"},
           {"topic.metadata.refresh.interval.ms", "5000"},
    };
    settings.insert(settings.end(), options.settings.begin(), options.settings.end());
    return settings;
}

Task<> print_message(Consumer& consumer, const Message message, Commits commits, Output& output) {
    output.line(fmt::format("% Message on {}:\n{}", go_text(message.at), message.value.value_or("")));
    if (!message.headers.empty()) output.line(fmt::format("% Headers: {}", go_text(message.headers)));
    if (commits == Commits::by_itself) co_return;
    auto committed = co_await consumer.commit({message.at.next()});
    if (committed)
        output.line(fmt::format("Committed offsets: {}", go_text(*committed)));
    else
        output.line(fmt::format("Failed to commit offsets: {}", committed.error().text()));
}

/// Prints errors, each once until a message comes: while no broker is there, librdkafka says the same ten
/// times a second.
class Complaints {
public:
    explicit Complaints(Output& output) : output_(output) {}

    void add(const Error& error) {
        std::string line = fmt::format("% Error: {}: {}", error.meaning, error.text());
        if (said_.size() >= lines_max) said_.clear();
        if (said_.insert(line).second) output_.problem(line);
    }
    void forget() { said_.clear(); }

private:
    static constexpr std::size_t lines_max = 1000;

    Output&               output_;
    std::set<std::string> said_;
};

/// What the article's program calls an event that it has no use for.
void print_ignored(const ConsumerEvent& event, Output& output) {
    if (const auto* committed = std::get_if<OffsetsCommitted>(&event))
        output.line(fmt::format("Ignored OffsetsCommitted ({}, {})",
                                committed->error ? committed->error->text() : "<nil>",
                                go_text(committed->offsets)));
    else if (const auto* end = std::get_if<PartitionEnd>(&event))
        output.line(fmt::format("Ignored EOF at {}", go_text(end->at)));
    else if (const auto* statistics = std::get_if<Statistics>(&event))
        output.line(fmt::format("Ignored {}", statistics->json));
}

/// Until a signal, or an error after which the client is of no more use.
Task<int> print_events(Consumer& consumer, Commits commits, Output& output) {
    Complaints complaints(output);
    for (;;) {
        ConsumerEvent event = co_await consumer.next();
        if (auto* message = std::get_if<Message>(&event)) {
            complaints.forget();
            co_await print_message(consumer, std::move(*message), commits, output);
        } else if (const auto* signal = std::get_if<Signal>(&event)) {
            output.line(fmt::format("Caught signal {}: terminating", name_of(*signal)));
            co_return exit_ok;
        } else if (const auto* error = std::get_if<Error>(&event)) {
            complaints.add(*error);
            if (error->fatal) co_return exit_error;
        } else {
            print_ignored(event, output);
        }
    }
}

Task<int> consume(Runtime& runtime, Consumer& consumer, RunOptions options, Output& output) {
    auto connected = co_await consumer.connect(options.patience);
    if (!connected && !runtime.signal()) {
        output.problem(no_broker(options, connected.error()));
        co_return exit_error;
    }
    if (auto subscribed = consumer.subscribe({options.topic}); !subscribed) {
        output.problem(fmt::format("Failed to subscribe to topics: {}", subscribed.error().text()));
        co_return exit_error;
    }
    co_return co_await print_events(consumer, options.commits, output);
}

} // namespace

Task<int> run_consumer(Runtime& runtime, RunOptions options, Output& output) {
    runtime.catch_signals();
    auto consumer = Consumer::create(runtime, consumer_settings(options));
    if (!consumer) {
        output.problem(fmt::format("Failed to create consumer: {}", consumer.error().text()));
        co_return exit_usage;
    }
    output.line(fmt::format("Created Consumer {}", consumer->name()));
    int result = co_await consume(runtime, *consumer, std::move(options), output);
    output.line("Closing consumer");
    co_await consumer->close();
    co_return result;
}

} // namespace riacho::cli
