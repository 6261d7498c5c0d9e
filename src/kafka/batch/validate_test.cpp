#include "codec/varint.hpp"
#include "kafka/batch/batch_builder.hpp"
#include "kafka/batch/patch.hpp"
#include "kafka/batch/validate.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

namespace riacho::kafka {
namespace {

Bytes three_records(Compression compression = Compression::none) {
    BatchBuilder builder({.compression = compression});
    for (std::int64_t i = 0; i < 3; i++) {
        builder.add({.timestamp = {1000 + i}, .key = as_bytes("key"), .value = as_bytes("value")});
    }
    return builder.build();
}

/// The batch with one number of its header changed and the CRC made right again.
template <class T> Bytes with(std::size_t at, T value, Bytes batch = three_records()) {
    Bytes changed = Bytes::copy_of(batch.view());
    store_big(changed.writable().data() + at, value);
    set_crc(changed.writable());
    return changed;
}

std::optional<BatchError> refusal_of(const Bytes& batch, const BatchRules& rules = {}) {
    auto outcome = validate(batch.view(), rules);
    if (outcome) return std::nullopt;
    return outcome.error().code;
}

/// An uncompressed batch around record bytes made by hand.
Bytes batch_around(const std::vector<std::byte>& payload, std::int32_t count) {
    auto buffer = std::make_shared<Buffer>(batch_layout::header_size + payload.size());
    std::ranges::copy(payload, buffer->span().subspan(batch_layout::header_size).begin());
    BatchHeader header{.batch_length = static_cast<std::int32_t>(49 + payload.size()),
                       .last_offset_delta = count - 1,
                       .records_count = count};
    store_header(buffer->span(), header);
    set_crc(buffer->span());
    return Bytes(std::move(buffer));
}

std::vector<std::byte> body_of(std::initializer_list<int> bytes) {
    std::vector<std::byte> body;
    append_varint(body, static_cast<std::int32_t>(bytes.size()));
    for (int byte : bytes) body.push_back(static_cast<std::byte>(byte));
    return body;
}

std::optional<BatchError> deep_refusal_of(const Bytes& batch) {
    auto problems = validate_records(*BatchView::first(batch.view()), {});
    if (problems) return std::nullopt;
    return problems.error().code;
}

TEST(Validate, LetsAnOrdinaryBatchThrough) {
    for (int kind = 0; kind < 5; kind++) {
        Bytes batch = three_records(static_cast<Compression>(kind));
        EXPECT_EQ(refusal_of(batch), std::nullopt);
        EXPECT_EQ(deep_refusal_of(batch), std::nullopt);
    }
}

TEST(Validate, WantsExactlyOneBatch) {
    std::string twice(as_text(three_records().view()));
    twice += twice;
    EXPECT_EQ(refusal_of(Bytes()), BatchError::no_batch);
    EXPECT_EQ(refusal_of(Bytes::copy_of(twice)), BatchError::more_than_one);
    EXPECT_EQ(refusal_of(Bytes::copy_of(std::string_view(twice).substr(0, twice.size() / 2 + 1))),
              BatchError::more_than_one);
}

TEST(Validate, RefusesALengthThatCannotBe) {
    for (std::int32_t length : {-1, 0, 13, 14, 48, std::numeric_limits<std::int32_t>::min()}) {
        EXPECT_EQ(refusal_of(with(batch_layout::batch_length, length)), BatchError::corrupt) << length;
    }
    EXPECT_EQ(refusal_of(with(batch_layout::batch_length, std::numeric_limits<std::int32_t>::max())),
              BatchError::truncated);
}

TEST(Validate, RefusesABatchPastTheTopicsLimit) {
    Bytes batch = three_records();
    EXPECT_EQ(refusal_of(batch, {.batch_bytes_max = batch.size()}), std::nullopt);
    EXPECT_EQ(refusal_of(batch, {.batch_bytes_max = batch.size() - 1}), BatchError::too_large);
}

TEST(Validate, RefusesACompressionThatTheVersionDoesNotKnow) {
    EXPECT_EQ(refusal_of(three_records(Compression::zstd), {.zstd = Zstd::refused}),
              BatchError::unsupported_compression);
    EXPECT_EQ(refusal_of(three_records(Compression::lz4), {.zstd = Zstd::refused}), std::nullopt);
    for (std::int16_t unknown : {std::int16_t{5}, std::int16_t{6}, std::int16_t{7}}) {
        EXPECT_EQ(refusal_of(with(batch_layout::attributes, unknown)), BatchError::unsupported_compression);
    }
}

TEST(Validate, RefusesAWrongCrc) {
    Bytes batch = three_records();
    batch.writable()[batch.size() - 1] ^= std::byte{1};
    EXPECT_EQ(refusal_of(batch), BatchError::corrupt);
}

TEST(Validate, RefusesAHeaderThatContradictsItself) {
    namespace at = batch_layout;
    EXPECT_EQ(refusal_of(with(at::base_offset, std::int64_t{7})), BatchError::invalid_record);
    EXPECT_EQ(refusal_of(with(at::records_count, 0)), BatchError::invalid_record);
    EXPECT_EQ(refusal_of(with(at::records_count, -1)), BatchError::invalid_record);
    EXPECT_EQ(refusal_of(with(at::records_count, 4)), BatchError::invalid_record);
    EXPECT_EQ(refusal_of(with(at::last_offset_delta, -1)), BatchError::invalid_record);
    EXPECT_EQ(refusal_of(with(at::last_offset_delta, -1, with(at::records_count, 0))),
              BatchError::invalid_record);
    auto lowest = std::numeric_limits<std::int32_t>::min();
    EXPECT_EQ(refusal_of(with(at::last_offset_delta, std::numeric_limits<std::int32_t>::max(),
                              with(at::records_count, lowest))),
              BatchError::invalid_record);
}

TEST(Validate, RefusesWhatOnlyABrokerWrites) {
    EXPECT_EQ(refusal_of(with(batch_layout::attributes, BatchAttributes::control_bit)),
              BatchError::invalid_record);
    EXPECT_EQ(refusal_of(with(batch_layout::attributes, BatchAttributes::log_append_time_bit)),
              BatchError::invalid_timestamp);
}

TEST(Validate, WantsProducerEpochAndSequenceTogether) {
    struct Case {
        std::int64_t producer_id;
        std::int16_t epoch;
        std::int32_t sequence;
        std::int16_t attributes;
        bool         taken;
    };
    for (const Case& c : {Case{7, 0, 0, 0, true}, Case{7, 0, 0, BatchAttributes::transactional_bit, true},
                          Case{7, 0, -1, 0, false}, Case{7, -1, 0, 0, false}, Case{-2, 0, 0, 0, false},
                          Case{-1, -1, -1, BatchAttributes::transactional_bit, false}}) {
        Bytes batch = with(batch_layout::producer_id, c.producer_id);
        batch = with(batch_layout::producer_epoch, c.epoch, batch);
        batch = with(batch_layout::base_sequence, c.sequence, batch);
        batch = with(batch_layout::attributes, c.attributes, batch);
        EXPECT_EQ(!refusal_of(batch), c.taken) << c.producer_id << " " << c.epoch << " " << c.sequence;
    }
}

TEST(CountOfRecords, SeesALieInAnUncompressedBatchWithoutParsingIt) {
    auto lie = [](std::int32_t count, Compression compression) {
        Bytes batch = with(batch_layout::records_count, count, three_records(compression));
        return with(batch_layout::last_offset_delta, count - 1, batch);
    };
    EXPECT_EQ(count_of_records(*BatchView::first(three_records().view())), RecordCount::right);
    EXPECT_EQ(count_of_records(*BatchView::first(three_records(Compression::lz4).view())),
              RecordCount::hidden);
    for (std::int32_t count : {1, 2, 4, std::numeric_limits<std::int32_t>::max()}) {
        Bytes plain = lie(count, Compression::none);
        EXPECT_EQ(refusal_of(plain), std::nullopt);
        EXPECT_EQ(count_of_records(*BatchView::first(plain.view())), RecordCount::wrong) << count;
        EXPECT_EQ(deep_refusal_of(plain), BatchError::invalid_record);
        EXPECT_EQ(deep_refusal_of(lie(count, Compression::zstd)), BatchError::invalid_record);
    }
}

TEST(ValidateRecords, RefusesRecordsWhoseSizesContradictEachOther) {
    // attributes, timestamp delta, offset delta, key -1, value -1, no headers
    EXPECT_EQ(deep_refusal_of(batch_around(body_of({0, 0, 0, 1, 1, 0}), 1)), std::nullopt);
    const std::vector<std::vector<std::byte>> broken{
        {},                                   // no record at all
        {std::byte{1}},                       // a negative length
        {std::byte{0}},                       // an empty record
        body_of({0, 0, 0, 1, 1}),             // no header count
        body_of({0, 0, 0, 1, 1, 0, 0}),       // a byte too many
        body_of({0, 0, 0, 20, 1, 0}),         // a key beyond the record
        body_of({0, 0, 0, 1, 20, 0}),         // a value beyond the record
        body_of({0, 0, 0, 1, 1, 2}),          // a header that is not there
        body_of({0, 0, 0, 1, 1, 1}),          // a negative count of headers
        body_of({0, 0, 0, 1, 1, 2, 1, 1}),    // a header without a name
        body_of({0, 0, 0, 1, 1, 2, 0, 8}),    // a header's value beyond the record
        body_of({0, 0, 0, 1, 1, 2, 0, 1, 0}), // a byte after the last header
        body_of({0, 0, 2, 1, 1, 0}),          // the offset delta 1 on the first record
        body_of({0, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128}), // a delta that does not end
    };
    for (std::size_t i = 0; i < broken.size(); i++) {
        EXPECT_EQ(deep_refusal_of(batch_around(broken[i], 1)), BatchError::invalid_record) << i;
    }
    EXPECT_EQ(deep_refusal_of(batch_around({}, 2147483647)), BatchError::invalid_record);
}

TEST(ValidateRecords, RefusesWhatDoesNotDecompressAndWhatDecompressesTooFar) {
    Bytes torn = with(batch_layout::attributes, std::int16_t{1});
    EXPECT_EQ(deep_refusal_of(torn), BatchError::corrupt);
    BatchBuilder builder({.compression = Compression::zstd});
    std::string  zeros(1 << 20, '\0');
    Bytes        bomb = builder.add({.value = as_bytes(zeros)}).build();
    ASSERT_LT(bomb.size(), 1000u);
    auto outcome = validate_records(*BatchView::first(bomb.view()), {.bytes_max = 100'000});
    EXPECT_EQ(outcome.error().code, BatchError::too_large);
}

TEST(ValidateRecords, NamesTheRecordsWithoutAKeyOnACompactedTopic) {
    BatchBuilder builder({.compression = Compression::gzip});
    for (int i = 0; i < 100; i++) {
        auto key = i % 10 == 5 ? std::nullopt : std::optional(as_bytes("key"));
        builder.add({.timestamp = {5}, .key = key});
    }
    Bytes batch = builder.build();
    auto  problems = validate_records(*BatchView::first(batch.view()), {.keys = Keys::required});
    ASSERT_EQ(problems->size(), 10u);
    for (std::size_t i = 0; i < 10; i++) {
        EXPECT_EQ((*problems)[i].batch_index, static_cast<std::int32_t>(i * 10 + 5));
        EXPECT_EQ((*problems)[i].code, BatchError::invalid_record);
    }
    EXPECT_TRUE(validate_records(*BatchView::first(batch.view()), {})->empty());
}

TEST(ValidateRecords, NamesTheRecordsOutsideTheTopicsTimes) {
    auto         furthest = std::numeric_limits<std::int64_t>::max();
    auto         earliest = std::numeric_limits<std::int64_t>::min();
    BatchBuilder builder({});
    for (std::int64_t ms : {900L, 899L, 1050L, 1051L, -1L, furthest, earliest})
        builder.add({.timestamp = {ms}});
    Bytes                     batch = builder.build();
    RecordRules               rules{.now = {1000}, .before_max_ms = 100, .after_max_ms = 50};
    auto                      problems = validate_records(*BatchView::first(batch.view()), rules);
    std::vector<std::int32_t> indexes;
    for (const RecordProblem& problem : *problems) {
        indexes.push_back(problem.batch_index);
        EXPECT_EQ(problem.code, BatchError::invalid_timestamp);
    }
    EXPECT_EQ(indexes, (std::vector<std::int32_t>{1, 3, 5, 6}));
    EXPECT_TRUE(validate_records(*BatchView::first(batch.view()), {.now = {1000}})->empty());
}

} // namespace
} // namespace riacho::kafka
