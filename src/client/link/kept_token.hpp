#pragma once

#include "client/link/token_issuer.hpp"
#include "io/event.hpp"

#include <optional>
#include <string>
#include <utility>

namespace riacho::client {

/// A token that all connections of a client share, renewed before its time is over. Belongs to one shard.
class KeptToken {
public:
    /// `issuer` and `network` outlive it.
    KeptToken(io::Shard& shard, io::Network& network, TokenIssuer& issuer, TokenGrant grant)
        : shard_(shard), network_(network), issuer_(issuer), grant_(std::move(grant)), asking_(shard) {}

    /// The kept one for four fifths of its lifetime, as Kafka's clients do, then a new one; where that fails,
    /// the old one to its end. One asks and the others wait; who has waited for a failure gets that.
    Task<Outcome<std::string, LinkError>> get(Time deadline);
    /// A broker does not take it: the next connection has a new one. Gives whether that may do better: this
    /// one had been used before, so perhaps its time was over sooner than was said.
    enum class Outlook { none, better };
    Outlook forget() {
        auto gone = std::exchange(kept_, std::nullopt);
        return gone && gone->uses > 1 ? Outlook::better : Outlook::none;
    }

private:
    struct Kept {
        std::string token;
        Time        renew_at;
        Time        expires_at;
        unsigned    uses = 1;
    };
    using Failed = Failure<LinkError>;

    bool        is_good() const { return kept_ && shard_.now() < kept_->expires_at; }
    std::string use_kept() {
        kept_->uses++;
        return kept_->token;
    }

    io::Shard&            shard_;
    io::Network&          network_;
    TokenIssuer&          issuer_;
    TokenGrant            grant_;
    std::optional<Kept>   kept_;
    std::optional<Failed> failed_; ///< the last time
    Time                  failed_at_{};
    io::Mutex             asking_;
};

} // namespace riacho::client
