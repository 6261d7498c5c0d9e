# Everything that is not ours. What for and why this one: docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(GTest REQUIRED)
find_package(CLI11 REQUIRED)

# static_library(NAME FILE...): an imported target for archives that ship no CMake config.
function(static_library name)
    add_library(${name} INTERFACE)
    foreach(file ${ARGN})
        find_library(${name}_${file} NAMES lib${file}.a REQUIRED)
        target_link_libraries(${name} INTERFACE ${${name}_${file}})
    endforeach()
endfunction()

static_library(compression zstd lz4 snappy z)
static_library(jemalloc jemalloc)
static_library(pcre2 pcre2-8)
target_compile_definitions(pcre2 INTERFACE PCRE2_CODE_UNIT_WIDTH=8)
static_library(nghttp2 nghttp2)

# Debian ships fmt as a shared library only; its implementation is one file of ours (src/base/fmt/).
find_path(FMT_INCLUDE fmt/format-inl.h REQUIRED)
add_library(fmt_static STATIC cmake/fmt.cpp)
target_include_directories(fmt_static SYSTEM PUBLIC ${FMT_INCLUDE})

# librdkafka comes from its npm package; ./setup builds it there.
set(RDKAFKA_ROOT "${CMAKE_SOURCE_DIR}/build/third_party/librdkafka" CACHE PATH "Where ./setup left librdkafka")
add_library(rdkafka_static INTERFACE)
target_include_directories(rdkafka_static SYSTEM INTERFACE ${RDKAFKA_ROOT}/include)
target_link_libraries(rdkafka_static INTERFACE ${RDKAFKA_ROOT}/lib/librdkafka.a compression OpenSSL::SSL
                                               OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS} m)
