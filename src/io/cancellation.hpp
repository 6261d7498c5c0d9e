#pragma once

#include <functional>
#include <utility>

namespace riacho::io {

/// Lets somebody else end what takes several steps, such as reaching a peer: whichever step is under way ends
/// as if the peer had closed, and none follows. Used on one shard; outlives what it can end.
class Cancellation {
public:
    Cancellation() = default;
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;

    bool is_requested() const { return requested_; }
    void request() {
        requested_ = true;
        if (end_) end_();
    }

    /// For as long as it lives, a request calls `end`; one that came before does so at once. Steps do not
    /// overlap. `of` may be null: then nobody asks.
    class Step {
    public:
        Step(Cancellation* of, std::function<void()> end) : of_(of) {
            if (!of_) return;
            of_->end_ = std::move(end);
            if (of_->requested_) of_->end_();
        }
        ~Step() {
            if (of_) of_->end_ = nullptr;
        }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

    private:
        Cancellation* of_;
    };

private:
    bool                  requested_ = false;
    std::function<void()> end_;
};

} // namespace riacho::io
