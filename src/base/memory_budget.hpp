#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace riacho {

class MemoryBudget;

/// Bytes of a budget that somebody holds; given back when it dies. May be moved to and dropped on any thread.
class Charge {
public:
    Charge() = default;
    Charge(Charge&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
        std::swap(budget_, other.budget_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~Charge();

    std::size_t bytes() const { return bytes_; }
    /// Gives back what is over `bytes`.
    void shrink_to(std::size_t bytes);

private:
    friend class MemoryBudget;
    Charge(MemoryBudget& budget, std::size_t bytes) : budget_(&budget), bytes_(bytes) {}

    MemoryBudget* budget_ = nullptr;
    std::size_t   bytes_ = 0;
};

/// One named share of the program's memory: a limit and what is held of it, a child also counts against its
/// parent. Request buffers, partition tails, caches and queues each draw from a share; reaching the limit
/// slows or refuses the one that asks, never the others. Thread safe. Outlives its charges and children.
class MemoryBudget {
public:
    MemoryBudget(std::string_view name, std::size_t limit_bytes, MemoryBudget* parent = nullptr)
        : name_(name), limit_(limit_bytes), parent_(parent) {}
    MemoryBudget(const MemoryBudget&) = delete;
    MemoryBudget& operator=(const MemoryBudget&) = delete;

    /// Nothing when `bytes` do not fit in this share or in a parent.
    std::optional<Charge> try_charge(std::size_t bytes);
    /// As much of `bytes` as fits, perhaps nothing.
    Charge charge_up_to(std::size_t bytes);
    /// Charges past the limit too: for what must not fail, such as bytes that are already here.
    Charge charge(std::size_t bytes);

    std::string_view name() const { return name_; }
    std::size_t      limit_bytes() const { return limit_; }
    std::size_t      held_bytes() const { return held_.load(std::memory_order_relaxed); }
    /// Somebody waits for memory of this share, or of a child's, for as long as this lives.
    class Wait {
    public:
        explicit Wait(MemoryBudget& budget) : budget_(budget) { budget_.count_wait(1); }
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait() { budget_.count_wait(-1); }

    private:
        MemoryBudget& budget_;
    };
    bool is_waited_for() const { return waits_.load(std::memory_order_relaxed) > 0; }
    /// More than three quarters are held: whoever holds much and does nothing with it has to let go.
    bool is_short() const { return held_bytes() > limit_ - limit_ / 4; }

private:
    friend class Charge;
    bool try_add(std::size_t bytes);
    void add(std::size_t bytes);
    void give_back(std::size_t bytes);
    void count_wait(int change);

    std::string_view         name_;
    std::size_t              limit_;
    MemoryBudget*            parent_;
    std::atomic<std::size_t> held_ = 0;
    std::atomic<int>         waits_ = 0;
};

} // namespace riacho
