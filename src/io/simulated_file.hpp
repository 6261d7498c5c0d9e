#pragma once

#include "io/simulated_disk.hpp"

namespace riacho::io {

/// An open file of a SimulatedDisk; what it was opened as survives renames and removal.
class SimulatedFile final : public File {
public:
    struct Opened {
        std::string   path;
        OpenMode      mode;
        std::uint64_t life;
    };
    SimulatedFile(SimulatedDisk& disk, NodePtr node, Opened opened)
        : disk_(disk), node_(std::move(node)), opened_(std::move(opened)) {}

    Task<std::size_t>   read(std::uint64_t at, std::span<std::byte> into) override;
    Task<>              write(std::uint64_t at, std::vector<ByteView> pieces) override;
    Task<>              sync() override;
    Task<>              truncate(std::uint64_t size) override;
    Task<std::uint64_t> size() override;

private:
    void check_writable(DiskOperation operation) const;

    SimulatedDisk& disk_;
    NodePtr        node_;
    Opened         opened_;
};

class SimulatedLock final : public FileLock {
public:
    SimulatedLock(SimulatedDisk& disk, std::string path, std::uint64_t life)
        : disk_(disk), path_(std::move(path)), life_(life) {}
    SimulatedLock(const SimulatedLock&) = delete;
    SimulatedLock& operator=(const SimulatedLock&) = delete;
    ~SimulatedLock() override {
        if (life_ == disk_.life_) disk_.locked_.erase(path_);
    }

private:
    SimulatedDisk& disk_;
    std::string    path_;
    std::uint64_t  life_;
};

std::string_view name_of(DiskOperation operation);

} // namespace riacho::io
