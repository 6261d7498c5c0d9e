import type { NewPayload, Payload } from "./api/types";

const indent = "  ";

/** JSON with line breaks. Its text is not parsed to values, so that 9007199254740993 and 1.10 stay as they are. */
export function prettyJson(text: string): string {
    let out = "";
    let depth = 0;
    for (const token of text.match(/"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^\s[\]{},:"]+/g) ?? []) {
        if (token === "{" || token === "[") {
            out += token + `\n${indent.repeat(++depth)}`;
        } else if (token === "}" || token === "]") {
            depth = Math.max(0, depth - 1);
            const bare = out.trimEnd();
            out = /[{[]$/.test(bare) ? bare + token : `${bare}\n${indent.repeat(depth)}${token}`;
        } else if (token === ",") {
            out += `,\n${indent.repeat(depth)}`;
        } else {
            out += token === ":" ? ": " : token;
        }
    }
    return out;
}

export const shown = (payload: Payload): string =>
    payload.format === "json" || payload.format === "kafka_record" ? prettyJson(payload.text ?? "") : (payload.text ?? "");

export type InputFormat = "text" | "base64" | "null";
export interface PayloadInput {
    format: InputFormat;
    text: string;
}

export const isBase64 = (text: string): boolean => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);

export function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}

export const newPayload = ({ format, text }: PayloadInput): NewPayload =>
    format === "null" ? null : format === "base64" ? { base64: text } : { text };

const base64OfHex = (hex: string): string =>
    btoa((hex.match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(""));

/** What a message had, ready to be produced again byte for byte; null where the page does not have the bytes. */
export function inputOf(payload: Payload): PayloadInput | null {
    switch (payload.format) {
        case "null": return { format: "null", text: "" };
        case "empty": case "text": case "json": return { format: "text", text: payload.text ?? "" };
        case "hex": return { format: "base64", text: base64OfHex(payload.text ?? "") };
        default: return null;
    }
}

export const base64OfBytes = (bytes: Uint8Array): string =>
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
