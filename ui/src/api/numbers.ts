// 64-bit numbers come and go as text. They are added and compared as BigInt, and never become a double on the way.
import type { Int64, MaybeInt64 } from "./types";

export const difference = (a: MaybeInt64, b: MaybeInt64): Int64 | null =>
    a === null || b === null ? null : String(BigInt(a) - BigInt(b));

export function sum(values: readonly MaybeInt64[]): Int64 | null {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : String(known.reduce((total, value) => total + BigInt(value), 0n));
}

export const isInt64 = (text: string): boolean => {
    if (!/^-?\d{1,19}$/.test(text)) return false;
    const value = BigInt(text);
    return value >= -(2n ** 63n) && value < 2n ** 63n;
};

export const isOffset = (text: string): boolean => isInt64(text) && !text.startsWith("-");

/** The part of `whole` that `part` is, 0 to 1, for bars; exact enough for pixels. */
export function shareOf(part: MaybeInt64, whole: MaybeInt64): number {
    if (part === null || whole === null || BigInt(whole) <= 0n) return 0;
    const share = Number((BigInt(part) * 10000n) / BigInt(whole)) / 10000;
    return Math.min(1, Math.max(0, share));
}

export const largest = (values: readonly MaybeInt64[]): Int64 =>
    String(values.reduce((most, value) => (value !== null && BigInt(value) > most ? BigInt(value) : most), 0n));
