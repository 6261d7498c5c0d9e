#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace riacho {

template <class T = void> class Task;

namespace task_detail {

/// Resumes whoever awaits the finished coroutine, without growing the stack.
struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
        return done.promise().continuation;
    }
    void await_resume() noexcept {}
};

struct PromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr      error;

    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter        final_suspend() noexcept { return {}; }
    void                unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T> struct Promise : PromiseBase {
    std::optional<T> value;

    Task<T>                     get_return_object();
    template <class U = T> void return_value(U&& result) { value.emplace(std::forward<U>(result)); }
    T                           take() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
};

template <> struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void       return_void() noexcept {}
    void       take() {
        if (error) std::rethrow_exception(error);
    }
};

} // namespace task_detail

/// The one coroutine type of the project and of its public interface.
/// Lazy: starts when awaited. Owns its frame: dropping a task that never ended destroys what it holds.
/// Awaited once, by `co_await std::move(task)` or as a temporary. What the coroutine throws reaches the one
/// who awaits it.
template <class T> class [[nodiscard]] Task {
public:
    using promise_type = task_detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle frame) noexcept : frame_(frame) {}
    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (frame_) frame_.destroy();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~Task() {
        if (frame_) frame_.destroy();
    }

    auto operator co_await() && noexcept {
        struct Awaiter {
            Handle                  frame;
            bool                    await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
                frame.promise().continuation = waiter;
                return frame;
            }
            T await_resume() { return frame.promise().take(); }
        };
        return Awaiter{frame_};
    }

private:
    Handle frame_;
};

template <class T> Task<T> task_detail::Promise<T>::get_return_object() {
    return Task<T>(Task<T>::Handle::from_promise(*this));
}

inline Task<void> task_detail::Promise<void>::get_return_object() {
    return Task<void>(Task<void>::Handle::from_promise(*this));
}

} // namespace riacho
