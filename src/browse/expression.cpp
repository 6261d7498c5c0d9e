#include "browse/expression.hpp"

#include "base/check.hpp"
#include "base/outcome.hpp"
#include "browse/json_paths.hpp"
#include "browse/test_of_value.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::browse {
namespace {

/// Cheap conditions are asked first; the answer is the same in any order.
enum class Cost { field, bytes, headers, everything, pattern, document };

struct Plan {
    Node::Kind               kind = Node::Kind::all;
    Cost                     cost = Cost::field;
    std::vector<Plan>        children = {};
    Operand                  operand = {};
    std::optional<ValueTest> test = {};    // of a condition on bytes or a number
    std::size_t              document = 0; // for a path: which document
    std::uint64_t            bit = 0;      // and which of its conditions
};

/// A key, a value or headers of one name, with all conditions on what is inside.
struct Document {
    Field         field = Field::value;
    std::string   header;
    JsonPaths     paths = {};
    bool          is_known = false; // of the record at hand
    std::uint64_t held = 0;
};

using Headers = std::vector<kafka::RecordHeader>;

} // namespace

struct Expression::Inside {
    Plan                  root;
    std::vector<Document> documents;
    // The record at hand.
    const kafka::Record* record = nullptr;
    PartitionIndex       partition{0};

    std::expected<Plan, Problem> plan(const Node& node) {
        Plan result{.kind = node.kind, .operand = node.comparison.operand};
        if (node.kind == Node::Kind::comparison) return plan_comparison(node.comparison, std::move(result));
        for (const Node& child : node.children) {
            TRY(Plan planned, plan(child));
            result.cost = std::max(result.cost, planned.cost);
            result.children.push_back(std::move(planned));
        }
        std::ranges::sort(result.children, {}, &Plan::cost);
        return result;
    }
    std::expected<Plan, Problem> plan_comparison(const Comparison& comparison, Plan result) {
        TRY(ValueTest test, ValueTest::compile(comparison));
        const Operand& operand = comparison.operand;
        if (!operand.path.empty()) {
            result.cost = Cost::document;
            result.document = document_of(operand);
            result.bit = std::uint64_t{1}
                         << documents[result.document].paths.add(operand.path, std::move(test));
            return result;
        }
        bool is_bytes = operand.field == Field::key || operand.field == Field::value;
        result.cost = test.op() == Operator::matches     ? Cost::pattern
                      : operand.field == Field::header   ? Cost::headers
                      : operand.field == Field::anywhere ? Cost::everything
                      : is_bytes                         ? Cost::bytes
                                                         : Cost::field;
        result.test = std::move(test);
        return result;
    }
    std::size_t document_of(const Operand& operand) {
        auto is_same = [&](const Document& d) {
            return d.field == operand.field && d.header == operand.header;
        };
        auto found = std::ranges::find_if(documents, is_same);
        if (found != documents.end()) return static_cast<std::size_t>(found - documents.begin());
        documents.push_back({.field = operand.field, .header = operand.header});
        return documents.size() - 1;
    }

    bool holds(Plan& at) {
        auto child_holds = [this](Plan& child) { return holds(child); };
        switch (at.kind) {
        case Node::Kind::all:
            return std::ranges::all_of(at.children, child_holds);
        case Node::Kind::any:
            return std::ranges::any_of(at.children, child_holds);
        case Node::Kind::negation:
            return !holds(at.children.front());
        case Node::Kind::comparison:
            break;
        }
        if (!at.test) return (held_by(documents[at.document]) & at.bit) != 0;
        switch (at.operand.field) {
        case Field::partition:
            return at.test->holds(static_cast<std::int64_t>(partition));
        case Field::offset:
            return at.test->holds(record->offset.value);
        case Field::timestamp:
            return at.test->holds(record->timestamp.ms);
        case Field::key:
            return at.test->holds(record->key);
        case Field::value:
            return at.test->holds(record->value);
        case Field::header:
            return any_header(at.operand.header,
                              [&](auto& header) { return header_holds(*at.test, header); });
        case Field::anywhere:
            return holds_anywhere(*at.test);
        }
        return false;
    }
    template <class Each> bool any_header(std::string_view name, Each each) const {
        auto headers = record->headers();
        while (auto header = headers.next()) {
            if (header->key == name && each(*header)) return true;
        }
        return false;
    }
    /// A header without a value is there nevertheless.
    static bool header_holds(ValueTest& test, const kafka::RecordHeader& header) {
        return test.op() == Operator::exists || test.holds(header.value);
    }
    bool holds_anywhere(ValueTest& test) const {
        if (test.holds(record->value) || test.holds(record->key)) return true;
        auto headers = record->headers();
        while (auto header = headers.next()) {
            if (test.holds(as_bytes(header->key)) || test.holds(header->value)) return true;
        }
        return false;
    }
    std::uint64_t held_by(Document& document) {
        if (std::exchange(document.is_known, true)) return document.held;
        document.held = 0;
        auto read = [&](std::optional<ByteView> bytes) {
            if (bytes) document.held |= document.paths.held_by(as_text(*bytes));
            return false;
        };
        if (document.field == Field::key)
            read(record->key);
        else if (document.field == Field::value)
            read(record->value);
        else
            any_header(document.header, [&](auto& header) { return read(header.value); });
        return document.held;
    }
    static std::size_t gave_up(const Plan& plan) {
        std::size_t count = plan.test ? plan.test->gave_up() : 0;
        for (const Plan& child : plan.children) count += gave_up(child);
        return count;
    }
};

Expression::Expression(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

std::expected<Expression, Problem> Expression::compile(std::string_view text) {
    TRY(Node node, parse_search(text));
    auto inside = std::make_unique<Inside>();
    TRY(inside->root, inside->plan(node));
    return Expression(std::move(inside));
}

Expression Expression::containing(std::string_view text) {
    Node node{Node::Kind::comparison, {}, {}};
    node.comparison.literals.push_back({Literal::Kind::text, std::string(text), 0, text.size()});
    auto inside = std::make_unique<Inside>();
    auto plan = inside->plan(node);
    check(plan.has_value(), "any text can be searched for");
    inside->root = *std::move(plan);
    return Expression(std::move(inside));
}

bool Expression::matches(PartitionIndex partition, const kafka::Record& record) {
    inside_->record = &record;
    inside_->partition = partition;
    for (Document& document : inside_->documents) document.is_known = false;
    return inside_->holds(inside_->root);
}

bool Expression::is_empty() const {
    return inside_->root.kind == Node::Kind::all && inside_->root.children.empty();
}

std::size_t Expression::gave_up() const {
    std::size_t count = Inside::gave_up(inside_->root);
    for (const Document& document : inside_->documents) count += document.paths.gave_up();
    return count;
}

} // namespace riacho::browse
