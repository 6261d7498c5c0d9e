// Writes src/api/types.ts from the schemas of src/console/openapi.yaml, so that the page cannot know another API.
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { parse } from "yaml";

const contract = new URL("../../src/console/openapi.yaml", import.meta.url);
const target = new URL("../src/api/types.ts", import.meta.url);

function objectOf(schema) {
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(schema.properties ?? {}).map(
        ([name, field]) => `${name}${required.has(name) ? "" : "?"}: ${typeOf(field)};`,
    );
    if (fields.length === 0) {
        const values = schema.additionalProperties;
        return `Record<string, ${values && typeof values === "object" ? typeOf(values) : "unknown"}>`;
    }
    return `{ ${fields.join(" ")} }`;
}

function typeOf(schema) {
    if (schema.$ref) return schema.$ref.split("/").at(-1);
    if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    const types = [schema.type].flat();
    return types
        .map((type) => {
            if (type === "integer") return "number";
            if (type === "array") return `Array<${typeOf(schema.items)}>`;
            if (type === "object") return objectOf(schema);
            return type;
        })
        .join(" | ");
}

const { components } = parse(readFileSync(contract, "utf8"));
const lines = Object.entries(components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`);
const text = `// Made by tools/types.mjs from src/console/openapi.yaml.\n${lines.join("\n")}\n`;
if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
