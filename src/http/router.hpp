#pragma once

#include "http/exchange.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::http {

/// What a route says of itself beside its handler.
struct RouteOptions {
    std::optional<std::uint64_t> body_bytes_max = {}; ///< the server's where nothing is said
};

/// Which handler answers which method and path. Filled before its server starts, then only read.
///
/// A pattern is a path whose segments are words, `{name}` for any one segment, and at its end `{name...}` for
/// all that is left. Words come before names, and names before the rest, whatever the order of adding. A path
/// that another pattern has, with any method, is none of a rest's.
class Router {
public:
    /// Before any handler: may refuse, as for want of a password.
    using Guard = std::function<Outcome<void, Status>(const Exchange&)>;
    /// How an error looks to the clients of this service.
    using ErrorText = std::function<Response(const Exchange&, const Failure<Status>&)>;

    Router();

    void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
    void set_guard(Guard guard) { guard_ = std::move(guard); }
    void set_error_text(ErrorText text) { error_text_ = std::move(text); }
    /// Fields of every answer that does not have them itself.
    void          set_common_fields(Fields fields) { common_fields_ = std::move(fields); }
    const Fields& common_fields() const { return common_fields_; }

    /// Answers the request, whatever comes of it. Throws what its connection throws.
    Task<> answer(Exchange& exchange) const;
    /// Answers what never became a request.
    Task<> refuse(Exchange& exchange, Failure<Status> failure) const;

private:
    enum class Kind { word, name, rest };
    struct Segment {
        Kind        kind;
        std::string text;
    };
    struct Route {
        Method               method;
        std::vector<Segment> segments;
        Handler              handler;
        RouteOptions         options;
    };
    using Parameters = std::map<std::string, std::string, std::less<>>;

    static std::vector<Segment>      segments_of(std::string_view pattern);
    static std::optional<Parameters> match(const Route& route, const std::vector<std::string>& path);
    static bool                      comes_before(const Route& a, const Route& b);
    Task<Outcome<void, Status>>      ask(Exchange& exchange) const;
    Task<Outcome<void, Status>>      refuse_method(Exchange& exchange, std::vector<Method> allowed) const;

    std::vector<Route> routes_; ///< in the order of `comes_before`
    Guard              guard_;
    ErrorText          error_text_;
    Fields             common_fields_;
};

/// "404 Not Found: no such topic", as plain text.
Response plain_error(const Exchange& exchange, const Failure<Status>& failure);

} // namespace riacho::http
