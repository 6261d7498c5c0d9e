#pragma once

#include "base/outcome.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Prometheus' text format 0.0.4, read: what an exporter says about something, one sample in a line.
namespace riacho::data {

struct ExpositionSample {
    using Label = std::pair<std::string, std::string>;

    std::string        name;
    std::vector<Label> labels;
    double             value = 0; ///< may be infinite, or no number

    /// Null where there is none of this name.
    const std::string* label(std::string_view of) const;
};

enum class ExpositionError {
    malformed, ///< not the format
    too_large, ///< more than the limits
};

struct ExpositionLimits {
    std::size_t bytes_max = 32 << 20;
    std::size_t line_max = 64 << 10; ///< and so what is held at one time
    std::size_t labels_max = 64;     ///< of one sample
};

/// Takes a page in pieces of any size and gives each sample once its line is whole. Names, labels, escapes,
/// values and times are read strictly; what a comment says is not looked at. Failures name the line. Once it
/// has failed it is not fed any more.
class ExpositionReader {
public:
    using Sink = std::function<void(const ExpositionSample&)>;
    explicit ExpositionReader(Sink sink, ExpositionLimits limits = {})
        : sink_(std::move(sink)), limits_(limits) {}

    Outcome<void, ExpositionError> feed(std::string_view piece);
    /// The page ends here: its last line must have ended, or something is missing.
    Outcome<void, ExpositionError> end() const;

private:
    Outcome<void, ExpositionError> read_line(std::string_view line);

    Sink             sink_;
    ExpositionLimits limits_;
    std::string      begun_; ///< of a line
    ExpositionSample sample_;
    std::size_t      bytes_ = 0;
    std::size_t      lines_ = 0;
};

} // namespace riacho::data
