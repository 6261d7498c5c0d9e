#pragma once

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "console/problem.hpp"
#include "http/exchange.hpp"
#include "io/event.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace riacho::console {

/// What a console asks of whoever uses it; nothing where both are empty.
struct Secrets {
    std::string password;     ///< people sign in with it, on the page
    std::string bearer_token; ///< scripts send it with each request
};

/// Who may use the console: whoever has a session, which the password gives for a day, or sends the token.
/// Keeps no secret itself, only what one can be recognized by. Of one shard.
class SignIns {
public:
    static constexpr std::size_t sessions_max = 1000; ///< the oldest makes room
    static constexpr Time        session_age_max = std::chrono::hours(24);
    static constexpr std::size_t attempts_max = 16; ///< that wait at one time

    SignIns(io::Shard& shard, Random& random, const Secrets& secrets);

    enum class Asks { nothing, for_password, for_token };
    Asks asks() const;
    /// Whether the request comes with a session's cookie or with the token, or nothing is asked for.
    bool is_signed_in(const http::RequestHead& head) const;

    /// Gives the cookie of a new session. One attempt at a time, and after some that failed each waits first,
    /// up to two seconds: who guesses learns nothing sooner by asking on many connections.
    Task<OrProblem<std::string>> sign_in(http::Exchange& exchange, std::string password);
    /// Ends the session of the request, if it has one, and gives the cookie that takes its own back.
    std::string sign_out(const http::RequestHead& head);

private:
    using Digest = std::vector<std::byte>;

    static Digest              recognized_by(std::string_view secret);
    static std::vector<Digest> sessions_of(const http::RequestHead& head);
    bool                       lives(const Digest& session) const;
    std::string                begin_session();
    void                       make_room();
    Time                       pause();

    io::Shard&             shard_;
    Random&                random_;
    Digest                 password_; ///< empty: there is none
    Digest                 token_;
    std::map<Digest, Time> sessions_; ///< since when
    io::Mutex              attempt_;
    std::size_t            attempts_ = 0; ///< that wait, or are looked at
    int                    failures_ = 0; ///< in a row
    Time                   last_failure_{};
};

} // namespace riacho::console
