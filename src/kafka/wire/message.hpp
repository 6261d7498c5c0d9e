#pragma once
// What every generated message header needs.

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "kafka/api_key.hpp"
#include "kafka/error_code.hpp"
#include "kafka/wire/api.hpp"
#include "kafka/wire/field.hpp"
#include "kafka/wire/reader.hpp"
#include "kafka/wire/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>
