// The clusters of the mock. Each is in a state that the page must be able to show; its name says which.
import { between, hash, pick } from "./random.mjs";

const domains = ["orders", "payments", "shipments", "inventory", "customers", "invoices", "clicks", "sessions", "emails", "audit"];
const verbs = ["created", "updated", "cancelled", "approved", "failed", "dlq", "changelog", "snapshot", "v2", "events"];
const services = ["billing", "warehouse", "mailer", "search-indexer", "fraud-detection", "reporting", "mobile-push", "crm-sync"];

function topicNames(count) {
    const names = new Set(["meu-topico"]);
    for (let number = 0; names.size < count; ++number) {
        const name = `${domains[number % 10]}.${verbs[Math.floor(number / 10) % 10]}`;
        names.add(number < 100 ? name : `${name}.${String(Math.floor(number / 100)).padStart(3, "0")}`);
    }
    return [...names];
}

function topic(cluster, name, brokers) {
    const partitions = name === "meu-topico" ? 1 : pick([1, 3, 6, 12], cluster, name);
    const replicas = Math.min(3, brokers);
    return {
        name, internal: name.startsWith("__"), configs: name.includes("changelog") ? { "cleanup.policy": "compact" } : {},
        id: Buffer.from(name.padEnd(16, "x").slice(0, 16)).toString("base64url"),
        produced: new Map(),
        partitions: Array.from({ length: partitions }, (_, index) => {
            const first = between(1, brokers, cluster, name, index);
            const start = name !== "meu-topico" && hash(name, index) % 3 === 0 ? between(0, 4000, name) : 0;
            return {
                partition: index, leader: first,
                replicas: Array.from({ length: replicas }, (_, next) => ((first + next - 1) % brokers) + 1),
                start, end: name === "meu-topico" ? 3 : start + between(0, 90000, name, "end", index),
            };
        }),
    };
}

function group(cluster, name, topics) {
    const chosen = [0, 1, 2].map((index) => topics[hash(cluster, name, index) % topics.length]);
    const read = name === "meu-grupo" ? topics.slice(0, 1) : [...new Set(chosen)];
    const state = pick(["stable", "stable", "stable", "empty", "preparing_rebalance"], cluster, name);
    const members = state === "empty" ? 0 : between(1, 3, name);
    return {
        group: name, state, members, type: pick(["classic", "classic", "consumer"], name),
        offsets: read.flatMap((one) => one.partitions.map((partition) => ({
            topic: one.name, partition: partition.partition,
            committed: Math.max(partition.start, partition.end - (hash(name, partition.partition) % 5 === 0 ? between(0, 9000, name) : between(0, 40, name))),
        }))),
    };
}

function make(name, { topics = 14, groups = 8, brokers = 1, bootstrap = ["127.0.0.1:9092"], behave = "answer", kind = "riacho" }) {
    const list = topicNames(topics).slice(0, topics).map((one) => topic(name, one, brokers));
    if (topics > 1) list.push(topic(name, "__consumer_offsets", brokers));
    const groupNames = Array.from({ length: groups }, (_, index) =>
        index === 0 ? "meu-grupo" : `${services[index % 8]}${index < 8 ? "" : `-${String(Math.floor(index / 8)).padStart(4, "0")}`}`);
    const read = list.filter((one) => !one.internal);
    return {
        name, kind, behave, bootstrap, brokers,
        down: name === "production" ? [3] : [],
        topics: new Map(list.map((one) => [one.name, one])),
        groups: new Map(groupNames.map((one) => [one, group(name, one, read)])),
        brokerConfigs: {},
    };
}

/** Lists that nobody has and that must work: 10,000 partitions, members, and topics of a group. */
function widen(cluster, count) {
    const wide = topic(cluster.name, "wide", cluster.brokers);
    wide.partitions = Array.from({ length: count }, (_, partition) => ({ partition, leader: (partition % cluster.brokers) + 1, replicas: [1, 2, 3], start: 0, end: between(0, 9000, "wide", partition) }));
    cluster.topics.set(wide.name, wide);
    const narrow = [...cluster.topics.values()].filter((one) => !one.internal).slice(0, count);
    const read = (one, partition) => ({ topic: one.name, partition, committed: Math.max(one.partitions[partition].start, one.partitions[partition].end - between(0, 40, one.name, partition)) });
    const all = wide.partitions.map(({ partition }) => read(wide, partition));
    for (const [name, members, offsets] of [["crowd", count, all], ["alone", 1, all.map((one) => ({ ...one }))], ["broad", 0, narrow.map((one) => read(one, 0))]]) {
        cluster.groups.set(name, { group: name, state: members ? "stable" : "empty", members, type: "classic", offsets });
    }
    return cluster;
}

export function makeClusters() {
    const production = ["kafka-1.internal:9092", "kafka-2.internal:9092", "kafka-3.internal:9092"];
    const list = [
        make("riacho", {}),
        make("production", { topics: 42, groups: 21, brokers: 3, bootstrap: production, kind: "kafka" }),
        widen(make("large", { topics: 9999, groups: 9997, brokers: 3, kind: "kafka" }), 10000),
        make("one", { topics: 1, groups: 1 }),
        make("empty", { topics: 0, groups: 0 }),
        make("loading", { topics: 0, groups: 0, behave: "wait" }),
        make("error", { topics: 0, groups: 0, behave: "fail", bootstrap: ["10.9.8.7:9092"] }),
    ];
    return new Map(list.map((one) => [one.name, one]));
}
