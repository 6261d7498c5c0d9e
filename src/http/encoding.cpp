#include "http/encoding.hpp"

#include "http/syntax.hpp"

#include <algorithm>
#include <optional>

namespace riacho::http {
namespace {

struct Coding {
    std::string_view name;
    bool             is_wanted; ///< its weight is not 0
};

/// "gzip;q=0.5": only whether it is zero counts here.
Coding coding_of(std::string_view item) {
    std::size_t      end = std::min(item.find(';'), item.size());
    std::string_view name = trimmed(item.substr(0, end));
    std::string_view weight = trimmed(item.substr(std::min(end + 1, item.size())));
    if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return {name, true};
    return {name, weight.substr(2).find_first_of("123456789") != std::string_view::npos};
}

} // namespace

bool accepts_gzip(const Fields& request) {
    std::optional<bool> any;
    for (const Field& field : request) {
        if (!equals_ignoring_case(field.name, "Accept-Encoding")) continue;
        for (std::string_view item : list_items(field.value)) {
            Coding coding = coding_of(item);
            if (equals_ignoring_case(coding.name, "gzip")) return coding.is_wanted;
            if (coding.name == "*") any = coding.is_wanted;
        }
    }
    return any.value_or(false);
}

bool is_compressible(std::string_view content_type) {
    std::string_view type =
        trimmed(content_type.substr(0, std::min(content_type.find(';'), content_type.size())));
    if (type == "text/event-stream") return false;
    if (type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml")) return true;
    constexpr std::string_view known[] = {"application/json", "application/javascript", "application/xml",
                                          "application/x-ndjson", "application/wasm"};
    return std::ranges::find(known, type) != std::end(known);
}

bool matches_etag(const Fields& request, std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    const std::string* listed = request.find("If-None-Match");
    if (!listed) return false;
    for (std::string_view item : list_items(*listed)) {
        if (item == "*") return true;
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == tag) return true;
    }
    return false;
}

} // namespace riacho::http
