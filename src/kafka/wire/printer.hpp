#pragma once

#include "kafka/wire/encoder.hpp"

#include <string>
#include <string_view>

namespace riacho::kafka {

/// The visitor that prints: any message as one line of JSON, in the form of Kafka's request log. Fields that
/// the version does not carry and tagged fields that are not sent are left out; records are never printed.
class Printer {
public:
    explicit Printer(Version version) : version_(version) {}

    template <class T, class Where = Always>
    void operator()(std::string_view name, const T& value, Where = {}) {
        if (!Where::in(version_)) return;
        if constexpr (Where::tagged)
            if (holds_default<Where>(value)) return;
        key(name);
        if constexpr (is_optional<T>)
            if (!value) return void(out_ += "null");
        if constexpr (Where::presence.is_records)
            out_ += "\"\"";
        else if constexpr (is_optional<T>)
            print(*value);
        else
            print(value);
    }
    template <class M> void message(const M& m) {
        open('{');
        M::describe(*this, m);
        close('}');
    }
    std::string take() { return std::move(out_); }

private:
    template <class T> void print(const std::vector<T>& values) {
        open('[');
        for (const T& value : values) {
            separate();
            print(value);
        }
        close(']');
    }
    template <class T> void print(const T& value) {
        if constexpr (std::same_as<T, bool>)
            out_ += value ? "true" : "false";
        else if constexpr (std::is_enum_v<T>)
            number(static_cast<std::int64_t>(value));
        else if constexpr (std::integral<T>)
            number(static_cast<std::int64_t>(value));
        else
            message(value);
    }
    void print(double value);
    void print(const std::string& text);
    void print(const Bytes& bytes);
    void print(const Uuid& id);
    void number(std::int64_t value);

    void key(std::string_view name);
    void open(char bracket) {
        out_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        out_ += bracket;
        first_ = false;
    }
    void separate() {
        if (!first_) out_ += ',';
        first_ = false;
    }

    Version     version_;
    std::string out_;
    bool        first_ = true;
};

} // namespace riacho::kafka
