import { expect, test } from "vitest";
import { EventParser } from "../src/api/events";

const stream = ': awake\n\nevent: message\ndata: {"a":1}\n\nevent: progress\r\ndata: 1\r\ndata:2\r\n\r\ndata: plain\n\n';
const events = [
    { event: "message", data: '{"a":1}' },
    { event: "progress", data: "1\n2" },
    { event: "message", data: "plain" },
];

test("events are found however the stream is cut", () => {
    for (let size = 1; size <= stream.length; ++size) {
        const parser = new EventParser();
        const found = [];
        for (let at = 0; at < stream.length; at += size) found.push(...parser.feed(stream.slice(at, at + size)));
        expect(found, `pieces of ${size}`).toEqual(events);
    }
});

test("an event without its empty line is not given out", () => {
    const parser = new EventParser();
    expect(parser.feed("event: done\ndata: {}\n")).toEqual([]);
    expect(parser.feed("\n")).toEqual([{ event: "done", data: "{}" }]);
});
