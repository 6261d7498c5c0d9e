#pragma once

#include "base/clock.hpp"
#include "io/shard.hpp"

#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace riacho::io {

/// How the system's scheduler is to treat a thread: who answers comes before who works through something
/// large.
enum class Urgency { prompt, patient };

/// The real shard: one thread and its event loop. Posted work and due timers run before the loop looks at
/// its sockets again; a sleeping loop is woken once for any number of posts.
class ThreadShard final : public Shard {
public:
    /// Starts the thread; `name` (at most 15 characters are shown) is what `top -H` calls it. Shards of one
    /// program share a clock, so that a deadline means the same on each.
    ThreadShard(const Clock& clock, std::string name, Urgency urgency = Urgency::prompt);
    /// Stops, if nobody has.
    ~ThreadShard() override;

    Time now() const override;
    Time processor_time() const override;
    bool is_here() const override;
    void post(std::coroutine_handle<> work) override;

    /// Runs `task` on this shard and waits for its end; what it throws comes out. Called from another thread,
    /// which is held up meanwhile: how main and tests enter the world of coroutines.
    void run(Task<> task);

    /// Runs what is posted, then joins the thread. What still waits for a timer or a socket never resumes;
    /// its owner destroys it afterwards. May be called twice, not from the shard itself.
    void stop();

    /// For io/*.cpp only.
    boost::asio::io_context& context();

protected:
    void add(Timer& timer) override;
    void remove(Timer& timer) override;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

} // namespace riacho::io
