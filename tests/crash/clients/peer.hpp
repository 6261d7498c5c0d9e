#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "client/link/link.hpp"
#include "io/shard.hpp"

#include <fmt/ostream.h>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

/// Clients that outlive the broker, and write down what they were told: ../promises.py says in which words.
namespace riacho::crash {

/// A line for each promise, in the file at once: what is in it was promised, whenever somebody looks.
class Journal {
public:
    explicit Journal(const std::string& path) : out_(path, std::ios::app) {}

    template <class... Parts> void line(fmt::format_string<Parts...> text, Parts&&... parts) {
        fmt::print(out_, text, std::forward<Parts>(parts)...);
        out_.put('\n').flush();
    }

private:
    std::ofstream out_;
};

/// What all clients share.
struct Place {
    io::Shard&   shard;
    io::Network& network;
    io::Endpoint broker;
    Clock&       clock;
    Random&      chance;
    Journal&     journal;
};

/// One connection, made again for as long as it takes. The journal has `>` and its name when a request goes
/// out,
/// `<` when the answer is there, `x` when it will never come.
class Peer {
public:
    Peer(Place& place, std::string name) : place_(place), name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    Place&             place() { return place_; }
    Journal&           journal() { return place_.journal; }

    /// Nothing when the connection has ended: the request may have been carried out or not.
    template <class Request> Task<std::optional<typename Request::Response>> ask(Request request) {
        co_await connected();
        kafka::Version version = *link_->version_of(Request::api);
        if (Request::api.key == kafka::ApiKey::fetch) version = fetch_by_name;
        journal().line("> {}", name_);
        auto answer = co_await link_->ask_in(version, std::move(request), place_.shard.now() + patience);
        if (answer) {
            journal().line("< {}", name_);
            co_return std::move(*answer);
        }
        journal().line("x {} {}", name_, answer.error().detail);
        if (link_) co_await close();
        co_return std::nullopt;
    }
    auto pause(Time span) { return place_.shard.sleep_for(span); }

private:
    static constexpr Time           patience = std::chrono::seconds(30);
    static constexpr Time           pause_between_attempts = std::chrono::milliseconds(10);
    static constexpr kafka::Version fetch_by_name = 12;

    Task<> connected();
    Task<> close();

    Place&                        place_;
    std::string                   name_;
    std::unique_ptr<client::Link> link_;
};

} // namespace riacho::crash
