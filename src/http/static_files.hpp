#pragma once

#include "http/exchange.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace riacho::http {

/// A file that the program contains.
struct Asset {
    enum class Form { plain, gzip };
    enum class Caching {
        revalidated, ///< asked for each time; 304 where it is still the same
        forever      ///< its name changes with its content
    };
    std::string_view path; ///< "assets/index-BXYT2kd1.js"
    ByteView         bytes;
    Form             form = Form::plain;
    Caching          caching = Caching::revalidated;
};

/// Serves assets, which outlive it. One that is stored as gzip goes out so, or unpacked for the few that do
/// not take it.
class StaticFiles {
public:
    /// `fallback` is served where no asset has the path and it looks like a page, not a file: a page that has
    /// an address of its own in the browser. Empty: nothing is.
    explicit StaticFiles(std::span<const Asset> assets, std::string fallback = "");

    /// A handler's work. An empty path is the fallback.
    Task<Outcome<void, Status>> serve(Exchange& exchange, std::string path) const;

private:
    struct Known {
        Asset       asset;
        std::string tag; ///< of the content, without quotes
    };
    const Known* find(const std::string& path) const;

    std::map<std::string, Known, std::less<>> known_;
    std::string                               fallback_;
};

/// By the end of the name: "text/javascript; charset=utf-8".
std::string_view content_type_of(std::string_view path);

} // namespace riacho::http
