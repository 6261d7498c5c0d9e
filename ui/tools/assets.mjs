// node tools/assets.mjs FOLDER: from FOLDER/page to FOLDER/packed/*, assets.S (.incbin, read-only) and assets.cpp.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { parse } from "yaml";

const folder = process.argv[2];
const page = join(folder, "page");
const packed = join(folder, "packed");
const packedWell = [".woff2", ".png"]; // formats that are compressed already

rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });

const contract = parse(readFileSync(new URL("../../src/console/openapi.yaml", import.meta.url), "utf8"));
writeFileSync(join(page, "openapi.json"), JSON.stringify(contract));

const names = readdirSync(page, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(page.length + 1))
    .sort();

const assets = names.map((name, index) => {
    const bytes = readFileSync(join(page, name));
    const gzip = !packedWell.some((end) => name.endsWith(end));
    const kept = gzip ? gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }) : bytes;
    const file = join(packed, String(index));
    writeFileSync(file, kept);
    const sum = createHash("sha256").update(kept).digest("hex").slice(0, 16); // so that a new content is a new text
    return { name, index, file, gzip, sum, forever: name.startsWith("assets/") };
});

const assembly = assets.map(
    ({ name, index, file, sum }) => `# ${name} ${sum}
    .global page_asset_${index}, page_asset_${index}_end
page_asset_${index}:
    .incbin "${file}"
page_asset_${index}_end:`,
);
writeFileSync(join(folder, "assets.S"), `# Made by ui/tools/assets.mjs.
    .section .rodata
${assembly.join("\n")}
    .section .note.GNU-stack,"",%progbits
`);

const declared = assets.map(({ index }) => `extern const std::byte page_asset_${index}[];\nextern const std::byte page_asset_${index}_end[];`);
const rows = assets.map(
    ({ name, index, gzip, forever }) =>
        `        {"${name}", {page_asset_${index}, page_asset_${index}_end}, http::Asset::Form::${gzip ? "gzip" : "plain"}, http::Asset::Caching::${forever ? "forever" : "revalidated"}},`,
);
writeFileSync(join(folder, "assets.cpp"), `// Made by ui/tools/assets.mjs.
#include "console/page.hpp"

#include <cstddef>

extern "C" {
${declared.join("\n")}
}

namespace riacho::console {

std::span<const http::Asset> page_assets() {
    static const http::Asset assets[] = {
${rows.join("\n")}
    };
    return assets;
}

} // namespace riacho::console
`);
