# page(target): the web page of ui/, built by ui/build.sh when something in it changes, as a library with a table of
# its files (src/console/page.hpp).
function(page target)
    set(folder ${CMAKE_BINARY_DIR}/ui)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/ui/src/* ${CMAKE_SOURCE_DIR}/ui/public/*
         ${CMAKE_SOURCE_DIR}/ui/tools/*)
    list(FILTER sources EXCLUDE REGEX "/src/api/types\\.ts$") # made by the build itself
    add_custom_command(
        OUTPUT ${folder}/assets.S ${folder}/assets.cpp
        COMMAND ${CMAKE_SOURCE_DIR}/ui/build.sh ${folder}
        DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/ui/index.html ${CMAKE_SOURCE_DIR}/ui/vite.config.ts
                ${CMAKE_SOURCE_DIR}/ui/package-lock.json ${CMAKE_SOURCE_DIR}/ui/build.sh
                ${CMAKE_SOURCE_DIR}/ui/install.sh ${CMAKE_SOURCE_DIR}/src/console/openapi.yaml
        COMMENT "Building the page")
    add_library(${target} STATIC ${folder}/assets.S ${folder}/assets.cpp)
    target_link_libraries(${target} PRIVATE http)
endfunction()
