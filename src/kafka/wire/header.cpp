#include "kafka/wire/header.hpp"

#include "base/check.hpp"
#include "kafka/messages/all.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace riacho::kafka {

const Api* find_api(ApiKey key) {
    auto found = std::ranges::lower_bound(apis, key, {}, &Api::key);
    return found != std::end(apis) && found->key == key ? found : nullptr;
}

std::optional<RequestHeader> decode_request_header(Reader& in) {
    auto ahead = in.rest();
    if (ahead.size() < 2 * sizeof(std::int16_t)) return std::nullopt;
    auto          key = static_cast<ApiKey>(load_big<std::int16_t>(ahead.data()));
    auto          version = load_big<std::int16_t>(ahead.data() + sizeof(std::int16_t));
    const Api*    api = find_api(key);
    RequestHeader header;
    if (!decode(header, in, api ? request_header_version(*api, version) : Version{1})) return std::nullopt;
    return header;
}

std::optional<std::int32_t> decode_response_header(const Api& api, Version version, Reader& in) {
    ResponseHeader header;
    if (!decode(header, in, response_header_version(api, version))) return std::nullopt;
    return header.correlation_id;
}

void begin_response(const Api& api, Version version, std::int32_t correlation_id, Writer& out) {
    out.hole();
    encode(ResponseHeader{.correlation_id = correlation_id}, out, response_header_version(api, version));
}

void begin_request(const RequestHeader& header, Writer& out) {
    const Api* api = find_api(static_cast<ApiKey>(header.request_api_key));
    check(api != nullptr, "a request is of an API that has a schema");
    out.hole();
    encode(header, out, request_header_version(*api, header.request_api_version));
}

std::vector<Bytes> finish_frame(Writer& out) {
    constexpr std::size_t size_bytes = sizeof(std::int32_t);
    check(out.size() - size_bytes <= std::numeric_limits<std::int32_t>::max(),
          "a frame's size fits in an int32");
    out.fill(0, static_cast<std::int32_t>(out.size() - size_bytes));
    return out.take();
}

} // namespace riacho::kafka
