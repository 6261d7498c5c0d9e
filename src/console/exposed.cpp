#include "console/exposed.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace riacho::console {
namespace {

/// Only letters and digits, in lower case: rules differ in capitals and underscores.
std::string squeezed(std::string_view text) {
    std::string letters;
    for (char c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
    }
    return letters;
}

bool cut_end(std::string_view& text, std::string_view end) {
    if (!text.ends_with(end)) return false;
    text.remove_suffix(end.size());
    return true;
}

/// The name of a metric of Kafka, taken apart: "kafkaserverbrokertopicmetrics", "bytesin", and of it what.
struct KafkaName {
    enum class Of { count, quantile, other } of = Of::other;
    std::string      letters;
    std::string_view name; ///< behind the bean's; in `letters`
    double           part = 0;

    KafkaName(const data::ExpositionSample& sample, std::string_view bean) : letters(squeezed(sample.name)) {
        std::string_view rest = std::string_view(letters).substr(bean.size());
        std::string_view attribute = cut_attribute(rest);
        // Without rules, the name of the bean is a label: kafka_server_BrokerTopicMetrics_Count{name="…"}.
        if (const std::string* label = sample.label("name"); label && rest.empty()) {
            std::string kept(attribute);
            letters = squeezed(*label) + kept;
            rest = std::string_view(letters).substr(0, letters.size() - kept.size());
        }
        cut_end(rest, "persec");
        name = rest;
    }

private:
    std::string_view cut_attribute(std::string_view& rest) {
        std::string_view all = rest;
        cut_end(rest, "total"); // new exporters give it to every counter
        if (cut_end(rest, "count") || rest.size() < all.size()) {
            of = Of::count;
        } else if (cut_end(rest, "thpercentile")) {
            std::size_t digits = rest.size();
            while (digits > 0 && rest[digits - 1] >= '0' && rest[digits - 1] <= '9') --digits;
            int number = 0;
            std::from_chars(rest.data() + digits, rest.data() + rest.size(), number);
            of = Of::quantile;
            part = number == 999 ? 0.999 : number / 100.0;
            rest = rest.substr(0, digits);
        }
        return all.substr(rest.size());
    }
};

void add(Exposed::Counter& sum, double value) { sum = sum.value_or(0) + value; }

template <class T> T* find_or_make(Exposed::ByName<T>& by_name, const std::string& name, std::size_t max) {
    auto found = by_name.find(name);
    if (found == by_name.end() && by_name.size() < max) found = by_name.emplace(name, T{}).first;
    return found == by_name.end() ? nullptr : &found->second;
}

void add_quantile(Exposed::Request& request, double part, double ms) {
    for (std::size_t i = 0; i < Exposed::parts.size(); ++i) {
        if (std::abs(Exposed::parts[i] - part) > 1e-6) continue;
        request.ms[i] = std::max(request.ms[i].value_or(0), ms);
    }
}

void take_topic_metric(Exposed& exposed, const data::ExpositionSample& sample, std::string_view bean) {
    KafkaName name(sample, bean);
    bool      is_in = name.name == "bytesin", is_out = name.name == "bytesout";
    if (name.of != KafkaName::Of::count || (!is_in && !is_out)) return;
    const std::string* topic = sample.label("topic");
    Exposed::Bytes*    bytes =
        topic && !topic->empty() ? find_or_make(exposed.topics, *topic, Exposed::topics_max) : &exposed.all;
    if (bytes) add(is_in ? bytes->in : bytes->out, sample.value);
}

void take_request_metric(Exposed& exposed, const data::ExpositionSample& sample, std::string_view bean) {
    const std::string* api = sample.label("request");
    if (!api) return;
    KafkaName          name(sample, bean);
    const std::string* part = sample.label("quantile");
    bool               is_time = name.name == "totaltimems";
    bool               is_count = name.of == KafkaName::Of::count && name.name == "requests";
    bool               is_errors = name.of == KafkaName::Of::count && name.name == "errors";
    bool               is_quantile =
        is_time && (name.of == KafkaName::Of::quantile || (part && name.of != KafkaName::Of::count));
    if (!is_count && !is_errors && !is_quantile) return;
    Exposed::Request* request = find_or_make(exposed.requests, *api, Exposed::requests_max);
    if (!request) return;
    if (is_count) return add(request->count, sample.value);
    const std::string* error = sample.label("error");
    if (is_errors) return error && *error == "NONE" ? void() : add(request->errors, sample.value);
    double value = name.part;
    if (part) std::from_chars(part->data(), part->data() + part->size(), value);
    add_quantile(*request, value, sample.value);
}

void take_redpanda_bytes(Exposed& exposed, const data::ExpositionSample& sample) {
    const std::string* topic = sample.label("redpanda_topic");
    const std::string* request = sample.label("redpanda_request");
    if (!topic || !request || (*request != "produce" && *request != "consume")) return;
    if (Exposed::Bytes* bytes = find_or_make(exposed.topics, *topic, Exposed::topics_max))
        add(*request == "produce" ? bytes->in : bytes->out, sample.value);
}

} // namespace

void Exposed::take(const data::ExpositionSample& sample) {
    if (!std::isfinite(sample.value) || sample.value < 0) return;
    if (sample.name.starts_with("riacho_")) kind = "riacho";
    if (sample.name.starts_with("redpanda_")) kind = "redpanda";
    if (sample.name == "redpanda_kafka_request_bytes_total") return take_redpanda_bytes(*this, sample);
    if (!sample.name.starts_with("kafka_")) return;
    constexpr std::string_view topic_bean = "kafkaserverbrokertopicmetrics";
    constexpr std::string_view request_bean = "kafkanetworkrequestmetrics";
    std::string                letters = squeezed(sample.name);
    if (letters.starts_with(topic_bean)) take_topic_metric(*this, sample, topic_bean);
    if (letters.starts_with(request_bean)) take_request_metric(*this, sample, request_bean);
}

void Exposed::finish() {
    for (auto direction : {&Bytes::in, &Bytes::out}) {
        if (all.*direction) continue;
        for (const auto& [name, bytes] : topics)
            if (bytes.*direction) add(all.*direction, *(bytes.*direction));
    }
}

} // namespace riacho::console
