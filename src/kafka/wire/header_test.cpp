#include "kafka/messages/all.hpp"
#include "kafka/wire/header.hpp"

#include <gtest/gtest.h>

namespace riacho::kafka {

namespace {

// Made by hand from the protocol's description: Heartbeat v4 of group "g", generation 5, member "m".
constexpr std::string_view heartbeat_frame("\0\0\0\x1e"   // size
                                           "\0\x0c\0\x04" // key, version
                                           "\0\0\0\x07"   // correlation id
                                           "\0\x04"
                                           "clnt\0"            // client id, never compact; no tags
                                           "\x02g\0\0\0\x05"   // group, generation
                                           "\x02m\x06stati\0", // member, instance; no tags
                                           34);

Bytes joined_frame(const std::vector<Bytes>& pieces) {
    Writer out;
    for (const Bytes& piece : pieces) out.append(piece);
    return out.to_bytes();
}

/// The frame behind its size, which must be right.
Bytes content(const std::vector<Bytes>& pieces) {
    Bytes frame = joined_frame(pieces);
    EXPECT_EQ(load_big<std::int32_t>(frame.view().data()), static_cast<std::int32_t>(frame.size() - 4));
    return frame.slice(4, frame.size() - 4);
}

} // namespace

TEST(Header, ARequestFrameIsTheOneMadeByHand) {
    HeartbeatRequest heartbeat{
        .group_id = "g", .generation_id = 5, .member_id = "m", .group_instance_id = "stati"};
    EXPECT_EQ(as_text(joined_frame(request_frame(heartbeat, 4, 7, "clnt")).view()), heartbeat_frame);
}

TEST(Header, TheFrameMadeByHandIsRead) {
    Reader in(Bytes::copy_of(heartbeat_frame.substr(4)));
    auto   header = decode_request_header(in);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->request_api_key, 12);
    EXPECT_EQ(header->request_api_version, 4);
    EXPECT_EQ(header->correlation_id, 7);
    EXPECT_EQ(header->client_id, "clnt");
    HeartbeatRequest body;
    ASSERT_TRUE(decode(body, in, header->request_api_version));
    EXPECT_TRUE(in.done());
    EXPECT_EQ(body.group_instance_id, "stati");
}

TEST(Header, RequestsOfEveryApiAndVersionAreReadAsTheyWereWritten) {
    for_each_message([]<class M>(std::type_identity<M>) {
        if constexpr (requires { typename M::Response; }) {
            for (Version version = M::api.versions.low; version <= M::api.versions.high; ++version) {
                Reader in(content(request_frame(M{}, version, version, std::nullopt)));
                auto   header = decode_request_header(in);
                ASSERT_TRUE(header);
                EXPECT_EQ(static_cast<ApiKey>(header->request_api_key), M::api.key);
                EXPECT_EQ(header->client_id, std::nullopt);
                M m;
                EXPECT_TRUE(decode(m, in, version) && in.done());

                using Response = M::Response;
                Reader answer(content(response_frame(Response{}, version, 99)));
                EXPECT_EQ(decode_response_header(Response::api, version, answer), 99);
                Response response;
                EXPECT_TRUE(decode(response, answer, version) && answer.done());
            }
        }
    });
}

TEST(Header, TheAnswerToApiVersionsNeverHasAFlexibleHeader) {
    EXPECT_EQ(response_header_version(ApiVersionsResponse::api, 4), 0);
    EXPECT_EQ(request_header_version(ApiVersionsRequest::api, 3), 2);
    EXPECT_EQ(response_header_version(FetchResponse::api, 12), 1);
    EXPECT_EQ(response_header_version(FetchResponse::api, 11), 0);
}

TEST(Header, AnUnknownApiIsReadForItsKey) {
    Reader in(Bytes::copy_of(std::string_view("\x7f\xff\0\x01\0\0\0\x09\xff\xff", 10)));
    auto   header = decode_request_header(in);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->request_api_key, 0x7fff);
    EXPECT_EQ(find_api(static_cast<ApiKey>(header->request_api_key)), nullptr);
}

TEST(Header, CutHeadersAreRefused) {
    auto whole = heartbeat_frame.substr(4, 15);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Reader in(Bytes::copy_of(whole.substr(0, size)));
        EXPECT_FALSE(decode_request_header(in)) << size;
    }
    Reader none(Bytes{});
    EXPECT_FALSE(decode_response_header(FetchResponse::api, 12, none));
}

TEST(Header, ApisAreFoundByKey) {
    for (const Api& api : apis) EXPECT_EQ(find_api(api.key), &api) << api.name;
    EXPECT_EQ(find_api(ApiKey::vote), nullptr);
    EXPECT_EQ(find_api(static_cast<ApiKey>(-1)), nullptr);
    for (const Api& api : apis) EXPECT_EQ(name_of(api.key), api.name);
}

TEST(ErrorCode, EveryCodeHasANameATextAndARetriable) {
    EXPECT_EQ(name_of(ErrorCode::not_coordinator), "NOT_COORDINATOR");
    EXPECT_TRUE(is_retriable(ErrorCode::not_coordinator));
    EXPECT_FALSE(is_retriable(ErrorCode::unknown_member_id));
    EXPECT_EQ(name_of(static_cast<ErrorCode>(12345)), "UNKNOWN_SERVER_ERROR");
    EXPECT_EQ(name_of(static_cast<ErrorCode>(-2)), "UNKNOWN_SERVER_ERROR");
    EXPECT_EQ(name_of(ErrorCode::unknown_server_error), "UNKNOWN_SERVER_ERROR");
    for (const ErrorInfo& info : error_codes()) EXPECT_FALSE(info.text.empty());
}

} // namespace riacho::kafka
