#pragma once

#include "riacho/consumer.hpp"
#include "riacho/producer.hpp"
