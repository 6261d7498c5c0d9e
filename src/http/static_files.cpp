#include "http/static_files.hpp"

#include "codec/compression.hpp"
#include "codec/crc32c.hpp"
#include "http/encoding.hpp"

#include <fmt/core.h>
#include <utility>

namespace riacho::http {
namespace {

constexpr std::size_t unpacked_bytes_max = 64 << 20; ///< no asset is larger

constexpr std::pair<std::string_view, std::string_view> content_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".yaml", "application/yaml"},
};

} // namespace

std::string_view content_type_of(std::string_view path) {
    for (const auto& [end, type] : content_types)
        if (path.ends_with(end)) return type;
    return "application/octet-stream";
}

StaticFiles::StaticFiles(std::span<const Asset> assets, std::string fallback)
    : fallback_(std::move(fallback)) {
    for (const Asset& asset : assets) {
        std::string tag = fmt::format("{:08x}{:x}", crc32c(asset.bytes), asset.bytes.size());
        known_.emplace(asset.path, Known{asset, std::move(tag)});
    }
    check(fallback_.empty() || known_.contains(fallback_), "the fallback is one of the assets");
}

const StaticFiles::Known* StaticFiles::find(const std::string& path) const {
    if (auto found = known_.find(path); found != known_.end()) return &found->second;
    bool is_file = path.substr(path.rfind('/') + 1).contains('.');
    if (is_file || fallback_.empty()) return nullptr;
    return &known_.find(fallback_)->second;
}

Task<Outcome<void, Status>> StaticFiles::serve(Exchange& exchange, std::string path) const {
    const Known* known = find(path);
    if (!known) co_return fail(Status::not_found, "no such file");
    const Asset& asset = known->asset;
    bool         is_packed = asset.form == Asset::Form::gzip;
    bool         must_unpack = is_packed && !accepts_gzip(exchange.head().fields);
    // Two forms of one content are told apart by their tags.
    std::string  tag = fmt::format("\"{}{}\"", known->tag, must_unpack ? "-plain" : "");
    ResponseHead head;
    head.fields = {{"Content-Type", std::string(content_type_of(asset.path))},
                   {"ETag", tag},
                   {"Cache-Control", asset.caching == Asset::Caching::forever
                                         ? "public, max-age=31536000, immutable"
                                         : "no-cache"}};
    head.fields.add("Vary", "Accept-Encoding");
    if (is_packed && !must_unpack) head.fields.add("Content-Encoding", "gzip");
    Bytes    unpacked;
    ByteView bytes = asset.bytes;
    if (matches_etag(exchange.head().fields, tag)) {
        head.status = Status::not_modified;
        head.fields.remove("Content-Type");
        head.fields.remove("Content-Encoding");
        bytes = {};
    } else if (must_unpack) {
        auto plain = decompress(Compression::gzip, asset.bytes, unpacked_bytes_max);
        check(plain.has_value(), "an asset that is stored as gzip is gzip");
        unpacked = *std::move(plain);
        bytes = unpacked.view();
    }
    co_await exchange.respond(std::move(head), bytes);
    co_return Outcome<void, Status>{};
}

} // namespace riacho::http
