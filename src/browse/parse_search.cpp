#include "base/outcome.hpp"
#include "browse/syntax.hpp"
#include "browse/token.hpp"
#include "data/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>
#include <optional>
#include <utility>

namespace riacho::browse {
namespace {

template <class T> using Parsed = std::expected<T, Problem>;

constexpr std::array<std::pair<std::string_view, Field>, 6>    field_names{{{"partition", Field::partition},
                                                                            {"offset", Field::offset},
                                                                            {"timestamp", Field::timestamp},
                                                                            {"key", Field::key},
                                                                            {"value", Field::value},
                                                                            {"headers", Field::header}}};
constexpr std::array<std::pair<std::string_view, Operator>, 7> operator_symbols{
    {{"==", Operator::equal},
     {"!=", Operator::equal},
     {"<", Operator::less},
     {"<=", Operator::less_or_equal},
     {">", Operator::greater},
     {">=", Operator::greater_or_equal},
     {"~", Operator::matches}}};

std::optional<Field> field_of(std::string_view name) {
    for (auto [text, field] : field_names) {
        if (text == name) return field;
    }
    return std::nullopt;
}

class SearchParser {
public:
    explicit SearchParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Parsed<Node> parse() {
        if (next().kind == Token::Kind::end) return Node{};
        TRY(Node node, any());
        if (next().kind == Token::Kind::end) return node;
        if (next().is_symbol(")")) return wrong("this parenthesis closes nothing", "");
        return wrong(fmt::format("'{}' cannot stand here", next().text),
                     "join conditions with and, or; put a text of several words in quotes");
    }

private:
    struct Deeper {
        std::size_t& depth;
        explicit Deeper(std::size_t& d) : depth(++d) {}
        ~Deeper() { --depth; }
    };

    Parsed<Node> any() {
        return list(Node::Kind::any, "or", [this] { return all(); });
    }
    Parsed<Node> all() {
        return list(Node::Kind::all, "and", [this] { return one(); });
    }
    template <class Each> Parsed<Node> list(Node::Kind kind, std::string_view word, Each each) {
        TRY(Node first, each());
        Node node{kind, {}, {}};
        node.children.push_back(std::move(first));
        while (take(word) || (kind == Node::Kind::all && texts_follow_each_other(node.children.back()))) {
            TRY(Node another, each());
            node.children.push_back(std::move(another));
        }
        if (node.children.size() > 1) return node;
        Node only = std::move(node.children.front());
        return only;
    }
    /// `failed order-17` means both; anything but texts is joined by a word.
    bool texts_follow_each_other(const Node& last) const {
        if (last.kind != Node::Kind::comparison || last.comparison.operand.field != Field::anywhere)
            return false;
        if (next().kind == Token::Kind::text) return true;
        return next().kind == Token::Kind::word && !next().is_keyword("or") && !next().is_keyword("in") &&
               !is_path(next());
    }
    Parsed<Node> one() {
        Deeper deeper(depth_);
        if (depth_ > search_limits::depth_max)
            return wrong(fmt::format("more than {} parentheses inside each other", search_limits::depth_max),
                         "");
        if (take("not")) {
            TRY(Node negated, one());
            return negation(std::move(negated));
        }
        if (next().is_symbol("(")) {
            const Token open = take();
            TRY(Node node, any());
            if (next().is_symbol(")")) return take(), node;
            if (next().kind == Token::Kind::end)
                return std::unexpected(Problem{open.at, 1, "this parenthesis is never closed", "add a )"});
            return wrong(fmt::format("'{}' cannot stand here", next().text), "join conditions with and, or");
        }
        return comparison();
    }

    Parsed<Node> comparison() {
        if (++comparisons_ > search_limits::comparisons_max)
            return wrong(fmt::format("more than {} conditions", search_limits::comparisons_max), "");
        if (next().kind == Token::Kind::end)
            return wrong("a condition is missing here", "such as value.id == 42, key exists or \"a text\"");
        if (next().kind == Token::Kind::symbol)
            return wrong(fmt::format("'{}' cannot stand here", next().text),
                         "a condition begins with a field or a text");
        const Token first = next();
        Node        node{Node::Kind::comparison, {}, {}};
        node.comparison.at = first.at;
        if (!is_path(first)) {
            take();
            if (is_operator()) return unknown_field(first);
            node.comparison.literals.push_back({Literal::Kind::text, first.text, first.at, first.length});
        } else {
            TRY(node.comparison.operand, operand());
            TRY(bool is_negated, condition(node.comparison));
            if (is_negated) node = negation(std::move(node));
        }
        Comparison&  read = is_negation(node) ? node.children.front().comparison : node.comparison;
        const Token& last = tokens_[at_ - 1];
        read.length = last.at + last.length - read.at;
        return node;
    }
    std::unexpected<Problem> unknown_field(const Token& token) const {
        if (token.kind == Token::Kind::text)
            return std::unexpected(Problem{token.at, token.length,
                                           "a text stands on the right of a comparison",
                                           "such as value.name == \"text\""});
        return std::unexpected(
            Problem{token.at, token.length, fmt::format("there is no field '{}'", token.text),
                    fmt::format("fields are key, value, headers, partition, offset and timestamp: "
                                "perhaps value.{}",
                                token.text)});
    }

    /// Everything behind the operand; gives whether it is negated.
    Parsed<bool> condition(Comparison& out) {
        for (auto [symbol, op] : operator_symbols) {
            if (!next().is_symbol(symbol)) continue;
            bool is_negated = symbol == "!=";
            take();
            out.op = op;
            TRY(Literal right, literal());
            bool is_null = right.kind == Literal::Kind::null && op == Operator::equal;
            if (is_null)
                out.op = Operator::is_null;
            else
                out.literals.push_back(std::move(right));
            return is_negated;
        }
        if (next().is_symbol("!~")) {
            take();
            return text_condition(out, Operator::matches, true);
        }
        if (take("is")) {
            bool is_negated = take("not");
            out.op = Operator::is_null;
            if (take("null")) return is_negated;
            return wrong("'is' is followed by null or not null", "for other values write ==");
        }
        return condition_in_words(out, take("not"));
    }
    Parsed<bool> condition_in_words(Comparison& out, bool is_negated) {
        out.op = Operator::exists;
        if (take("exists")) return is_negated;
        if (take("contains")) return text_condition(out, Operator::contains, is_negated);
        if (take("matches")) return text_condition(out, Operator::matches, is_negated);
        for (auto [word, op] : {std::pair("starts", Operator::starts_with), {"ends", Operator::ends_with}}) {
            if (!take(word)) continue;
            if (!take("with")) return wrong(fmt::format("'{}' is followed by with", word), "");
            return text_condition(out, op, is_negated);
        }
        if (take("in")) {
            out.op = Operator::in;
            TRY(out.literals, literals());
            return is_negated;
        }
        return std::unexpected(Problem{
            out.at, tokens_[at_ - 1].at + tokens_[at_ - 1].length - out.at, "a comparison must follow here",
            "such as exists, == 42, contains \"text\"; put it in quotes to search for it "
            "as a text"});
    }
    Parsed<bool> text_condition(Comparison& out, Operator op, bool is_negated) {
        out.op = op;
        TRY(Literal text, literal());
        out.literals.push_back(std::move(text));
        return is_negated;
    }

    Parsed<Literal> literal() {
        const Token token = next();
        if (token.kind == Token::Kind::end || token.kind == Token::Kind::symbol)
            return wrong("a value is missing here", "a number, true, false, null or a text in quotes");
        take();
        Literal read{Literal::Kind::text, token.text, token.at, token.length};
        if (token.kind == Token::Kind::text) return read;
        if (data::is_number(token.text))
            read.kind = Literal::Kind::number;
        else if (token.is_keyword("true") || token.is_keyword("false"))
            read.kind = Literal::Kind::boolean;
        else if (token.is_keyword("null"))
            read.kind = Literal::Kind::null;
        else if (is_path(token))
            return std::unexpected(Problem{token.at, token.length, "a field cannot be compared with a field",
                                           fmt::format("if a text is meant: \"{}\"", token.text)});
        if (read.kind == Literal::Kind::boolean) read.text = token.is_keyword("true") ? "true" : "false";
        return read;
    }
    Parsed<std::vector<Literal>> literals() {
        if (!next().is_symbol("(")) return wrong("'in' is followed by a list", "such as (1, 2, \"three\")");
        std::vector<Literal> list;
        do {
            take();
            TRY(Literal one, literal());
            list.push_back(std::move(one));
        } while (next().is_symbol(","));
        if (!next().is_symbol(")"))
            return wrong("a list ends with a parenthesis", "separate values with commas");
        take();
        return list;
    }

    /// `value.items[*].sku`: a word, and brackets and words that touch it.
    Parsed<Operand> operand() {
        const Token      first = take();
        std::string_view word = first.text;
        auto             dot = std::min(word.find('.'), word.size());
        Operand          operand{*field_of(word.substr(0, dot)), {}, {}};
        TRY(operand.path, path(first, word.substr(dot)));
        if (operand.field == Field::header) {
            if (operand.path.empty() || operand.path.front().kind != Step::Kind::member)
                return std::unexpected(Problem{first.at, first.length, "which header?",
                                               "such as headers.trace or headers[\"content-type\"]"});
            operand.header = std::move(operand.path.front().name);
            operand.path.erase(operand.path.begin());
        }
        bool has_document =
            operand.field == Field::key || operand.field == Field::value || operand.field == Field::header;
        if (!has_document && !operand.path.empty())
            return std::unexpected(Problem{first.at, first.length,
                                           fmt::format("there is nothing inside {}", word.substr(0, dot)),
                                           "paths begin with key, value or headers"});
        return operand;
    }
    Parsed<std::vector<Step>> path(const Token& first, std::string_view names) {
        std::vector<Step> path;
        Token             last = first;
        while (true) {
            TRY(bool is_good, add_names(path, names));
            if (!is_good || path.size() > search_limits::steps_max)
                return std::unexpected(
                    Problem{last.at, last.length,
                            is_good ? "this path is too long" : "a name is missing in this path",
                            is_good ? "" : "names stand between dots; others in [\"...\"]"});
            bool touches = next().at == last.at + last.length;
            if (touches && next().is_symbol("[")) {
                take();
                TRY(Step step, bracket());
                path.push_back(std::move(step));
                last = tokens_[at_ - 1];
                names = {};
            } else if (touches && next().kind == Token::Kind::word && last.is_symbol("]")) {
                last = take();
                names = last.text;
            } else {
                return path;
            }
        }
    }
    static Parsed<bool> add_names(std::vector<Step>& path, std::string_view names) {
        while (!names.empty()) {
            if (names.front() != '.') return false;
            names.remove_prefix(1);
            auto name = names.substr(0, names.find('.'));
            if (name.empty()) return false;
            names.remove_prefix(name.size());
            path.push_back({name == "*" ? Step::Kind::any_member : Step::Kind::member, std::string(name), 0});
        }
        return true;
    }
    Parsed<Step> bracket() {
        const Token inside = take();
        Step        step{Step::Kind::member, inside.text, 0};
        if (inside.kind == Token::Kind::word) {
            const char* end = inside.text.data() + inside.text.size();
            auto [read, error] = std::from_chars(inside.text.data(), end, step.index);
            step.kind = inside.text == "*" ? Step::Kind::any_element : Step::Kind::element;
            if (step.kind == Step::Kind::element && (error != std::errc() || read != end))
                return std::unexpected(Problem{inside.at, inside.length,
                                               "brackets hold a number, * or a name in quotes",
                                               fmt::format("such as [0], [*] or [\"{}\"]", inside.text)});
        } else if (inside.kind != Token::Kind::text) {
            return std::unexpected(
                Problem{inside.at, inside.length, "brackets hold a number, * or a name in quotes", ""});
        }
        if (!next().is_symbol("]")) return wrong("a bracket is never closed", "add a ]");
        take();
        return step;
    }

    static Node negation(Node negated) {
        Node node{Node::Kind::negation, {}, {}};
        node.children.push_back(std::move(negated));
        return node;
    }
    static bool is_negation(const Node& node) { return node.kind == Node::Kind::negation; }
    static bool is_path(const Token& token) {
        return token.kind == Token::Kind::word &&
               field_of(std::string_view(token.text).substr(0, token.text.find('.')));
    }
    bool is_operator() const {
        return next().is_symbol("!~") || next().is_symbol("[") ||
               std::ranges::any_of(operator_symbols, [&](auto& s) { return next().is_symbol(s.first); });
    }

    const Token& next() const { return tokens_[at_]; }
    Token        take() { return next().kind == Token::Kind::end ? next() : tokens_[at_++]; }
    /// A keyword, or the symbol that stands for one.
    bool take(std::string_view word) {
        if (!next().is_keyword(word) && !next().is_symbol(word)) return false;
        take();
        return true;
    }
    std::unexpected<Problem> wrong(std::string message, std::string hint) const {
        return std::unexpected(Problem{next().at, next().length, std::move(message), std::move(hint)});
    }

    std::vector<Token> tokens_;
    std::size_t        at_ = 0, depth_ = 0, comparisons_ = 0;
};

} // namespace

std::expected<Node, Problem> parse_search(std::string_view text) {
    TRY(auto tokens, tokens_of(text));
    return SearchParser(std::move(tokens)).parse();
}

} // namespace riacho::browse
