import { describe, expect, test } from "vitest";
import { base64OfBytes, inputOf, isBase64, newPayload, prettyJson } from "../src/payloads";

const payload = (format: "text" | "hex" | "null" | "empty" | "schema_id", text: string | null) => ({ format, text, size: "1", truncated: false });

describe("JSON for people", () => {
    test("keeps numbers, escapes and the order of names as they are", () => {
        const text = '{"b":9007199254740993,"a":1.10,"s":"x,{\\"y\\":1}","e":{},"l":[1,[],"é"]}';
        const pretty = prettyJson(text);
        expect(pretty).toContain('"b": 9007199254740993,\n  "a": 1.10');
        expect(pretty).toContain('"s": "x,{\\"y\\":1}"');
        expect(pretty).toContain('"e": {}');
        expect(pretty.replace(/\n\s*|(?<=:) /g, "")).toBe(text);
    });
    test("does not break on what was cut in the middle", () => {
        expect(prettyJson('{"a":"no end')).toBe('{\n  "a": "no end');
        expect(prettyJson("}}")).toContain("}");
    });
});

describe("a message to produce", () => {
    test("has each part as text, as Base64 or as nothing", () => {
        expect(newPayload({ format: "text", text: "" })).toEqual({ text: "" });
        expect(newPayload({ format: "base64", text: "AAE=" })).toEqual({ base64: "AAE=" });
        expect(newPayload({ format: "null", text: "left over" })).toBeNull();
    });
    test("has the bytes of the message it repeats", () => {
        expect(inputOf(payload("hex", "00ff10"))).toEqual({ format: "base64", text: "AP8Q" });
        expect(inputOf(payload("empty", ""))).toEqual({ format: "text", text: "" });
        expect(inputOf(payload("null", null))).toEqual({ format: "null", text: "" });
        expect(inputOf(payload("schema_id", "0a"))).toBeNull(); // the page asks for the bytes
        expect(base64OfBytes(new Uint8Array([0, 255, 16]))).toBe("AP8Q");
    });
    test("is told what is Base64", () => {
        for (const text of ["", "AAE=", "AP8Q", "AA=="]) expect(isBase64(text)).toBe(true);
        for (const text of ["A", "AA", "AAE", "A-8Q", "A==="]) expect(isBase64(text)).toBe(false);
    });
});
