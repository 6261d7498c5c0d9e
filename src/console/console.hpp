#pragma once

#include "console/cluster_view.hpp"
#include "console/sign_in.hpp"
#include "http/router.hpp"
#include "http/static_files.hpp"
#include "io/group.hpp"
#include "io/world.hpp"

#include <memory>
#include <string>
#include <vector>

namespace riacho::console {

struct ConsoleOptions {
    std::vector<ClusterSpec> clusters = {};
    enum class Access { full, read_only } access = Access::full;
    /// The names by which this console may be called, beside the addresses of loopback: another name in a
    /// request may be a rebound one.
    std::vector<std::string> host_names = {};
    Secrets                  secrets = {}; ///< forgotten once the console knows them by their digests
    std::string              version = {};
    client::TokenIssuer*     issuer = nullptr; ///< for OAUTHBEARER; outlives the console
};

/// The server behind the page on :9021: its JSON API over clusters, each of which it meets as any client
/// does. Belongs to one shard.
class Console {
public:
    /// Connects to nobody yet.
    static Task<Outcome<std::unique_ptr<Console>, client::SettingError>>
    make(io::World world, io::Shard& shard, ConsoleOptions options);
    /// Without clusters; use `make`.
    Console(const io::World& world, io::Shard& shard, ConsoleOptions options);
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// Of the API; the console outlives it.
    http::Router make_router();
    /// Begins to sample the clusters, for their histories. Once.
    void start();
    /// Before the end: closes what it opened.
    Task<> close();

    using Clusters = std::vector<std::unique_ptr<ClusterView>>;
    const ConsoleOptions& options() const { return options_; }
    Clock&                clock() const { return clock_; }
    const Clusters&       clusters() const { return clusters_; }
    /// The files of the page; its own addresses give index.html.
    const http::StaticFiles& page() const { return page_; }
    SignIns&                 sign_ins() { return sign_ins_; }
    const SignIns&           sign_ins() const { return sign_ins_; }
    /// Null where there is none of this name.
    ClusterView* find(std::string_view cluster) const;
    /// One of the searches that may run at the same time, each of which holds memory; null where all do.
    std::shared_ptr<void> take_search_slot();
    /// Takes a picture of it where the last one is some seconds old. Waits for a moment, then for nobody.
    Task<> look_at(ClusterView& cluster);

private:
    io::Shard&        shard_;
    Clock&            clock_;
    ConsoleOptions    options_;
    SignIns           sign_ins_;
    Clusters          clusters_;
    http::StaticFiles page_;
    std::size_t       searches_ = 0;
    io::Event         stopping_;
    io::Group         looking_;
};

} // namespace riacho::console
