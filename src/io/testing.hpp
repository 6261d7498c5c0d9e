#pragma once

#include "io/simulated_world.hpp"
