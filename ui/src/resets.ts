// Where offsets can be moved to.
import { isInt64, isOffset } from "./api/numbers";

export const kinds = ["earliest", "latest", "time", "offset", "shift", "current"] as const;
export type Kind = (typeof kinds)[number];

/** The value as the API takes it: null where none is needed, undefined where it is none. */
export function resetValue(kind: Kind, text: string): string | null | undefined {
    if (kind === "time") {
        const ms = Date.parse(text);
        return Number.isNaN(ms) ? undefined : String(ms);
    }
    if (kind === "offset") return isOffset(text) ? text : undefined;
    if (kind === "shift") return isInt64(text) ? text : undefined;
    return null;
}
