#pragma once

#include "base/ids.hpp"
#include "browse/syntax.hpp"
#include "kafka/batch/record.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <string_view>

namespace riacho::browse {

/// A search, compiled once and run over raw records: what it says is in docs/search.md. Nothing is decoded
/// that the answer does not need; JSON is read where a path asks for it, once for each record. One thread at
/// a time.
class Expression {
public:
    static std::expected<Expression, Problem> compile(std::string_view text);
    /// Finds records with these bytes in key, value or a header.
    static Expression containing(std::string_view text);
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;
    ~Expression();

    bool matches(PartitionIndex partition, const kafka::Record& record);
    /// Finds every record.
    bool is_empty() const;
    /// How many times a pattern was given up on, because it cost too much.
    std::size_t gave_up() const;

private:
    struct Inside;
    explicit Expression(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

} // namespace riacho::browse
