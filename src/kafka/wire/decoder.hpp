#pragma once

#include "base/ids.hpp"
#include "kafka/wire/field.hpp"
#include "kafka/wire/reader.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace riacho::kafka {

template <class T> inline constexpr bool is_vector = false;
template <class T> inline constexpr bool is_vector<std::vector<T>> = true;
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
concept Text = std::same_as<T, std::string>;
/// What goes after its length.
template <class T>
concept Sized = Text<T> || std::same_as<T, Bytes> || is_vector<T>;

/// In which form a version of a message writes its fields.
struct Form {
    Version version;
    bool    flexible;
};

/// The fewest bytes that a value can take: what a count of them is held against before memory is set aside.
class Fewest {
public:
    explicit Fewest(Form form) : form_(form) {}

    template <class T, class Where = Always> void operator()(std::string_view, const T&, Where = {}) {
        if constexpr (!Where::tagged)
            if (Where::in(form_.version)) bytes += of<T>(form_);
    }
    template <class T> static std::size_t of(Form form) {
        if constexpr (is_optional<T>)
            return Sized<typename T::value_type> ? of<typename T::value_type>(form) : 1;
        else if constexpr (Text<T>)
            return form.flexible ? 1 : sizeof(std::int16_t);
        else if constexpr (Sized<T>)
            return form.flexible ? 1 : sizeof(std::int32_t);
        else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, Uuid>)
            return sizeof(T);
        else {
            static const T any{};
            Fewest         fields(form);
            T::describe(fields, any);
            return fields.bytes + (form.flexible ? 1 : 0);
        }
    }

    std::size_t bytes = 0;

private:
    Form form_;
};

/// The visitor that reads. Fields that the version does not carry keep the defaults they were made with.
class Decoder {
public:
    Decoder(Reader& in, Form form) : in_(in), form_(form) {}

    template <class T, class Where = Always> void operator()(std::string_view, T& value, Where where = {}) {
        if constexpr (!Where::tagged)
            if (Where::in(form_.version)) field(value, where);
    }
    template <class M> void message(M& m) {
        M::describe(*this, m);
        if (form_.flexible) tagged_fields(m);
    }

private:
    struct Tagged {
        Decoder&      outer;
        std::uint32_t wanted;
        bool          known = false;

        template <class T, class Where = Always>
        void operator()(std::string_view, T& value, Where where = {}) {
            if constexpr (Where::tagged) {
                if (static_cast<std::uint32_t>(Where::presence.tag) != wanted) return;
                if (!Where::in(outer.form_.version)) return;
                outer.field(value, where);
                known = true;
            }
        }
    };

    /// Unknown ones are skipped; a known one must take exactly the size it declares.
    template <class M> void tagged_fields(M& m) {
        for (auto count = in_.unsigned_varint(); count > 0 && !in_.failed(); --count) {
            auto        number = in_.unsigned_varint();
            std::size_t size = in_.unsigned_varint();
            if (size > in_.remaining()) return in_.fail();
            std::size_t after = in_.remaining() - size;
            Tagged      one{*this, number};
            M::describe(one, m);
            if (!one.known)
                in_.take(size);
            else if (in_.remaining() != after)
                in_.fail();
        }
    }

    template <class T, class Where> void field(T& value, Where) {
        if constexpr (Where::presence.lengths == Lengths::classic) {
            Decoder(in_, {form_.version, false}).field(value, at<Presence{}>);
        } else if constexpr (is_optional<T>) {
            if (Where::nullable(form_.version))
                optional(value);
            else
                read(value.emplace());
        } else {
            read(value);
        }
    }

    template <class T> void optional(std::optional<T>& value) {
        if constexpr (Sized<T>) {
            if (auto size = length<T>())
                payload(value.emplace(), *size);
            else
                value.reset();
        } else {
            if (in_.big_endian<std::int8_t>() >= 0)
                read(value.emplace());
            else
                value.reset();
        }
    }

    template <class T> void read(T& value) {
        if constexpr (Sized<T>) {
            if (auto size = length<T>())
                payload(value, *size);
            else
                in_.fail();
        } else if constexpr (std::same_as<T, bool>) {
            value = in_.big_endian<std::uint8_t>() != 0;
        } else if constexpr (std::same_as<T, double>) {
            value = std::bit_cast<double>(in_.big_endian<std::uint64_t>());
        } else if constexpr (std::is_enum_v<T>) {
            value = static_cast<T>(in_.big_endian<std::underlying_type_t<T>>());
        } else if constexpr (std::integral<T>) {
            value = in_.big_endian<T>();
        } else if constexpr (std::same_as<T, Uuid>) {
            std::ranges::copy(in_.take(sizeof value.bytes), value.bytes.begin());
        } else {
            message(value);
        }
    }

    /// A length prefix; nothing means null.
    template <class T> std::optional<std::uint32_t> length() {
        if (form_.flexible) {
            auto size = in_.unsigned_varint();
            return size == 0 ? std::nullopt : std::optional(size - 1);
        }
        std::int32_t size = Text<T> ? in_.big_endian<std::int16_t>() : in_.big_endian<std::int32_t>();
        return size < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(size));
    }

    template <class T> void payload(T& value, std::uint32_t size) {
        if constexpr (Text<T>) {
            std::string_view text = as_text(in_.take(size));
            if (text.size() > value.capacity() && !in_.use_memory(text.size())) return;
            value = text;
        } else if constexpr (std::same_as<T, Bytes>) {
            value = in_.share(size);
        } else {
            using Element = T::value_type;
            value.clear();
            if (size > in_.remaining() / std::max<std::size_t>(1, Fewest::of<Element>(form_)))
                return in_.fail();
            if (!in_.use_memory(size * sizeof(Element))) return;
            value.reserve(size);
            for (; size > 0 && !in_.failed(); --size) read(value.emplace_back());
        }
    }

    Reader& in_;
    Form    form_;
};

} // namespace riacho::kafka
