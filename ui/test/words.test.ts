import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { languageOf } from "../src/i18n";
import { english } from "../src/i18n/english";
import { portuguese } from "../src/i18n/portuguese";

type Tree = { [name: string]: string | Tree };
const flat = (tree: Tree, prefix = ""): [string, string][] =>
    Object.entries(tree).flatMap(([name, value]) => (typeof value === "string" ? [[prefix + name, value] as [string, string]] : flat(value, `${prefix}${name}.`)));
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

const source = join(import.meta.dirname, "../src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx"));
const read = new Set(["aria-label", "title", "label", "placeholder", "alt", "description"]); // attributes that people read
const names = new Set(["Riacho"]); // what is the same in every language

/** Words that stand in a component itself: text between tags, and texts of attributes that people read. */
function literals(name: string, text: string): string[] {
    const found: string[] = [];
    const hasWords = (words: string) => /\p{L}/u.test(words) && !names.has(words.trim());
    const visit = (node: ts.Node): void => {
        if (ts.isJsxText(node) && hasWords(node.text)) found.push(node.text.trim());
        if (ts.isJsxAttribute(node) && node.initializer && ts.isStringLiteral(node.initializer) && read.has(node.name.getText()) && hasWords(node.initializer.text)) {
            found.push(node.initializer.text);
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
    return found;
}

describe("both languages", () => {
    const [left, right] = [new Map(flat(english)), new Map(flat(portuguese))];
    test("have the same texts with the same holes, and none is empty", () => {
        expect([...right.keys()]).toEqual([...left.keys()]);
        for (const [key, text] of left) {
            expect(text.trim(), key).not.toBe("");
            expect(right.get(key)?.trim(), key).not.toBe("");
            expect(holes(right.get(key) ?? ""), key).toEqual(holes(text));
        }
    });
    test("have no text that nothing uses", () => {
        const all = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(join(source, name), "utf8")).join("\n");
        const dynamic = [...all.matchAll(/`([a-z]+(?:\.[a-zA-Z]+)*\.)\$\{/g)].map((match) => match[1] ?? "");
        const unused = [...left.keys()].filter((key) => !all.includes(`"${key}"`) && !dynamic.some((start) => key.startsWith(start)));
        expect(unused).toEqual([]);
    });
    test("are chosen by what the browser wishes", () => {
        expect(languageOf(["pt-PT", "en"])).toBe("pt-BR");
        expect(languageOf(["de", "en-GB", "pt"])).toBe("en");
        expect(languageOf(["de"])).toBe("en");
    });
});

describe("components", () => {
    test.each(files)("%s has no words of its own", (name) => {
        expect(literals(name, readFileSync(join(source, name), "utf8"))).toEqual([]);
    });
    test("with words of their own are found", () => {
        expect(literals("planted.tsx", 'const a = <p title="Hello">World {x} · <b aria-label={t("a")}>1</b></p>;')).toEqual(["Hello", "World"]);
    });
    test("never take text for HTML", () => {
        for (const name of files) expect(readFileSync(join(source, name), "utf8"), name).not.toMatch(/dangerouslySetInnerHTML|innerHTML/);
    });
});
