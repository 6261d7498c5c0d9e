#pragma once

#include "kafka/wire/decoder.hpp"
#include "kafka/wire/writer.hpp"

#include <algorithm>
#include <limits>

namespace riacho::kafka {

/// The visitor that writes. Fields that the version does not carry are left out; null where the version has
/// no null is written as empty; text that a classic length cannot count (32767 bytes) is cut there.
class Encoder {
public:
    Encoder(Writer& out, Form form) : out_(out), form_(form) {}

    template <class T, class Where = Always>
    void operator()(std::string_view, const T& value, Where where = {}) {
        if constexpr (!Where::tagged)
            if (Where::in(form_.version)) field(value, where);
    }
    template <class M> void message(const M& m) {
        M::describe(*this, m);
        if (!form_.flexible) return;
        Count present{form_.version};
        M::describe(present, m);
        out_.unsigned_varint(present.count);
        if (present.count == 0) return;
        Tagged tagged{*this};
        M::describe(tagged, m);
    }

private:
    struct Count {
        Version       version;
        std::uint32_t count = 0;

        template <class T, class Where = Always>
        void operator()(std::string_view, const T& value, Where = {}) {
            if constexpr (Where::tagged) count += Where::in(version) && !holds_default<Where>(value) ? 1 : 0;
        }
    };
    /// Goes through them in the order of the schema, which is ascending by tag.
    struct Tagged {
        Encoder& outer;

        template <class T, class Where = Always>
        void operator()(std::string_view, const T& value, Where where = {}) {
            if constexpr (Where::tagged) {
                if (!Where::in(outer.form_.version) || holds_default<Where>(value)) return;
                Writer body;
                Encoder(body, outer.form_).field(value, where);
                outer.out_.unsigned_varint(static_cast<std::uint32_t>(Where::presence.tag));
                outer.out_.unsigned_varint(static_cast<std::uint32_t>(body.size()));
                outer.out_.append(body);
            }
        }
    };

    template <class T, class Where> void field(const T& value, Where) {
        if constexpr (Where::presence.lengths == Lengths::classic) {
            Encoder(out_, {form_.version, false}).field(value, at<Presence{}>);
        } else if constexpr (is_optional<T>) {
            if (Where::nullable(form_.version))
                optional(value);
            else if (value)
                write(*value);
            else
                write(typename T::value_type{});
        } else {
            write(value);
        }
    }

    template <class T> void optional(const std::optional<T>& value) {
        if constexpr (Sized<T>) {
            if (!value) return null<T>();
        } else {
            out_.big_endian(static_cast<std::int8_t>(value ? 1 : -1));
            if (!value) return;
        }
        write(*value);
    }

    template <class T> void write(const T& value) {
        if constexpr (Text<T>) {
            std::string_view text = value;
            if (!form_.flexible) text = text.substr(0, std::numeric_limits<std::int16_t>::max());
            length<T>(text.size());
            out_.copy(as_bytes(text));
        } else if constexpr (std::same_as<T, Bytes>) {
            length<T>(value.size());
            out_.append(value);
        } else if constexpr (is_vector<T>) {
            length<T>(value.size());
            for (const auto& element : value) write(element);
        } else if constexpr (std::same_as<T, bool>) {
            out_.big_endian(static_cast<std::uint8_t>(value));
        } else if constexpr (std::same_as<T, double>) {
            out_.big_endian(std::bit_cast<std::uint64_t>(value));
        } else if constexpr (std::is_enum_v<T>) {
            out_.big_endian(static_cast<std::underlying_type_t<T>>(value));
        } else if constexpr (std::integral<T>) {
            out_.big_endian(value);
        } else if constexpr (std::same_as<T, Uuid>) {
            out_.copy(value.bytes);
        } else {
            message(value);
        }
    }

    template <class T> void length(std::size_t size) {
        if (form_.flexible)
            out_.unsigned_varint(static_cast<std::uint32_t>(size + 1));
        else if constexpr (Text<T>)
            out_.big_endian(static_cast<std::int16_t>(size));
        else
            out_.big_endian(static_cast<std::int32_t>(size));
    }
    template <class T> void null() {
        if (form_.flexible)
            out_.unsigned_varint(0);
        else if constexpr (Text<T>)
            out_.big_endian(std::int16_t{-1});
        else
            out_.big_endian(std::int32_t{-1});
    }

    Writer& out_;
    Form    form_;
};

} // namespace riacho::kafka
