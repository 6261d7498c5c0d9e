#pragma once

#include "base/outcome.hpp"
#include "data/json.hpp"

#include <cstddef>
#include <string_view>

namespace riacho::data {

enum class JsonError {
    malformed, ///< not what RFC 8259 describes; an escape of half a surrogate pair is malformed too
    not_utf8,  ///< a byte that no UTF-8 text has there
    too_large,
    too_deep,
};

struct JsonLimits {
    std::size_t bytes_max = 8 * 1024 * 1024; ///< of the text
    std::size_t depth_max = 128;             ///< of arrays and objects inside each other
    std::size_t values_max = 1'000'000;      ///< a value costs more memory than the two bytes of its text
};

/// What a document consists of, in order. Texts hold until the call returns.
class JsonVisitor {
public:
    virtual ~JsonVisitor() = default;
    virtual void begin_object() = 0;
    virtual void end_object() = 0;
    virtual void begin_array() = 0;
    virtual void end_array() = 0;
    virtual void name(std::string_view text) = 0;
    virtual void string(std::string_view text) = 0;
    virtual void number(std::string_view text) = 0; ///< as it is written, see data/number.hpp
    virtual void boolean(bool value) = 0;
    virtual void null() = 0;
};

/// Reads one document, white space around it allowed. The failure says where: "line 2, column 7: ...",
/// a column being a byte. Names may come twice. Numbers of any length are taken, exponents past 31 bits are
/// not.
Outcome<Json, JsonError> parse_json(std::string_view text, JsonLimits limits = {});

/// The same without making values: what was told before a failure stays told. `values_max` does not count.
Outcome<void, JsonError> visit_json(std::string_view text, JsonVisitor& visitor, JsonLimits limits = {});

} // namespace riacho::data
