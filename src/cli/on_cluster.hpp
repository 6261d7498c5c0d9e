#pragma once

#include "cli/command.hpp"
#include "client/link/admin.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace riacho::cli {

/// A cluster that a command asks, and whether somebody has had enough. Belongs to one shard.
struct AskedCluster {
    io::Shard&            shard;
    client::Cluster&      cluster;
    client::Admin&        admin;
    bool                  is_stopped = false; ///< by SIGINT or SIGTERM: calls end with `closed`
    std::function<void()> on_stop{};          ///< called then
};
using ClusterWork = std::function<Task<int>(AskedCluster&)>;

/// --bootstrap-servers, -X and --timeout, then `own`.
std::vector<Flag> cluster_flags(std::vector<Flag> own);

/// How a command meets its cluster.
struct ClusterCommand {
    std::string_view     name;             ///< begins each line about what went wrong
    client::TokenIssuer* issuer = nullptr; ///< for OAUTHBEARER
};

/// Makes the cluster that the flags name, and runs `work`; gives its exit code. SIGPIPE is ignored.
int on_cluster(ClusterCommand command, const Arguments& arguments, Output& output, ClusterWork work);

} // namespace riacho::cli
