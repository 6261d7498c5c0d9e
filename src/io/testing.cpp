#include "io/testing.hpp"

#include <cerrno>
#include <cstdlib>

namespace riacho::io {
namespace {

std::string make_temporary_folder() {
    const char* parent = std::getenv("TMPDIR");
    std::string path = std::string(parent ? parent : "/tmp") + "/riacho-test-XXXXXX";
    if (!::mkdtemp(path.data())) throw DiskError("make folder", path, errno);
    return path;
}

} // namespace

RealTestWorld::RealTestWorld(std::uint64_t, RealOptions options)
    : folder_(make_temporary_folder()), real_(options) {}

RealTestWorld::~RealTestWorld() {
    try {
        run(disk().remove_folder(folder_));
    } catch (const DiskError&) {} // left behind: the next test has another one
    real_.stop();
}

} // namespace riacho::io
