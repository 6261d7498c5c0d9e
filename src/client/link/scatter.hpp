#pragma once

#include "client/link/cluster.hpp"
#include "io/gather.hpp"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace riacho::client {

/// How a request about many things, each of which one broker answers for, is split and its answers joined.
/// `Item` has `route()`; `Result` has `error_code`.
template <class Request, class Item, class Result> struct Scatter {
    /// For those that one broker answers for.
    std::function<Request(const std::vector<Item>&)> request;
    /// Where an item's result lies in the answer; null where the broker left it out.
    std::function<Result*(typename Request::Response&, const Item&)> result;
};

template <class Request>
Task<Reply<typename Request::Response>> ask_node(std::shared_ptr<ClusterInside> inside, Node node,
                                                 Request request, CallOptions how, Time try_deadline) {
    CO_TRY(HeldLink link, co_await inside->hold(node, how.lane, try_deadline));
    co_return co_await try_once(std::move(link), std::move(request), how, try_deadline);
}

/// Asks each broker for its part, all at once, and again for what could not be answered yet. The results are
/// in the order of `items`.
template <class Request, class Item, class Result> class Scattering {
public:
    Scattering(std::shared_ptr<ClusterInside> inside, std::vector<Item> items,
               Scatter<Request, Item, Result> how, CallOptions options)
        : inside_(std::move(inside)), items_(std::move(items)), how_(std::move(how)), options_(options),
          tries_(*inside_, options_) {
        results_.assign(items_.size(), fail(NoReply{.why = LinkError::timed_out}, "no answer in time"));
        for (std::size_t i = 0; i < items_.size(); ++i) open_.push_back(i);
    }

    Task<std::vector<Reply<Result>>> run() {
        while (!open_.empty()) {
            co_await ask_all();
            Failure<NoReply> problem{};
            std::size_t      first = 0;
            std::erase_if(open_, [&](std::size_t index) { return !may_improve(index); });
            if (open_.empty()) break;
            first = open_.front();
            problem.code = problem_of(first);
            if (!co_await tries_.again_after(problem.code, items_[first].route())) break;
        }
        co_return std::move(results_);
    }

private:
    using Response = typename Request::Response;

    Task<> ask_all() {
        std::vector<Route> routes;
        for (std::size_t index : open_) routes.push_back(items_[index].route());
        auto prepared = co_await inside_->prepare(std::move(routes), tries_.deadline());
        std::map<std::int32_t, std::pair<Node, std::vector<std::size_t>>> parts;
        for (std::size_t index : open_) {
            Reply<Node> node = prepared ? inside_->node_of(items_[index].route(), tries_.count())
                                        : std::unexpected(prepared.error());
            if (!node) {
                results_[index] = std::unexpected(node.error());
                continue;
            }
            auto& part = parts[node->id];
            part.first = *node;
            part.second.push_back(index);
        }
        std::vector<Task<Reply<Response>>> asks;
        for (auto& [id, part] : parts) {
            std::vector<Item> items;
            for (std::size_t index : part.second) items.push_back(items_[index]);
            asks.push_back(
                ask_node(inside_, part.first, how_.request(items), options_, tries_.try_deadline()));
        }
        auto        answers = co_await io::gather(inside_->shard(), std::move(asks));
        std::size_t next = 0;
        for (auto& [id, part] : parts) {
            auto& answer = answers[next++];
            for (std::size_t index : part.second) take(index, answer);
        }
    }
    void take(std::size_t index, Reply<Response>& answer) {
        Route route = items_[index].route();
        if (!answer) {
            inside_->note_lost(route);
            results_[index] = std::unexpected(answer.error());
            return;
        }
        Result* result = how_.result(*answer, items_[index]);
        if (!result) {
            results_[index] =
                fail(NoReply{.why = LinkError::malformed}, "the broker left a part of the question out");
            return;
        }
        results_[index] = std::move(*result);
        inside_->note_error(route, results_[index]->error_code);
    }
    NoReply problem_of(std::size_t index) const {
        const auto& result = results_[index];
        if (!result) return result.error().code;
        return {.why = LinkError::refused, .error = result->error_code};
    }
    bool may_improve(std::size_t index) const {
        NoReply problem = problem_of(index);
        if (problem.why != LinkError::refused) return may_pass(problem.why);
        return kafka::is_retriable(problem.error);
    }

    std::shared_ptr<ClusterInside> inside_;
    std::vector<Item>              items_;
    Scatter<Request, Item, Result> how_;
    CallOptions                    options_;
    Tries                          tries_;
    std::vector<Reply<Result>>     results_;
    std::vector<std::size_t>       open_; // items without a final result
};

template <class Request, class Item, class Result>
Task<std::vector<Reply<Result>>> scatter(std::shared_ptr<ClusterInside> inside, std::vector<Item> items,
                                         Scatter<Request, Item, Result> how, CallOptions options = {}) {
    Scattering<Request, Item, Result> scattering(std::move(inside), std::move(items), std::move(how),
                                                 options);
    co_return co_await scattering.run();
}

} // namespace riacho::client
