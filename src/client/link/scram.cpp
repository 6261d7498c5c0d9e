#include "client/link/scram.hpp"

#include "codec/base64.hpp"

#include <charconv>
#include <fmt/format.h>

namespace riacho::client {
namespace {

using ScramStep = Outcome<std::optional<std::string>, LinkError>;

/// A comma separates, so names write it otherwise.
std::string escaped(std::string_view name) {
    std::string text;
    for (char letter : name) {
        if (letter == ',')
            text += "=2C";
        else if (letter == '=')
            text += "=3D";
        else
            text += letter;
    }
    return text;
}

/// Takes `name=value` off the front of `text`; nothing where that is not what stands there.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
    if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
    auto value = text.substr(2, text.find(',') == text.npos ? text.npos : text.find(',') - 2);
    text.remove_prefix(std::min(text.size(), value.size() + 3));
    return value;
}

class ScramClient final : public SaslClient {
public:
    explicit ScramClient(ScramSettings settings)
        : settings_(std::move(settings)),
          first_bare_(fmt::format("n={},r={}", escaped(settings_.user), settings_.nonce)) {}

    std::string begin() override { return "n,," + first_bare_; }
    ScramStep   answer(std::string_view said) override {
        if (server_signature_.empty()) return prove(said);
        if (auto valid = verify(said); !valid) return std::unexpected(valid.error());
        return std::nullopt;
    }

private:
    ScramStep                prove(std::string_view server_first);
    Outcome<void, LinkError> verify(std::string_view server_final) const;

    ScramSettings          settings_;
    std::string            first_bare_;
    std::vector<std::byte> server_signature_; // empty until the challenge came
};

ScramStep ScramClient::prove(std::string_view server_first) {
    std::string_view rest = server_first;
    auto             nonce = take_attribute(rest, 'r');
    auto             salt_text = take_attribute(rest, 's');
    auto             iterations_text = take_attribute(rest, 'i');
    if (!nonce || !salt_text || !iterations_text)
        return fail(LinkError::malformed, "the broker's challenge is not one of SCRAM");
    auto          salt = parse_base64(*salt_text);
    std::uint32_t iterations = 0;
    const char*   end = iterations_text->data() + iterations_text->size();
    auto          parsed = std::from_chars(iterations_text->data(), end, iterations);
    if (!salt || parsed.ec != std::errc{} || parsed.ptr != end)
        return fail(LinkError::malformed, "the broker's challenge is not one of SCRAM");
    if (!nonce->starts_with(settings_.nonce) || nonce->size() == settings_.nonce.size())
        return fail(LinkError::untrusted, "the broker's challenge belongs to another exchange");
    if (iterations < settings_.iterations_min || iterations > settings_.iterations_max)
        return fail(LinkError::untrusted,
                    fmt::format("the broker asks for {} iterations of SCRAM; between {} and {} are accepted",
                                iterations, settings_.iterations_min, settings_.iterations_max));

    Hash        hash = settings_.hash;
    std::string final_bare = fmt::format("c=biws,r={}", *nonce);
    std::string exchanged = fmt::format("{},{},{}", first_bare_, server_first, final_bare);
    auto        salted = pbkdf2(hash, as_bytes(settings_.password), *salt, iterations);
    auto        proof = hmac(hash, salted, as_bytes("Client Key"));
    auto        signature = hmac(hash, digest(hash, proof), as_bytes(exchanged));
    for (std::size_t i = 0; i < proof.size(); ++i) proof[i] ^= signature[i];
    server_signature_ = hmac(hash, hmac(hash, salted, as_bytes("Server Key")), as_bytes(exchanged));
    return fmt::format("{},p={}", final_bare, base64(proof));
}

/// Only who knows the password, or what is stored of it, can have made this.
Outcome<void, LinkError> ScramClient::verify(std::string_view server_final) const {
    if (auto error = take_attribute(server_final, 'e'))
        return fail(LinkError::unauthorized, fmt::format("the broker refuses the credentials: {}", *error));
    auto text = take_attribute(server_final, 'v');
    auto signature = parse_base64(text.value_or("?"));
    if (!text || !signature || !are_equal_secrets(*signature, server_signature_))
        return fail(LinkError::untrusted, "the broker does not know this user's password either: it is not "
                                          "the one that the credentials are for");
    return {};
}

} // namespace

std::unique_ptr<SaslClient> scram_client(ScramSettings settings) {
    return std::make_unique<ScramClient>(std::move(settings));
}

} // namespace riacho::client
