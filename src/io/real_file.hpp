#pragma once

#include "io/descriptor.hpp"
#include "io/disk.hpp"

namespace riacho::io {

/// An open file of a RealDisk.
class RealFile final : public File {
public:
    RealFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    Task<std::size_t>   read(std::uint64_t at, std::span<std::byte> into) override;
    Task<>              write(std::uint64_t at, std::vector<ByteView> pieces) override;
    void                start_writing(std::uint64_t at, std::uint64_t size) override;
    Task<>              sync() override;
    Task<>              truncate(std::uint64_t size) override;
    Task<std::uint64_t> size() override;

private:
    [[noreturn]] void fail(std::string_view operation) const; // with errno

    Descriptor  descriptor_;
    std::string path_;
};

} // namespace riacho::io
