#pragma once

#include "io/simulation.hpp"
#include "io/stream.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace riacho::io {

struct MemoryNetworkOptions {
    std::size_t buffer_bytes = 64 * 1024; ///< on its way or unread, per direction; then writers wait
    Time        delay_min{0};
    Time        delay_max = std::chrono::microseconds(200);
};

namespace memory_network_detail {
class Connection;
class MemoryListener;
} // namespace memory_network_detail

/// The network of a simulation: what is written arrives in order, in pieces and after delays drawn from the
/// seed, and what the faults below take away never does. Peers may be on different shards. A listener has the
/// host that it was given; the n-th connection comes from "client-n".
class MemoryNetwork final : public Network {
public:
    explicit MemoryNetwork(Simulation& simulation, MemoryNetworkOptions options = {});
    ~MemoryNetwork() override;

    std::unique_ptr<Listener> listen(Shard& shard, Endpoint at) override;
    using Network::connect;
    Task<std::unique_ptr<Stream>> connect(Shard& shard, Endpoint to, Time deadline,
                                          Cancellation* cancellation) override;

    /// The hosts of connections that neither side has closed, oldest first.
    std::vector<std::string> clients() const;
    /// Both sides of this client's connection find it reset; what was on its way is lost.
    void cut(std::string_view client);
    void cut_all();
    /// This client writes no more, and goes on reading.
    void half_close(std::string_view client);
    /// Cuts the connection that carries the `bytes`-th byte from now, in either direction, behind that byte.
    void cut_after(std::uint64_t bytes);
    /// From now on nothing arrives and no connect succeeds, until `release`; nobody is told.
    void hold();
    void release();
    bool is_held() const { return held_; }
    /// Ends this side's writing and keeps its reading, as shutdown(SHUT_WR) does. `stream` is of this
    /// network.
    static void end_writes(Stream& stream);
    void        set_options(MemoryNetworkOptions options) { options_ = options; }

    /// The process died: every listener and connection of it is dead. Called after Simulation::power_off.
    void reset();

private:
    friend class memory_network_detail::Connection;
    friend class memory_network_detail::MemoryListener;
    using Connection = memory_network_detail::Connection;
    using MemoryListener = memory_network_detail::MemoryListener;

    Time        draw_delay();
    std::size_t count_carried(std::size_t bytes);

    Simulation&                              simulation_;
    MemoryNetworkOptions                     options_;
    std::map<std::string, MemoryListener*>   listeners_; // by the text of the endpoint
    std::vector<std::shared_ptr<Connection>> connections_;
    std::uint64_t                            clients_ = 0;
    std::uint16_t                            free_port_ = 32768;
    std::uint64_t                            cut_after_ = 0; // 0: never
    bool                                     held_ = false;
};

} // namespace riacho::io
