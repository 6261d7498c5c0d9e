#include "client/link/kept_token.hpp"

#include <utility>

namespace riacho::client {

Task<Outcome<std::string, LinkError>> KeptToken::get(Time deadline) {
    Time asked_at = shard_.now();
    auto turn = co_await asking_.lock();
    Time now = shard_.now();
    if (kept_ && now < kept_->renew_at) co_return use_kept();
    if (failed_ && failed_at_ >= asked_at) {
        if (is_good()) co_return use_kept();
        co_return std::unexpected(*failed_);
    }
    auto issued = co_await issuer_.issue(shard_, network_, grant_, deadline);
    if (!issued) {
        failed_ = issued.error();
        failed_at_ = shard_.now();
        if (is_good()) co_return use_kept();
        co_return std::unexpected(issued.error());
    }
    failed_.reset();
    Time lifetime = issued->lifetime.value_or(Time{0});
    kept_ = Kept{issued->token, now + lifetime / 5 * 4, now + lifetime};
    co_return std::move(issued->token);
}

} // namespace riacho::client
