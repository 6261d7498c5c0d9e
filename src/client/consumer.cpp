#include "riacho/consumer.hpp"

#include "client/consumer_events.hpp"
#include "client/handle.hpp"

#include <algorithm>
#include <charconv>
#include <librdkafka/rdkafka.h>
#include <map>

namespace riacho {
namespace {

/// A little more than librdkafka itself allows the answer to LeaveGroup.
constexpr Time close_max = std::chrono::seconds(6);

using ListPointer =
    std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)>;
using Committed = std::expected<std::vector<Position>, Error>;

ListPointer make_list(std::size_t size) {
    return {rd_kafka_topic_partition_list_new(static_cast<int>(size)),
            &rd_kafka_topic_partition_list_destroy};
}

} // namespace

class Consumer::State {
public:
    State(Runtime::Inside& inside, client::Handle client)
        : runtime(inside), handle(std::move(client)), name(handle.name()), arrived_(runtime.shard),
          wake_(runtime, arrived_), max_poll_(read_max_poll()),
          main_(std::in_place, rd_kafka_queue_get_main(handle.get()), runtime.shard,
                [this] { take_early_events(); }),
          commits_(std::in_place, rd_kafka_queue_new(handle.get()), runtime.shard,
                   [this] { take_commits(); }) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::expected<void, Error> subscribe(const std::vector<std::string>& topics) {
        check_open();
        if (!events_) {
            main_.reset();
            // From here on errors come the same way as messages, in their order.
            rd_kafka_poll_set_consumer(handle.get());
            events_.emplace(rd_kafka_queue_get_consumer(handle.get()), runtime.shard,
                            [this] { arrived_.set(); });
        }
        auto list = make_list(topics.size());
        for (const auto& topic : topics)
            rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
        auto code = rd_kafka_subscribe(handle.get(), list.get());
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(client::error_with(code));
        return {};
    }

    static Task<ConsumerEvent> next(std::shared_ptr<State> state) { return state->wait_for_next(state); }
    static Task<Committed>     commit(std::shared_ptr<State> state, std::vector<Position> offsets) {
        return state->wait_for_commit(state, std::move(offsets));
    }
    static Task<> close(std::shared_ptr<State> state) { return state->wait_for_close(state); }

    Runtime::Inside&     runtime;
    client::Handle       handle;
    std::string          name;
    std::optional<Error> last_error;

private:
    // Each holds the state for as long as it waits.
    Task<ConsumerEvent> wait_for_next([[maybe_unused]] std::shared_ptr<State> self) {
        check_open();
        for (;;) {
            if (runtime.signal) co_return *runtime.signal;
            while (client::EventPointer event = events_ ? events_->take() : nullptr) {
                if (auto said = client::consumer_event(handle.get(), event.get())) co_return std::move(*said);
            }
            arrived_.reset();
            // Taking an event is also what tells librdkafka that this program is alive.
            co_await arrived_.wait_until(runtime.shard.now() + max_poll_ / 3);
        }
    }

    Task<Committed> wait_for_commit([[maybe_unused]] std::shared_ptr<State> self,
                                    std::vector<Position>                   offsets) {
        check_open();
        auto list = make_list(offsets.size());
        for (const Position& at : offsets)
            rd_kafka_topic_partition_list_add(list.get(), at.topic.c_str(), at.partition)->offset = at.offset;
        Committing committing(*this);
        auto       code = rd_kafka_commit_queue(handle.get(), list.get(), commits_->get(), nullptr,
                                                reinterpret_cast<void*>(committing.number));
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) co_return std::unexpected(client::error_with(code));
        co_await committing.ended.wait();
        co_return std::move(committing.result);
    }

    Task<> wait_for_close([[maybe_unused]] std::shared_ptr<State> self) {
        if (!handle.get()) co_return;
        Time                         deadline = runtime.shard.now() + close_max;
        auto                         ring = [this] { arrived_.set(); };
        std::optional<client::Queue> closing(std::in_place, rd_kafka_queue_new(handle.get()), runtime.shard,
                                             ring);
        auto*                        refused = rd_kafka_consumer_close_queue(handle.get(), closing->get());
        while (!refused && runtime.shard.now() < deadline) {
            while (closing->take()) {}
            if (rd_kafka_consumer_closed(handle.get())) break;
            arrived_.reset();
            co_await arrived_.wait_until(deadline);
        }
        if (refused) rd_kafka_error_destroy(refused);
        closing.reset();
        main_.reset();
        events_.reset();
        commits_.reset();
        // It has left its group, or has tried for long enough.
        handle.abandon();
    }

    void check_open() const {
        runtime.shard.check_here();
        check(handle.get() != nullptr, "a closed consumer is asked for nothing");
    }

    /// A commit under way. librdkafka knows it by its number only, so that it may be dropped.
    struct Committing {
        explicit Committing(State& owner)
            : state(owner), number(++owner.numbers_), ended(owner.runtime.shard) {
            state.committing_[number] = this;
        }
        ~Committing() { state.committing_.erase(number); }
        Committing(const Committing&) = delete;
        Committing& operator=(const Committing&) = delete;

        State&         state;
        std::uintptr_t number;
        io::Event      ended;
        Committed      result;
    };

    Time read_max_poll() const {
        std::string text = handle.setting("max.poll.interval.ms");
        int         ms = 0;
        std::from_chars(text.data(), text.data() + text.size(), ms);
        return std::chrono::milliseconds(ms);
    }

    /// Before `subscribe` there are only errors.
    void take_early_events() {
        while (client::EventPointer event = main_->take()) {
            if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR)
                client::keep_cause(last_error, client::error_of(handle.get(), event.get()));
        }
    }

    void take_commits() {
        while (client::EventPointer event = commits_->take()) {
            auto said = client::consumer_event(handle.get(), event.get());
            auto found =
                committing_.find(reinterpret_cast<std::uintptr_t>(rd_kafka_event_opaque(event.get())));
            if (!said || found == committing_.end()) continue; // nobody waits for it any more
            auto* committed = std::get_if<OffsetsCommitted>(&*said);
            if (!committed) continue;
            if (committed->error)
                found->second->result = std::unexpected(std::move(*committed->error));
            else
                found->second->result = std::move(committed->offsets);
            found->second->ended.set();
        }
    }

    io::Event                             arrived_;
    client::WakeOnSignal                  wake_;
    Time                                  max_poll_;
    std::uintptr_t                        numbers_ = 0;
    std::map<std::uintptr_t, Committing*> committing_;
    std::optional<client::Queue>          main_;
    std::optional<client::Queue>          events_; // once there is a subscription
    std::optional<client::Queue>          commits_;
};

std::expected<Consumer, Error> Consumer::create(Runtime& runtime, const Settings& settings) {
    auto handle = client::Handle::create(client::Kind::consumer, settings);
    if (!handle) return std::unexpected(handle.error());
    return Consumer(std::make_shared<State>(runtime.inside(), std::move(*handle)));
}

Consumer::Consumer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer& Consumer::operator=(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

std::string_view Consumer::name() const { return state_->name; }

Task<std::expected<void, Error>> Consumer::connect(std::chrono::milliseconds within) {
    auto state = state_;
    co_return co_await client::wait_for_broker(state->runtime, state->handle, within, state->last_error);
}

std::expected<void, Error> Consumer::subscribe(const std::vector<std::string>& topics) {
    return state_->subscribe(topics);
}

Task<ConsumerEvent> Consumer::next() { return State::next(state_); }

Task<std::expected<std::vector<Position>, Error>> Consumer::commit(std::vector<Position> offsets) {
    return State::commit(state_, std::move(offsets));
}

Task<> Consumer::close() { return State::close(state_); }

} // namespace riacho
