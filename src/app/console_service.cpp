#include "app/console_service.hpp"

#include "io/run_on.hpp"

#include <utility>

namespace riacho::app {
namespace {

constexpr std::size_t target_bytes_max = 64 << 10; ///< expressions and cursors are in addresses

} // namespace

Task<Outcome<void, client::SettingError>>
ConsoleService::begin(std::vector<std::unique_ptr<io::Listener>> listeners, console::ConsoleOptions options) {
    options.issuer = &issuer_;
    CO_TRY(console_, co_await console::Console::make(world_, services_, std::move(options)));
    http::ServerOptions server;
    server.heads.start_line_bytes_max = target_bytes_max;
    server_ = std::make_unique<http::Server>(world_, services_, console_->make_router(), server);
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
