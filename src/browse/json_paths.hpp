#pragma once

#include "browse/syntax.hpp"
#include "browse/test_of_value.hpp"
#include "data/json_parse.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace riacho::browse {

/// All conditions on paths into one document, answered in one pass over its text, without making values of
/// it.
class JsonPaths : data::JsonVisitor {
public:
    /// Conditions have the numbers 0, 1, 2... in the order in which they are added, up to 63.
    std::size_t add(std::vector<Step> path, ValueTest test);
    bool        empty() const { return conditions_.empty(); }
    std::size_t gave_up() const;

    /// The conditions that hold for some value of the document, a bit for each. None where it is no JSON.
    std::uint64_t held_by(std::string_view document);

private:
    struct Condition {
        std::vector<Step> path;
        ValueTest         test;
    };
    enum class Container { object, array };
    /// One that is open.
    struct Level {
        Container     kind = Container::object;
        std::uint64_t here = 0; ///< conditions whose path leads to this value and on
        std::uint64_t next = 0; ///< those of them that lead to the member whose name has come
        std::size_t   index = 0;
    };

    void begin_object() override { open(Container::object); }
    void end_object() override { close(); }
    void begin_array() override { open(Container::array); }
    void end_array() override { close(); }
    void name(std::string_view text) override;
    void string(std::string_view text) override { value({Scalar::Kind::text, text}); }
    void number(std::string_view text) override { value({Scalar::Kind::number, text}); }
    void boolean(bool holds) override { value({Scalar::Kind::boolean, holds ? "true" : "false"}); }
    void null() override { value({Scalar::Kind::null, {}}); }

    void                                open(Container kind);
    void                                close();
    std::uint64_t                       value(const Scalar& scalar);
    std::uint64_t                       leading_here();
    template <class Fits> std::uint64_t step(std::uint64_t mask, Fits fits) const;

    std::vector<Condition> conditions_;
    std::vector<Level>     levels_;
    std::size_t            skipped_ = 0; ///< containers that are open where no path leads to
    std::uint64_t          held_ = 0;
};

} // namespace riacho::browse
