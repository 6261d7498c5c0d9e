// Messages that were never produced: each is made from its topic, partition and offset when it is asked for.
import { badRequest, notFound, Refused } from "./problem.mjs";
import { between, hash, pick } from "./random.mjs";
import { topicOf } from "./topics.mjs";

const began = Date.now();
const customers = ["Ana Souza", "João Pereira", "Mia Chen", "Noah Weber", "Lívia Alves", "Omar Haddad", "Zoë Martin", "<b>Bobby</b>"];

export const payload = (text, format = text === null ? "null" : text === "" ? "empty" : "text", limit = Infinity) => ({
    format, text: text === null ? null : text.slice(0, limit), size: String(text === null ? 0 : Buffer.byteLength(text)), truncated: text !== null && text.length > limit,
});

function valueOf(topic, partition, offset) {
    if (topic.name === "meu-topico") return payload(["Hello", "Kafka", "World"][offset % 3]);
    const kind = hash(topic.name, partition, offset, "kind") % 40;
    if (kind === 0) return payload(null);
    if (kind === 1) return payload("00000003e9120e4e6f7661", "hex");
    if (kind === 2) return payload(String(between(1, 1e9, offset)), "number");
    const order = {
        id: `${topic.name.split(".")[0].slice(0, 3).toUpperCase()}-${100000 + offset}`, customer: { name: pick(customers, topic.name, offset), tier: pick(["free", "plus", "pro"], offset) },
        total: between(100, 99999, topic.name, offset) / 100, account: "9007199254740993", items: Array.from({ length: between(1, 3, offset) }, (_, index) => ({ sku: `SKU-${between(100, 999, offset, index)}`, quantity: between(1, 9, offset, index) })),
    };
    if (kind === 3) order.note = "All work and no play. ".repeat(9000);
    return payload(JSON.stringify(order), "json");
}

function cut(part, limit) {
    return part.text !== null && part.text.length > limit ? { ...part, text: part.text.slice(0, limit), truncated: true } : part;
}

export function messageOf(topic, partition, offset, limit = Infinity) {
    const produced = topic.produced.get(`${partition}/${offset}`);
    const message = produced ?? {
        partition, offset: String(offset), timestamp_type: "create",
        timestamp: String(began - (topic.partitions[partition].end - offset) * 1730 - partition * 311),
        key: hash(topic.name, offset) % 9 === 0 ? payload(null) : payload(`${topic.name.split(".")[0]}-${offset % 977}`),
        value: valueOf(topic, partition, offset),
        headers: topic.name === "meu-topico" ? [] : [
            { name: "trace-id", value: payload(hash(topic.name, partition, offset).toString(16).padStart(8, "0")) },
            { name: "source", value: payload(pick(["web", "mobile", "batch"], offset)) },
        ],
    };
    return { ...message, key: cut(message.key, limit), value: cut(message.value, limit) };
}

/** Enough of expressions to develop against: one comparison, `exists`, or a quoted word, joined by `and`. */
export function compile(where) {
    if (/(?:[=<>]|contains)\s*$/.test(where)) {
        throw badRequest("BAD_EXPRESSION", "Bad Request", "a value is missing here", { position: where.length, hint: "a number, true, false, null or a text in quotes" });
    }
    const tests = where.split(/\s+and\s+/).map((part) => {
        const match = part.trim().match(/^(key|partition|offset|timestamp|value(?:\.[\w[\]*.]+)?|headers\.[\w-]+)\s*(==|=|!=|>=|<=|>|<|contains|exists)\s*(.*)$/);
        if (!match) throw badRequest("BAD_EXPRESSION", "Not an expression", `'${part.trim()}' is not understood.`, { position: where.indexOf(part.trim()), hint: "Write for example: value.total > 10" });
        const literal = match[3].replace(/^"(.*)"$/, "$1");
        return (message) => {
            const found = fieldOf(message, match[1]);
            if (match[2] === "exists") return found !== undefined;
            const pair = Number.isFinite(Number(literal)) && literal !== "" ? [Number(found), Number(literal)] : [String(found), literal];
            return { "==": pair[0] === pair[1], "=": pair[0] === pair[1], "!=": pair[0] !== pair[1], ">": pair[0] > pair[1], "<": pair[0] < pair[1], ">=": pair[0] >= pair[1], "<=": pair[0] <= pair[1], contains: String(found).includes(literal) }[match[2]];
        };
    });
    return (message) => tests.every((test) => test(message));
}

function fieldOf(message, name) {
    const [first, ...path] = name.split(".");
    if (first === "key") return message.key.text;
    if (first === "headers") return message.headers.find((one) => one.name === path.join("."))?.value.text;
    if (first !== "value") return message[first];
    if (path.length === 0) return message.value.text;
    try {
        return path.reduce((found, step) => found?.[step], JSON.parse(message.value.text));
    } catch {
        return undefined;
    }
}

export function filterOf(query) {
    if (query.get("where")) return compile(query.get("where"));
    const text = query.get("text");
    if (!text) return () => true;
    return (message) => [message.key, message.value, ...message.headers.map((one) => one.value)].some((part) => part.text?.includes(text));
}

/** The offsets to look at, in order of time: [partition, first, end] for each partition, then merged. */
export function rangeOf(topic, query) {
    const chosen = query.getAll("partition").map(Number);
    const list = topic.partitions.filter((one) => chosen.length === 0 || chosen.includes(one.partition));
    const [kind, number] = (query.get("from") ?? "last:200").split(/:(.*)/);
    const each = (index) => Math.floor(Number(number) / list.length) + (index < Number(number) % list.length ? 1 : 0);
    return list.map((one, index) => ({
        partition: one.partition, end: one.end,
        position: { earliest: one.start, latest: one.end, offset: Math.min(one.end, Math.max(one.start, Number(number))), last: Math.max(one.start, one.end - each(index)), time: one.start + Math.floor((one.end - one.start) / 2) }[kind],
    }));
}

export function produce(topic, body) {
    const bytes = (part) => (part === null ? payload(null) : "text" in part ? payload(part.text, part.text === "" ? "empty" : /^[[{]/.test(part.text) ? "json" : "text") : payload(Buffer.from(part.base64, "base64").toString("hex"), "hex"));
    const partition = body.partition ?? hash(JSON.stringify(body.key)) % topic.partitions.length;
    if (partition >= topic.partitions.length) throw notFound("UNKNOWN_TOPIC_OR_PARTITION", "partition", String(partition));
    if ((body.value?.text?.length ?? 0) > 1048576) throw new Refused(413, "MESSAGE_TOO_LARGE", "Content Too Large", `The record batch size is ${body.value.text.length} bytes which exceeds the maximum configured value of 1048588`);
    const offset = topic.partitions[partition].end++;
    const timestamp = body.timestamp ?? String(Date.now());
    topic.produced.set(`${partition}/${offset}`, {
        partition, offset: String(offset), timestamp, timestamp_type: "create", key: bytes(body.key), value: bytes(body.value),
        headers: (body.headers ?? []).map((one) => ({ name: one.name, value: bytes(one.value) })),
    });
    return [201, { partition, offset: String(offset), timestamp }];
}

export function messageAt(cluster, path) {
    const topic = topicOf(cluster, path[0]);
    const [partition, offset] = [Number(path[2]), Number(path[3])];
    const held = topic.partitions[partition];
    if (!held || offset < held.start || offset >= held.end) {
        throw new Refused(404, "NO_SUCH_MESSAGE", "No such message", `There is no message at offset ${path[3]} of partition ${path[2]}.`);
    }
    return messageOf(topic, partition, offset);
}
