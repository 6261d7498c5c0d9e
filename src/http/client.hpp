#pragma once

#include "http/client_connection.hpp"
#include "io/event.hpp"
#include "io/tls_context.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace riacho::http {

struct ClientOptions {
    std::size_t           connections_max = 64;        ///< in use at one time; more requests wait
    std::size_t           connections_to_one_max = 16; ///< the same, to one origin: others need not wait
    std::size_t           idle_connections_max = 16;   ///< kept for the next request
    Time                  idle_max = std::chrono::seconds(30); ///< less than servers keep them
    Time                  connect_max = std::chrono::seconds(10);
    ParserLimits          heads = {};
    const io::TlsContext* tls = nullptr; ///< for https; outlives the client
};

class Client;

/// The beginning of an answer, whose body is read as it comes. While it lives it keeps a connection, which is
/// used again if the body was read to its end. One to a request with a source is finished before it dies.
class ClientResponse {
public:
    ClientResponse(Client& client, std::unique_ptr<ClientConnection> connection, ResponseHead head)
        : client_(&client), connection_(std::move(connection)), head_(std::move(head)) {}
    ClientResponse(ClientResponse&&) noexcept = default;
    ClientResponse& operator=(ClientResponse&&) = delete;
    ~ClientResponse();

    const ResponseHead& head() const { return head_; }
    /// The next piece, empty at the end.
    Task<Outcome<Bytes, ClientError>> read(Time deadline) { return connection_->receive_body(deadline); }
    /// All of it, if that is at most `bytes_max`.
    Task<Outcome<std::string, ClientError>> read_all(std::size_t bytes_max, Time deadline);

    /// Ends the sending of a request that is not sent yet, and waits for its source.
    Task<> finish() { return connection_->end_sending(); }

private:
    Client*                           client_;
    std::unique_ptr<ClientConnection> connection_;
    ResponseHead                      head_;
};

/// Asks servers over HTTP/1.1, and keeps connections for the next request. Belongs to one shard; outlives its
/// responses.
class Client {
public:
    Client(io::Shard& shard, io::Network& network, ClientOptions options = {});
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Resumes with the head of the answer. A request that changes nothing when it is repeated is sent again
    /// when the server had closed a kept connection just then.
    Task<Outcome<ClientResponse, ClientError>> ask(Request request, Time deadline);
    /// Ends the requests that are under way and those that come with `closed`. What is being connected is
    /// given up once `connect_max` is over.
    void close();
    /// Closes the connections that nobody uses.
    void close_idle() { idle_.clear(); }

    std::size_t idle_connections() const { return idle_.size(); }
    std::size_t connections_in_use() const { return in_use_.size(); }

private:
    friend class ClientResponse;
    using Taken = Outcome<std::unique_ptr<ClientConnection>, ClientError>;

    Task<Taken>                              take(Origin origin, Time deadline);
    Task<Taken>                              connect(Origin origin, Time deadline);
    Task<Outcome<ResponseHead, ClientError>> exchange(ClientConnection& connection, Request request,
                                                      Time deadline);
    void                                     give_back(std::unique_ptr<ClientConnection> connection);
    void                                     release(const Origin& origin);
    std::unique_ptr<ClientConnection>        take_idle(const Origin& origin);

    io::Shard&                                     shard_;
    io::Network&                                   network_;
    ClientOptions                                  options_;
    std::vector<std::unique_ptr<ClientConnection>> idle_;   ///< the one that was used last is the last
    std::vector<Origin>                            in_use_; ///< one for each connection
    std::vector<ClientConnection*>                 used_;   ///< those of `in_use_` that are connected
    bool                                           is_closed_ = false;
    io::Event                                      freed_;
};

} // namespace riacho::http
