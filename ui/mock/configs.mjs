// A few of Kafka's configs, enough for every kind of field that the page has.
const table = [
    ["cleanup.policy", "list", "delete", "What happens to old messages: delete them, keep the newest of each key, or both.", { choices: ["delete", "compact"] }],
    ["compression.type", "string", "producer", "The codec that batches are kept in; `producer` keeps them as they come.", { choices: ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"] }],
    ["delete.retention.ms", "long", "86400000", "How long the marker of a deleted key stays after compaction.", { unit: "ms" }],
    ["file.delete.delay.ms", "long", "60000", "How long a file stays on the disk after it was taken out of use.", { unit: "ms" }],
    ["max.compaction.lag.ms", "long", "9223372036854775807", "How long a message may wait for compaction at most.", { unit: "ms" }],
    ["max.message.bytes", "int", "1048588", "The largest batch that the topic takes, after compression.", { unit: "bytes" }],
    ["message.timestamp.type", "string", "CreateTime", "Whether a message carries the time it was made or the time it was appended.", { choices: ["CreateTime", "LogAppendTime"] }],
    ["min.cleanable.dirty.ratio", "double", "0.5", "How much of the log must be new before it is compacted."],
    ["min.insync.replicas", "int", "1", "How many replicas must have a message before `acks=all` is answered."],
    ["preallocate", "boolean", "false", "Whether a segment's file is made in its full size at once."],
    ["retention.bytes", "long", "-1", "How large a partition may become before its oldest segments are deleted; -1 for any size.", { unit: "bytes" }],
    ["retention.ms", "long", "604800000", "How old messages may become before their segments are deleted; -1 for any age.", { unit: "ms" }],
    ["segment.bytes", "int", "1073741824", "The size at which a new segment begins.", { unit: "bytes" }],
    ["segment.ms", "long", "604800000", "The age at which a new segment begins.", { unit: "ms" }],
    ["unclean.leader.election.enable", "boolean", "false", "Whether a replica that was not in sync may lead when no other is left, losing messages."],
];
const brokerNames = {
    "retention.ms": "log.retention.ms", "retention.bytes": "log.retention.bytes", "segment.bytes": "log.segment.bytes",
    "cleanup.policy": "log.cleanup.policy", "max.message.bytes": "message.max.bytes", "segment.ms": "log.roll.ms",
};
const brokerOnly = [
    ["advertised.listeners", "string", "PLAINTEXT://127.0.0.1:9092", "The addresses that clients are told.", { source: "static" }],
    ["background.threads", "int", "10", "Threads for work that nobody waits for."],
    ["log.dirs", "string", "/var/lib/riacho", "The folders that logs are kept in.", { source: "static", read_only: true }],
    ["node.id", "int", "1", "The broker's id.", { source: "static", read_only: true }],
    ["num.io.threads", "int", "8", "Threads that serve requests."],
    ["ssl.keystore.password", "password", null, "The password of the key store.", { sensitive: true }],
];

function row([name, type, value, documentation, more = {}], set, source) {
    const changed = set !== undefined;
    const synonym = brokerNames[name] ?? name;
    const synonyms = changed ? [{ name, value: set, source }] : [];
    synonyms.push({ name: synonym, value, source: "default" });
    return {
        name, value: changed ? set : value, default: value, source: changed ? source : "default", type,
        sensitive: false, read_only: false, documentation, synonyms, ...more,
    };
}

export const topicConfigs = (set = {}) => table.map((one) => row(one, set[one[0]], "topic"));
export const brokerConfigs = (set = {}) =>
    [...brokerOnly, ...table.map((one) => [brokerNames[one[0]] ?? `log.${one[0]}`, ...one.slice(1)])]
        .sort((a, b) => a[0].localeCompare(b[0]))
        .map((one) => row(one, set[one[0]], "broker"));

/** The configs after the changes, or the name and value of the first that cannot be. */
export function changed(set, changes) {
    const next = { ...set };
    for (const { name, operation, value } of changes) {
        const known = [...table, ...brokerOnly].find((one) => one[0] === name || brokerNames[one[0]] === name);
        if (!known) return { refused: `Unknown topic config name: ${name}` };
        const number = ["int", "long", "double"].includes(known[1]);
        if (operation !== "delete" && number && !/^-?\d+(\.\d+)?$/.test(value)) {
            return { refused: `Invalid value ${value} for configuration ${name}: Not a number of type ${known[1].toUpperCase()}` };
        }
        if (operation === "delete") delete next[name];
        else next[name] = value;
    }
    return { next };
}
