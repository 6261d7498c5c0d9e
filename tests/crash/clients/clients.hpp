#pragma once

#include "peer.hpp"

namespace riacho::crash {

inline constexpr const char*  topic = "crash";
inline constexpr std::int32_t partitions = 3;

/// Idempotent: every number once, in order, whatever happens; sends again until it is told. The other kind
/// sends once.
enum class Care { idempotent, once };

/// Each of them lives until the process ends.
Task<> produce(Peer peer, Care care, std::int16_t acks);
/// Commits rising offsets for a group of its own, as no member.
Task<> commit(Peer peer);
/// A member of the one group: fetches what it was assigned and commits behind it.
Task<> consume(Peer peer);
/// Makes, alters and deletes topics of its own.
Task<> change_topics(Peer peer);
/// Once there is the topic that the others use.
Task<> make_topic(Peer& peer);

} // namespace riacho::crash
