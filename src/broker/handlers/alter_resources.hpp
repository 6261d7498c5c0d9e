#pragma once

#include "base/outcome.hpp"
#include "broker/metadata/metadata_writer.hpp"
#include "broker/server/api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace riacho::broker {

/// One resource of AlterConfigs or IncrementalAlterConfigs, as it came.
struct ResourceWish {
    struct Config {
        std::string                name;
        std::int8_t                operation = 0;
        std::optional<std::string> value;
    };

    std::int8_t             type = 0;
    std::string             name;
    std::vector<Config>     configs;
    TopicAlteration::Others others = TopicAlteration::Others::stay;
};

/// One answer for each: topics and brokers can be altered.
Task<std::vector<MetadataWriter::Done>> alter_resources(Call& call, std::vector<ResourceWish> wishes,
                                                        Validate validate);

template <class Response>
Response altered_response(const std::vector<ResourceWish>&         wishes,
                          const std::vector<MetadataWriter::Done>& answers) {
    Response response;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        auto& resource = response.responses.emplace_back();
        resource.resource_type = wishes[i].type;
        resource.resource_name = wishes[i].name;
        if (answers[i]) continue;
        resource.error_code = answers[i].error().code;
        resource.error_message = answers[i].error().detail;
    }
    return response;
}

} // namespace riacho::broker
