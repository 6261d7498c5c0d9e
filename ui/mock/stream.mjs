// The search as server-sent events, and the live tail of RATE messages a second.
import { filterOf, messageOf, rangeOf } from "./messages.mjs";

const tail = Number(process.env.RIACHO_MOCK_TAIL ?? 5000);
const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

async function send(response, text) {
    if (response.write(text)) return;
    await new Promise((resume) => {
        const go = () => {
            response.off("drain", go).off("close", go);
            resume();
        };
        response.on("drain", go).on("close", go);
    });
}
const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

function progress(range, state) {
    const left = range.reduce((total, one) => total + Math.max(0, one.end - one.position), 0);
    return {
        scanned: String(state.scanned), bytes: String(state.scanned * 412), hits: String(state.hits), elapsed_ms: Math.round(performance.now() - state.began),
        share: state.live || state.scanned + left === 0 ? 1 : state.scanned / (state.scanned + left),
        partitions: range.map((one) => ({ partition: one.partition, position: String(one.position), end: String(Math.max(one.end, one.position)) })),
    };
}

/** The next message in order of time, or undefined at the end of all partitions. */
function next(topic, range, limit) {
    let best;
    for (const one of range) {
        if (one.position >= one.end) continue;
        const message = messageOf(topic, one.partition, one.position, limit);
        if (!best || Number(message.timestamp) < Number(best.message.timestamp)) best = { one, message };
    }
    if (best) best.one.position++;
    return best?.message;
}

async function follow(topic, range, response, state) {
    state.live = true;
    let debt = 0;
    let told = 0;
    while (!response.destroyed) {
        await pause(20);
        debt += tail / 50;
        let text = "";
        for (; debt >= 1; --debt) {
            const one = range[state.scanned % range.length];
            const message = messageOf(topic, one.partition, one.position, state.limit);
            topic.partitions[one.partition].end = Math.max(topic.partitions[one.partition].end, ++one.position);
            one.end = one.position;
            state.scanned++;
            if (!state.matches(message)) continue;
            state.hits++;
            text += event("message", { ...message, timestamp: String(Date.now()) });
        }
        if (++told % 12 === 0) text += event("progress", progress(range, state));
        await send(response, text);
    }
}

export async function stream(topic, query, response) {
    const range = rangeOf(topic, query);
    const state = { scanned: 0, hits: 0, began: performance.now(), live: false, matches: filterOf(query), limit: Number(query.get("payload_limit") ?? 4096) };
    const limit = Number(query.get("limit") ?? 200);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.flushHeaders();
    const cursor = Number(query.get("cursor") ?? 0);
    for (let skipped = 0; skipped < cursor; ++skipped) next(topic, range, state.limit);
    while (!response.destroyed && state.hits < limit) {
        const message = next(topic, range, state.limit);
        if (!message) break;
        state.scanned++;
        if (state.matches(message)) {
            state.hits++;
            await send(response, event("message", message));
        }
        if (state.scanned % 2000 === 0) {
            await send(response, event("progress", progress(range, state)));
            await pause(100);
        }
    }
    if (query.get("live") === "true") return follow(topic, range, response, state);
    const reason = range.some((one) => one.position < one.end) ? "limit" : "end";
    const done = progress(range, state);
    await send(response, event("progress", done));
    await send(response, event("done", { reason, cursor: reason === "limit" ? String(cursor + state.scanned) : null, progress: { ...done, share: reason === "end" ? 1 : done.share } }));
    response.end();
}

export function download(topic, query, response) {
    const range = rangeOf(topic, query);
    const matches = filterOf(query);
    const csv = query.get("format") === "csv";
    response.writeHead(200, { "content-type": csv ? "text/csv" : "application/json", "content-disposition": `attachment; filename="${topic.name}.${csv ? "csv" : "json"}"` });
    const quoted = (text) => `"${(/^[=+\-@\t\r]/.test(text ?? "") ? "'" : "") + (text ?? "").replaceAll('"', '""')}"`;
    const lines = [];
    const limit = Number(query.get("limit") ?? 10000);
    for (let message = next(topic, range); message && lines.length < limit; message = next(topic, range)) {
        if (!matches(message)) continue;
        const headers = JSON.stringify(message.headers.map((one) => [one.name, one.value.text]));
        lines.push(csv ? [message.partition, message.offset, new Date(Number(message.timestamp)).toISOString(), quoted(message.key.text), quoted(message.value.text), quoted(headers)].join(",") : JSON.stringify(message));
    }
    response.end(csv ? ["partition,offset,timestamp,key,value,headers", ...lines, ""].join("\r\n") : `[${lines.join(",\n")}]`);
}
