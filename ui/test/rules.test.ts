import { expect, test } from "vitest";
import { Format } from "../src/i18n/format";
import { inUnits, isWholeNumber, mayClash, nameError, sizes, units } from "../src/topicRules";
import { configsOf, settingsAreWrong, startSettings } from "../src/topicSettings";
import { resetValue } from "../src/resets";

test("names of topics follow Kafka's rules", () => {
    for (const name of ["a", "A.b_c-1", "...", "x".repeat(249)]) expect(nameError(name)).toBeNull();
    expect([nameError(""), nameError("."), nameError(".."), nameError("x".repeat(250)), nameError("a b"), nameError("ção")]).toEqual([
        "required", "dots", "dots", "tooLong", "characters", "characters",
    ]);
    expect([mayClash("a.b_c"), mayClash("a.b")]).toEqual([true, false]);
});

test("amounts become what Kafka wants, without loss", () => {
    expect(inUnits("7", units.d)).toBe("604800000");
    expect(inUnits("8", sizes.GiB)).toBe("8589934592");
    expect(inUnits("9223372036854775807", units.ms)).toBe("9223372036854775807");
    for (const amount of ["", "-1", "1.5", "9223372036854775807"]) expect(inUnits(amount, units.d)).toBeNull();
    expect([isWholeNumber("1", 1, 9), isWholeNumber("0", 1, 9), isWholeNumber("1.0", 1, 9)]).toEqual([true, false, false]);
});

test("only what was chosen is sent with a new topic", () => {
    expect(configsOf(startSettings)).toEqual({});
    const chosen = {
        ...startSettings, cleanup: "compact", inSync: "2", time: { amount: "", unit: "d", unlimited: true },
        message: { amount: "2", unit: "MiB", unlimited: false }, expert: { "segment.ms": "1000", "segment.bytes": "" },
    };
    expect(configsOf(chosen)).toEqual({ "cleanup.policy": "compact", "min.insync.replicas": "2", "retention.ms": "-1", "max.message.bytes": "2097152", "segment.ms": "1000" });
    expect(settingsAreWrong(startSettings)).toBe(false);
    expect(settingsAreWrong({ ...startSettings, replicas: "0" })).toBe(true);
});

test("a reset takes the value that its kind needs", () => {
    expect(resetValue("earliest", "ignored")).toBeNull();
    expect(resetValue("shift", "-10")).toBe("-10");
    expect(resetValue("offset", "-10")).toBeUndefined();
    expect(resetValue("time", "2026-01-02T03:04:05Z")).toBe(String(Date.UTC(2026, 0, 2, 3, 4, 5)));
    expect(resetValue("time", "")).toBeUndefined();
});

test("numbers are written as the language writes them, exactly", () => {
    const [english, portuguese] = [new Format("en"), new Format("pt-BR")];
    expect(english.number("9223372036854775807")).toBe("9,223,372,036,854,775,807");
    expect(portuguese.number("9223372036854775807")).toBe("9.223.372.036.854.775.807");
    expect(english.bytes("1536")).toBe("1.5 KiB");
    expect(portuguese.bytes("1536")).toBe("1,5 KiB");
    expect([english.number(null), english.bytes(null), english.rate(null), english.time(null)]).toEqual(["–", "–", "–", "–"]);
    expect([english.duration("604800000"), english.duration("1500"), english.duration("-1")]).toEqual(["7 d", "1,500 ms", "-1"]);
});
