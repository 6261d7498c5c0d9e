#include "broker/metadata/image.hpp"

namespace riacho::broker {
namespace {

template <class... F> struct OneOf : F... {
    using F::operator()...;
};

} // namespace

std::shared_ptr<const Topic> Image::find(std::string_view name) const {
    auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

std::shared_ptr<const Topic> Image::find(Uuid id) const {
    auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const Overrides& Image::of_broker(std::string_view broker) const {
    static const Overrides none;
    auto                   found = of_brokers_.find(broker);
    return found == of_brokers_.end() ? none : found->second;
}

void Image::put(const Topic& changed) {
    auto topic = std::make_shared<Topic>(changed);
    topic->change = changes_;
    by_id_[topic->id] = topic;
    by_name_[topic->name] = topic;
}

void Image::apply(const Change& change) {
    ++changes_;
    std::visit(
        OneOf{[this](const TopicCreated& created) { put(created.topic); },
              [this](const TopicAltered& altered) {
                  if (by_id_.contains(altered.topic.id)) put(altered.topic);
              },
              [this](const TopicDeleted& deleted) {
                  auto found = by_id_.find(deleted.id);
                  if (found == by_id_.end()) return;
                  auto named = by_name_.find(found->second->name);
                  if (named != by_name_.end() && named->second->id == deleted.id) by_name_.erase(named);
                  by_id_.erase(found);
              },
              [this](const BrokerAltered& altered) { of_brokers_[altered.broker] = altered.overrides; }},
        change);
}

} // namespace riacho::broker
