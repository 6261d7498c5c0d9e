#pragma once

#include "base/bytes.hpp"
#include "browse/pattern.hpp"
#include "browse/syntax.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace riacho::browse {

/// What a condition is asked about: one value of a document, as its text.
struct Scalar {
    enum class Kind { text, number, boolean, null, container };
    Kind             kind = Kind::text;
    std::string_view text = {};
};

/// One operator with what stands on its right. Numbers are compared exactly, texts byte by byte; a number
/// never equals a text. Where kinds do not fit, the answer is no.
class ValueTest {
public:
    static std::expected<ValueTest, Problem> compile(const Comparison& comparison);

    /// Of a value inside a JSON document, which is there.
    bool holds(const Scalar& value);
    /// Of a whole key, value or header, nothing for null. Its text counts as what it looks like: a number, a
    /// JSON string, or, for bytes that are no text, a whole number of 4 or 8 bytes.
    bool holds(std::optional<ByteView> bytes);
    /// Of offset, partition and timestamp.
    bool holds(std::int64_t number);

    Operator    op() const { return op_; }
    std::size_t gave_up() const { return pattern_ ? pattern_->gave_up() : 0; }

private:
    explicit ValueTest(Operator op) : op_(op) {}
    bool compares(const Scalar& value, const Literal& literal) const;
    bool compares_bytes(std::string_view text, const Literal& literal) const;
    bool holds_text(std::string_view text);

    Operator               op_;
    std::vector<Literal>   literals_;
    std::optional<Pattern> pattern_;
};

} // namespace riacho::browse
