import { describe, expect, test } from "vitest";
import { groupsSearch, messageSearch, parseWords, partitionsOf, rangesOf, topicsSearch, wordsOf } from "../src/addresses";
import { pathOf, urlOf } from "../src/api/client";
import { type MessageQuery, newestFirst, parametersOf, queryOf, searchOf, valueError } from "../src/messageQuery";

describe("filters in the address", () => {
    test("come back as they went in", () => {
        const words = { search: "a b&c=1", sort: "size", order: "desc" };
        expect(parseWords(wordsOf(words).slice(1))).toEqual(words);
        expect(wordsOf({ search: "", internal: undefined, live: false })).toBe("");
        expect(parseWords("search=123&partition=0%2C3-5")).toEqual({ search: "123", partition: "0,3-5" });
    });
    test("are dropped where a view does not know them", () => {
        expect(topicsSearch({ sort: "colour", order: "up", internal: "true", search: "x", other: "y" })).toEqual({ search: "x", internal: true });
        expect(groupsSearch({ state: "empty", sort: "lag" })).toEqual({ state: "empty", sort: "lag" });
        expect(messageSearch({ from: "earliest", live: "no" })).toEqual({ from: "earliest" });
    });
    test("name partitions one by one and in ranges", () => {
        expect(partitionsOf("")).toEqual([]);
        expect(partitionsOf("0, 3-5,3")).toEqual([0, 3, 4, 5]);
        for (const wrong of ["a", "1-", "5-3", "-1", "0-99999999"]) expect(partitionsOf(wrong)).toBeUndefined();
    });
});

describe("addresses of the API", () => {
    test("encode every part", () => {
        expect(pathOf("clusters", "a b", "groups", "x/y?#")).toBe("/clusters/a%20b/groups/x%2Fy%3F%23");
        expect(urlOf("/x", { a: "1 2", list: [0, 1], none: undefined, no: false, zero: 0 })).toBe("/api/v1/x?a=1+2&list=0&list=1&zero=0");
    });
});

describe("a search for messages", () => {
    const query: MessageQuery = { start: "offset", value: "9007199254740993", partition: "1-2", kind: "where", filter: "key == 1", limit: "1000" };
    test("goes through the address and back", () => {
        expect(queryOf(searchOf(query))).toEqual(query);
        for (const start of ["last", "live", "earliest"] as const) {
            const other = { ...query, start, value: start === "last" ? "50" : "", limit: "200" };
            expect(queryOf(searchOf(other))).toEqual(other);
        }
    });
    test("has the shortest address for what is asked most", () => {
        expect(searchOf(queryOf({}))).toEqual({});
        expect(parametersOf({})).toMatchObject({ from: "last:200", limit: "200", partition: [] });
    });
    test("asks the API for what it means", () => {
        expect(parametersOf(searchOf(query))).toMatchObject({ from: "offset:9007199254740993", partition: [1, 2], where: "key == 1", limit: "1000" });
        expect(parametersOf({ live: true, text: "a" })).toMatchObject({ live: true, text: "a", limit: undefined });
        expect(parametersOf({ from: "time:2026-01-02T03:04:05Z" }).from).toBe(`time:${Date.UTC(2026, 0, 2, 3, 4, 5)}`);
    });
    test("writes partitions as ranges, and reads them back", () => {
        expect(rangesOf([])).toBe("");
        expect(rangesOf([5, 0, 3, 4, 10])).toBe("0, 3-5, 10");
        expect(partitionsOf(rangesOf(Array.from({ length: 10_000 }, (_, index) => index)))).toHaveLength(10_000);
    });
    test("says which field is wrong", () => {
        expect(valueError(query)).toBeNull();
        expect(valueError({ ...query, value: "-1" })).toBe("offset");
        expect(valueError({ ...query, start: "last", value: "0" })).toBe("number");
        expect(valueError({ ...query, start: "time", value: "soon" })).toBe("time");
        expect(valueError({ ...query, partition: "x" })).toBe("partitions");
    });
    test("shows the newest first where the newest were asked for", () => {
        expect([{}, { live: true as const }, { from: "earliest" }, { from: "offset:3" }].map(newestFirst)).toEqual([true, true, false, false]);
    });
});
