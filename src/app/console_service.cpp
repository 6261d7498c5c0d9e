#include "app/console_service.hpp"

#include "io/run_on.hpp"

#include <utility>

namespace riacho::app {

Task<Outcome<void, client::SettingError>>
ConsoleService::begin(std::vector<std::unique_ptr<io::Listener>> listeners, console::ConsoleOptions options) {
    options.issuer = &issuer_;
    CO_TRY(console_, co_await console::Console::make(world_, services_, std::move(options)));
    server_ = std::make_unique<http::Server>(world_, services_, console_->make_router());
    for (auto& listener : listeners) server_->serve(std::move(listener));
    console_->start();
    co_return Outcome<void, client::SettingError>();
}

Task<> ConsoleService::end(Time deadline) {
    co_await server_->stop(deadline);
    co_await console_->close();
}

Task<Outcome<void, client::SettingError>>
ConsoleService::serve(std::vector<std::unique_ptr<io::Listener>> listeners, console::ConsoleOptions options) {
    return io::run_on(services_, home_, begin(std::move(listeners), std::move(options)));
}

Task<> ConsoleService::stop(Time deadline) {
    if (server_) co_await io::run_on(services_, home_, end(deadline));
}

} // namespace riacho::app
