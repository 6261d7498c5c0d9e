import { describe, expect, test } from "vitest";
import { difference, isInt64, isOffset, largest, shareOf, sum } from "../src/api/numbers";

describe("64-bit numbers", () => {
    test("are added and subtracted beyond 53 bits", () => {
        expect(difference("9223372036854775807", "9007199254740993")).toBe("9214364837600034814");
        expect(sum(["9007199254740993", null, "2"])).toBe("9007199254740995");
        expect(largest(["3", null, "9007199254740993", "9007199254740992"])).toBe("9007199254740993");
    });
    test("stay unknown where one is unknown", () => {
        expect(difference(null, "1")).toBeNull();
        expect(sum([null, null])).toBeNull();
    });
    test("are told from other text, and from what does not fit", () => {
        for (const text of ["0", "-1", "9223372036854775807", "-9223372036854775808"]) expect(isInt64(text)).toBe(true);
        for (const text of ["", "1e3", "1.5", "9223372036854775808", " 1", "0x1"]) expect(isInt64(text)).toBe(false);
        expect(isOffset("-1")).toBe(false);
    });
    test("have a share of the whole for bars", () => {
        expect(shareOf("1", "4")).toBe(0.25);
        expect(shareOf("9", "0")).toBe(0);
        expect(shareOf("9223372036854775807", "9223372036854775807")).toBe(1);
    });
});
