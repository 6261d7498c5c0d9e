#include "client/link/sasl.hpp"

#include "codec/base64.hpp"

#include <fmt/format.h>

namespace riacho::client {
namespace {

using SaslStep = Outcome<std::optional<std::string>, LinkError>;

class PlainClient final : public SaslClient {
public:
    PlainClient(std::string user, std::string password)
        : user_(std::move(user)), password_(std::move(password)) {}
    std::string begin() override {
        using namespace std::string_literals;
        return "\0"s + user_ + "\0"s + password_;
    }
    SaslStep answer(std::string_view) override { return std::nullopt; }

private:
    std::string user_;
    std::string password_;
};

/// A refusal is JSON with the reason. The broker waits for a sign that it was read, and refuses then.
class OauthbearerClient final : public SaslClient {
public:
    OauthbearerClient(std::string token, std::string extensions)
        : token_(std::move(token)), extensions_(std::move(extensions)) {}
    std::string begin() override {
        return fmt::format("n,,\x01"
                           "auth=Bearer {}\x01{}\x01",
                           token_, extensions_);
    }
    SaslStep answer(std::string_view said) override {
        if (said.empty()) return std::nullopt;
        if (!std::exchange(reason_, said).empty())
            return fail(LinkError::unauthorized, fmt::format("the broker refuses the token: {}", said));
        return "\x01";
    }

private:
    std::string token_;
    std::string extensions_;
    std::string reason_;
};

std::string quoted_text(std::string_view text) {
    std::string quoted = "\"";
    for (char letter : text) {
        if (static_cast<unsigned char>(letter) < 0x20) {
            quoted += fmt::format("\\u{:04x}", static_cast<int>(letter));
            continue;
        }
        if (letter == '"' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return quoted + '"';
}

} // namespace

std::unique_ptr<SaslClient> plain_client(std::string user, std::string password) {
    return std::make_unique<PlainClient>(std::move(user), std::move(password));
}

std::unique_ptr<SaslClient> oauthbearer_client(std::string token, std::string extensions) {
    return std::make_unique<OauthbearerClient>(std::move(token), std::move(extensions));
}

std::string unsecured_token(std::string_view principal, std::int64_t issued_s, std::int64_t expires_s) {
    std::string claims =
        fmt::format(R"({{"sub":{},"iat":{},"exp":{}}})", quoted_text(principal), issued_s, expires_s);
    return base64(as_bytes(R"({"alg":"none"})"), Base64::url) + "." + base64(as_bytes(claims), Base64::url) +
           ".";
}

} // namespace riacho::client
