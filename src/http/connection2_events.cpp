#include "http/connection2.hpp"
#include "http/syntax.hpp"

#include <algorithm>
#include <nghttp2/nghttp2.h>
#include <vector>

namespace riacho::http {
namespace {

constexpr std::int32_t  connection_window_bytes = 1 << 20; ///< what all streams of a peer can make us hold
constexpr std::uint32_t streams_max = 100;
constexpr std::size_t   opened_kept = 2 * streams_max;
constexpr int           reset_price = 10; ///< a request that is taken back has cost its start

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Of one hop, and HTTP/1.1's: HTTP/2 has its own way.
bool is_of_connection(std::string_view name) {
    constexpr std::string_view names[] = {"connection", "keep-alive", "proxy-connection", "transfer-encoding",
                                          "upgrade"};
    return std::ranges::find(names, name) != std::end(names);
}

/// Fields in the library's form, with names in small letters.
class FieldList {
public:
    void add(std::string_view name, std::string_view value) {
        Field& field = texts_.emplace_back();
        for (char c : name) field.name.push_back(lower(c));
        for (char c : value) field.value.push_back(is_value_char(c) ? c : ' ');
    }
    std::vector<nghttp2_nv> make() {
        std::vector<nghttp2_nv> list;
        for (Field& field : texts_)
            list.push_back({reinterpret_cast<std::uint8_t*>(field.name.data()),
                            reinterpret_cast<std::uint8_t*>(field.value.data()), field.name.size(),
                            field.value.size(), NGHTTP2_NV_FLAG_NONE});
        return list;
    }

private:
    std::deque<Field> texts_;
};

} // namespace

/// What the library calls while it reads and writes frames. Nothing here calls it back but to submit, and
/// handlers start later.
struct Connection2::Events {
    static Connection2& self(void* user) { return *static_cast<Connection2*>(user); }

    /// The library says nothing where a stream is opened behind one with a higher number; the standard does.
    static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
        Connection2& connection = self(user);
        const auto&  opened = connection.opened_;
        bool         is_remembered = opened.size() < opened_kept || head->stream_id > opened.front();
        bool         is_old = !opened.empty() && head->stream_id < opened.back() && is_remembered;
        if (head->type == NGHTTP2_HEADERS && is_old && !std::ranges::binary_search(opened, head->stream_id))
            connection.give_up(NGHTTP2_PROTOCOL_ERROR);
        return 0;
    }
    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        Connection2& connection = self(user);
        std::int32_t id = frame->hd.stream_id;
        if (connection.find(id)) return 0;
        connection.streams_[id] = {.stream = std::make_unique<Stream2>(connection, id)};
        if (connection.opened_.size() == opened_kept) connection.opened_.pop_front();
        connection.opened_.push_back(id);
        return 0;
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                         std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                         std::uint8_t, void* user) {
        if (Stream2* stream = self(user).find(frame->hd.stream_id))
            stream->add_field(text_of(name, name_size), text_of(value, value_size));
        return 0;
    }
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        Connection2& connection = self(user);
        std::int32_t id = frame->hd.stream_id;
        bool         is_last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        Stream2*     stream = connection.find(id);
        switch (frame->hd.type) {
        case NGHTTP2_HEADERS:
            if (stream && !stream->has_head())
                connection.start(id, stream->finish_head(is_last ? More::none : More::follows));
            else if (stream && is_last)
                stream->end_body(); // trailers
            return 0;
        case NGHTTP2_DATA:
            if (frame->hd.length == 0 && !is_last) connection.allow(1);
            if (stream && is_last) stream->end_body();
            return 0;
        case NGHTTP2_RST_STREAM:
            connection.allow(reset_price);
            return 0;
        case NGHTTP2_PING:
        case NGHTTP2_SETTINGS:
        case NGHTTP2_PRIORITY:
            connection.allow(1);
            return 0;
        default:
            return 0;
        }
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                       std::size_t size, void* user) {
        Connection2& connection = self(user);
        Stream2*     stream = connection.find(id);
        if (stream && !connection.streams_.at(id).is_handled)
            stream->add_body(std::as_bytes(std::span(data, size)));
        else
            nghttp2_session_consume_connection(connection.session_, size);
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
        Connection2& connection = self(user);
        Stream2*     stream = connection.find(id);
        if (!stream) return 0;
        bool has_no_handler = !stream->has_head() || connection.streams_.at(id).is_done;
        stream->close();
        if (has_no_handler) connection.release(id);
        return 0;
    }
    static ssize_t on_send(nghttp2_session*, std::int32_t id, std::uint8_t* room, std::size_t size,
                           std::uint32_t* flags, nghttp2_data_source*, void* user) {
        Stream2* stream = self(user).find(id);
        if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        auto sent = stream->send(std::as_writable_bytes(std::span(room, size)));
        if (!sent) return NGHTTP2_ERR_DEFERRED;
        if (sent->is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(sent->bytes);
    }

    static nghttp2_session* open(Connection2& connection) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_option*            option = nullptr;
        nghttp2_session*           session = nullptr;
        check(nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0,
              "there is memory for a session");
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_option_set_no_auto_window_update(option, 1);
        int made = nghttp2_session_server_new2(&session, callbacks, &connection, option);
        nghttp2_option_del(option);
        nghttp2_session_callbacks_del(callbacks);
        check(made == 0, "there is memory for a session");
        return session;
    }
};

Connection2::Connection2(const ServerPlace& place, std::unique_ptr<io::Stream> stream, Input input,
                         Charge memory)
    : Connection(place, std::move(stream)), input_(std::move(input)), memory_(std::move(memory)),
      session_(Events::open(*this)), idle_since_(now()), has_output_(place.shard), work_(place.shard) {
    auto fields_max = static_cast<std::uint32_t>(place.options.heads.fields_bytes_max);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams_max},
                                               {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, fields_max}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window_bytes);
}

Connection2::~Connection2() { nghttp2_session_del(session_); }

void Connection2::submit_head(std::int32_t id, const ResponseHead& head, More more) {
    FieldList list;
    list.add(":status", std::to_string(number_of(head.status)));
    for (const Field& field : head.fields) {
        std::string name;
        for (char c : field.name) name.push_back(lower(c));
        if (!is_of_connection(name)) list.add(name, field.value);
    }
    auto                        fields = list.make();
    const nghttp2_data_provider body{{.ptr = nullptr}, Events::on_send};
    if (head.status == Status::continue_sending)
        nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, fields.data(), fields.size(),
                               nullptr);
    else
        nghttp2_submit_response(session_, id, fields.data(), fields.size(),
                                more == More::follows ? &body : nullptr);
    has_output_.set();
}

} // namespace riacho::http
