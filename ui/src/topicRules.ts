// Kafka's rules for what a person types, so that most errors are seen before anything is sent.
import { isInt64 } from "./api/numbers";

export type NameError = "required" | "tooLong" | "characters" | "dots";

export function nameError(name: string): NameError | null {
    if (name === "") return "required";
    if (name === "." || name === "..") return "dots";
    if (name.length > 249) return "tooLong";
    return /^[a-zA-Z0-9._-]+$/.test(name) ? null : "characters";
}

/** Metrics write both as `_`, so that `a.b` and `a_b` become one. */
export const mayClash = (name: string): boolean => name.includes(".") && name.includes("_");

export function isWholeNumber(text: string, low: number, high: number): boolean {
    return /^\d{1,10}$/.test(text) && Number(text) >= low && Number(text) <= high;
}

export const units = { ms: 1n, s: 1000n, min: 60_000n, h: 3_600_000n, d: 86_400_000n } as const;
export const sizes = { B: 1n, KiB: 1024n, MiB: 1024n ** 2n, GiB: 1024n ** 3n } as const;

/** "7" days in milliseconds, as Kafka wants it; null where it is no number or does not fit. */
export function inUnits(amount: string, unit: bigint): string | null {
    if (!/^\d{1,19}$/.test(amount)) return null;
    const value = String(BigInt(amount) * unit);
    return isInt64(value) ? value : null;
}

export type Availability = "maximum" | "moderate" | "low" | "custom";
export const presets = {
    maximum: { replicas: 3, inSync: 2 },
    moderate: { replicas: 2, inSync: 1 },
    low: { replicas: 1, inSync: 1 },
} as const;
