// The writer's changes of brokers' configurations.
#include "base/log.hpp"
#include "broker/local.hpp"
#include "broker/metadata/metadata_writer.hpp"

#include <fmt/core.h>
#include <utility>

namespace riacho::broker {
namespace {

using kafka::ErrorCode;

constexpr log::Logger brokers_log{"metadata"};

/// Without secrets.
std::string told_of(const Overrides& overrides) {
    std::string text;
    for (const auto& [name, value] : overrides) {
        auto* option = find_broker_option(name);
        bool  is_open = option && option->type != OptionType::password;
        text += fmt::format(" {}={}", name, is_open ? value : "...");
    }
    return text;
}

} // namespace

const BrokerOptions& MetadataWriter::current() const { return locals_.front()->options; }

MetadataWriter::BrokerOutcome MetadataWriter::altered(const BrokerAlteration& alteration) const {
    if (!alteration.broker.empty()) {
        auto number = option_detail::parse_whole(alteration.broker, between(INT32_MIN, INT32_MAX));
        if (!number)
            return fail(ErrorCode::invalid_request,
                        fmt::format("Node id must be an integer, but it is: {}", alteration.broker));
        if (*number != options_.node_id)
            return fail(ErrorCode::invalid_request,
                        fmt::format("Unexpected broker id, expected {}, but received {}", options_.node_id,
                                    alteration.broker));
    }
    bool others_stay = alteration.others == TopicAlteration::Others::stay;
    auto before = others_stay ? locals_.front()->image.of_broker(alteration.broker) : Overrides{};
    auto after = with_changes(std::move(before), options_, alteration.changes);
    if (!after) return fail(ErrorCode::invalid_config, after.error());
    auto whom = alteration.broker.empty() ? ForWhom::all_brokers : ForWhom::one_broker;
    if (auto checked = check_broker_config(*after, whom); !checked)
        return fail(ErrorCode::invalid_request, checked.error());
    return *std::move(after);
}

/// Also of brokers that are not here: their configuration is kept for them.
std::vector<Change> MetadataWriter::broker_changes(const std::map<std::string, Overrides>& brokers) const {
    auto own = brokers.find(own_name()), of_all = brokers.find("");
    auto overrides_in = [&](auto found) { return found == brokers.end() ? Overrides{} : found->second; };
    auto now = std::make_shared<const BrokerOptions>(
        with_broker_overrides(options_, overrides_in(of_all), overrides_in(own)));
    std::vector<Change> changes;
    for (const auto& [name, overrides] : brokers) changes.push_back(BrokerAltered{name, overrides, now});
    return changes;
}

/// Writes what one resource is to be now, and brings it to every shard, with all topics: their defaults may
/// be others. The turn is held.
Task<MetadataWriter::Done> MetadataWriter::change(std::string broker, Overrides after) {
    const Image& image = locals_.front()->image;
    auto         records = records_of_change(broker, image.of_broker(broker), after);
    if (records.empty()) co_return Done{};
    if (auto written = co_await append(std::move(records)); !written)
        co_return std::unexpected(written.error());
    brokers_log.info("altered broker={}{}", broker.empty() ? "(all)" : broker, told_of(after));
    std::map<std::string, Overrides> brokers{{"", image.of_broker("")},
                                             {own_name(), image.of_broker(own_name())}};
    brokers[broker] = std::move(after);
    auto changes = broker_changes(brokers);
    auto now = std::get<BrokerAltered>(changes.front()).current;
    for (const auto& [name, topic] : image.topics()) {
        Topic changed = *topic;
        configure(changed, now->topics);
        changes.push_back(TopicAltered{std::move(changed)});
    }
    co_await publish(std::move(changes));
    store_.set_cleaner(current().store.cleaner);
    co_return Done{};
}

Task<std::vector<MetadataWriter::Done>> MetadataWriter::alter(std::vector<BrokerAlteration> alterations,
                                                              Validate                      validate) {
    auto              turn = co_await turns_.lock();
    std::vector<Done> answers;
    for (const BrokerAlteration& alteration : alterations) {
        BrokerOutcome after = altered(alteration);
        if (!after)
            answers.push_back(std::unexpected(after.error()));
        else if (validate == Validate::only)
            answers.push_back(Done{});
        else
            answers.push_back(co_await change(alteration.broker, *std::move(after)));
    }
    co_return answers;
}

} // namespace riacho::broker
