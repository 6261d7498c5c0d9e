#include "riacho/producer.hpp"

#include "base/log.hpp"
#include "client/handle.hpp"

#include <librdkafka/rdkafka.h>
#include <unordered_map>

namespace riacho {
namespace {

constexpr log::Logger producer_log{"client"};

using Delivery = std::expected<Position, Error>;

rd_kafka_vu_t text_argument(rd_kafka_vtype_t type, const std::optional<std::string>& text) {
    rd_kafka_vu_t argument{};
    argument.vtype = type;
    argument.u.mem.ptr = text ? const_cast<char*>(text->data()) : nullptr;
    argument.u.mem.size = text ? text->size() : 0;
    return argument;
}

/// The arguments of rd_kafka_produceva; they point into `record`.
std::vector<rd_kafka_vu_t> arguments_of(const Record& record, std::uintptr_t number) {
    std::vector<rd_kafka_vu_t> arguments;
    auto                       add = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
        arguments.push_back({});
        arguments.back().vtype = type;
        return arguments.back();
    };
    add(RD_KAFKA_VTYPE_TOPIC).u.cstr = record.topic.c_str();
    add(RD_KAFKA_VTYPE_PARTITION).u.i32 = record.partition;
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = reinterpret_cast<void*>(number);
    arguments.push_back(text_argument(RD_KAFKA_VTYPE_KEY, record.key));
    arguments.push_back(text_argument(RD_KAFKA_VTYPE_VALUE, record.value));
    for (const Header& header : record.headers) {
        auto& argument = add(RD_KAFKA_VTYPE_HEADER);
        argument.u.header.name = header.key.c_str();
        argument.u.header.val = header.value ? header.value->data() : nullptr;
        argument.u.header.size = static_cast<ssize_t>(header.value ? header.value->size() : 0);
    }
    return arguments;
}

Delivery delivery_of(const rd_kafka_message_t& report) {
    if (report.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* detail = rd_kafka_message_errstr(&report);
        return std::unexpected(client::error_with(report.err, detail ? detail : ""));
    }
    return Position{rd_kafka_topic_name(report.rkt), report.partition, report.offset, {}};
}

} // namespace

/// Sends hold it too, so it ends with the last of them.
class Producer::State {
public:
    State(Runtime::Inside& inside, client::Handle client)
        : runtime(inside), handle(std::move(client)),
          events_(rd_kafka_queue_get_main(handle.get()), runtime.shard, [this] { take_events(); }) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static Task<Delivery> send(std::shared_ptr<State> state, Record record) {
        state->runtime.shard.check_here();
        Waiting waiting(*state);
        auto    arguments = arguments_of(record, waiting.number);
        auto*   refused = rd_kafka_produceva(state->handle.get(), arguments.data(), arguments.size());
        if (refused) {
            Error error = client::error_with(rd_kafka_error_code(refused), rd_kafka_error_string(refused));
            error.fatal = rd_kafka_error_is_fatal(refused) != 0;
            rd_kafka_error_destroy(refused);
            co_return std::unexpected(std::move(error));
        }
        co_await waiting.settled.wait();
        co_return std::move(*waiting.delivery);
    }

    Runtime::Inside&     runtime;
    client::Handle       handle;
    std::optional<Error> last_error;
    bool                 connected = false;

private:
    /// A send under way. librdkafka knows it by its number only, so that it may be dropped.
    struct Waiting {
        explicit Waiting(State& owner) : state(owner), number(++owner.sends_), settled(owner.runtime.shard) {
            state.waiting_[number] = this;
        }
        ~Waiting() { state.waiting_.erase(number); }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;

        State&                  state;
        std::uintptr_t          number;
        io::Event               settled;
        std::optional<Delivery> delivery;
    };

    void take_events() {
        while (client::EventPointer event = events_.take()) {
            if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
                Error error = client::error_of(handle.get(), event.get());
                if (connected) producer_log.warn("{}: {}", handle.name(), error.text());
                client::keep_cause(last_error, std::move(error));
            }
            while (const auto* report = rd_kafka_event_message_next(event.get())) {
                auto found = waiting_.find(reinterpret_cast<std::uintptr_t>(report->_private));
                if (found == waiting_.end()) continue; // nobody waits for it any more
                found->second->delivery = delivery_of(*report);
                found->second->settled.set();
            }
        }
    }

    std::uintptr_t                               sends_ = 0;
    std::unordered_map<std::uintptr_t, Waiting*> waiting_;
    client::Queue                                events_; // dies first: it rings for the others
};

std::expected<Producer, Error> Producer::create(Runtime& runtime, const Settings& settings) {
    auto handle = client::Handle::create(client::Kind::producer, settings);
    if (!handle) return std::unexpected(handle.error());
    return Producer(std::make_shared<State>(runtime.inside(), std::move(*handle)));
}

Producer::Producer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&&) noexcept = default;
Producer::~Producer() = default;

std::string_view Producer::name() const { return state_->handle.name(); }

Task<std::expected<void, Error>> Producer::connect(std::chrono::milliseconds within) {
    auto state = state_;
    auto answered =
        co_await client::wait_for_broker(state->runtime, state->handle, within, state->last_error);
    state->connected = answered.has_value();
    co_return answered;
}

Task<std::expected<Position, Error>> Producer::send(Record record) {
    return State::send(state_, std::move(record));
}

} // namespace riacho
