#include "console/sign_in.hpp"

#include "base/log.hpp"
#include "codec/base64.hpp"
#include "codec/digest.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <memory>
#include <utility>

namespace riacho::console {
namespace {

constexpr log::Logger      sign_in_log{"console"};
constexpr std::string_view cookie_name = "riacho_session";
constexpr int              failures_without_pause = 3;
constexpr Time             first_pause = std::chrono::milliseconds(250);
constexpr Time             pause_max = std::chrono::seconds(2);
constexpr Time             failures_forgotten_after = std::chrono::minutes(5);

std::string cookie(std::string_view value, Time age) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", cookie_name, value,
                       std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

/// A browser says where its page is from. Behind a proxy that speaks TLS, nothing else tells us.
bool is_page_of_tls(const http::RequestHead& head) {
    const std::string* origin = head.fields.find("origin");
    return origin && origin->starts_with("https://");
}

} // namespace

SignIns::SignIns(io::Shard& shard, Random& random, const Secrets& secrets)
    : shard_(shard), random_(random), attempt_(shard) {
    if (!secrets.password.empty()) password_ = recognized_by(secrets.password);
    if (!secrets.bearer_token.empty()) token_ = recognized_by(secrets.bearer_token);
}

SignIns::Asks SignIns::asks() const {
    if (!password_.empty()) return Asks::for_password;
    return token_.empty() ? Asks::nothing : Asks::for_token;
}

/// Of one length, so that a comparison tells nothing of the secret's own.
SignIns::Digest SignIns::recognized_by(std::string_view secret) {
    return digest(Hash::sha256, as_bytes(secret));
}

/// HTTP/2 may send a field for each cookie, and another site of this host may have left one of our name.
std::vector<SignIns::Digest> SignIns::sessions_of(const http::RequestHead& head) {
    std::vector<Digest> found;
    for (const http::Field& field : head.fields) {
        if (!http::equals_ignoring_case(field.name, "cookie")) continue;
        for (std::string_view left = field.value; !left.empty();) {
            std::size_t      end = std::min(left.find(';'), left.size());
            std::string_view one = left.substr(0, end);
            left.remove_prefix(std::min(end + 1, left.size()));
            one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
            if (!one.starts_with(cookie_name) || one.substr(cookie_name.size(), 1) != "=") continue;
            found.push_back(recognized_by(one.substr(cookie_name.size() + 1)));
        }
    }
    return found;
}

bool SignIns::lives(const Digest& session) const {
    auto found = sessions_.find(session);
    return found != sessions_.end() && shard_.now() - found->second < session_age_max;
}

bool SignIns::is_signed_in(const http::RequestHead& head) const {
    if (asks() == Asks::nothing) return true;
    constexpr std::string_view scheme = "Bearer ";
    const std::string*         said = head.fields.find("authorization");
    if (!token_.empty() && said &&
        http::equals_ignoring_case(std::string_view(*said).substr(0, scheme.size()), scheme) &&
        are_equal_secrets(recognized_by(std::string_view(*said).substr(scheme.size())), token_))
        return true;
    return std::ranges::any_of(sessions_of(head), [&](const Digest& session) { return lives(session); });
}

/// How long the next attempt waits.
Time SignIns::pause() {
    if (shard_.now() - last_failure_ > failures_forgotten_after) failures_ = 0;
    Time wait{};
    for (int i = failures_without_pause; i <= failures_ && wait < pause_max; ++i)
        wait = wait == Time() ? first_pause : std::min(2 * wait, pause_max);
    return wait;
}

Task<OrProblem<std::string>> SignIns::sign_in(http::Exchange& exchange, std::string password) {
    if (attempts_ == attempts_max)
        co_return problem(http::Status::too_many_requests, "TOO_MANY_ATTEMPTS",
                          "many try to sign in at the same time: try again soon");
    std::shared_ptr<void> attempt(this, [](SignIns* all) { --all->attempts_; });
    ++attempts_;
    auto turn = co_await attempt_.lock();
    // Who leaves meanwhile was not answered, and so has not tried.
    io::Event over(shard_);
    exchange.wake_when_over(&over);
    co_await over.wait_until(shard_.now() + pause());
    exchange.wake_when_over(nullptr);
    if (exchange.is_over())
        co_return problem(http::Status::request_timeout, "BAD_REQUEST", "the client has left");
    if (password_.empty() || !are_equal_secrets(recognized_by(password), password_)) {
        ++failures_;
        last_failure_ = shard_.now();
        sign_in_log.warn("a wrong password from {}, number {} in a row", exchange.peers().remote.host,
                         failures_);
        co_return problem(http::Status::unauthorized, "WRONG_PASSWORD",
                          "that is not the password of this console");
    }
    failures_ = 0;
    std::string set = cookie(begin_session(), session_age_max);
    if (is_page_of_tls(exchange.head())) set += "; Secure";
    co_return set;
}

std::string SignIns::begin_session() {
    make_room();
    std::byte bits[32];
    for (std::size_t i = 0; i < sizeof bits; i += sizeof(std::uint64_t)) {
        std::uint64_t word = random_.bits();
        std::memcpy(bits + i, &word, sizeof word);
    }
    std::string id = base64(bits, Base64::url);
    sessions_[recognized_by(id)] = shard_.now();
    return id;
}

void SignIns::make_room() {
    std::erase_if(sessions_, [&](const auto& one) { return !lives(one.first); });
    if (sessions_.size() < sessions_max) return;
    sessions_.erase(std::ranges::min_element(sessions_, {}, [](const auto& one) { return one.second; }));
}

std::string SignIns::sign_out(const http::RequestHead& head) {
    for (const Digest& session : sessions_of(head)) sessions_.erase(session);
    return cookie("", Time());
}

} // namespace riacho::console
