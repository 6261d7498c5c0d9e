// Answers about topics and brokers.
import { brokerConfigs, changed, topicConfigs } from "./configs.mjs";
import { badRequest, notFound, Refused } from "./problem.mjs";
import { between, hash } from "./random.mjs";

const groupsCounted = 1000; // of a cluster with more, topics do not say their groups
const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);
export const bytesOf = (partition) => (partition.end - partition.start) * 412;

/** Searched, sorted and cut as every list of the API. */
export function listOf(query, rows, { name, sorts }) {
    const search = (query.get("search") ?? "").toLowerCase();
    const found = rows.filter((row) => name(row).toLowerCase().includes(search));
    const by = sorts[query.get("sort")] ?? name;
    const order = query.get("order") === "desc" ? -1 : 1;
    const compared = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    found.sort((a, b) => order * compared(by(a), by(b)) || compared(name(a), name(b)));
    const offset = Number(query.get("offset") ?? 0);
    return { total: found.length, items: found.slice(offset, offset + Number(query.get("limit") ?? 100)) };
}

export function topicOf(cluster, name) {
    const topic = cluster.topics.get(name);
    if (!topic) throw notFound("UNKNOWN_TOPIC_OR_PARTITION", "topic", name);
    return topic;
}

const inSync = (cluster, partition) => partition.replicas.filter((broker) => !cluster.down.includes(broker));
const leaderOf = (cluster, partition) => inSync(cluster, partition)[0] ?? null;

export function groupsOf(cluster, topic) {
    return cluster.groups.size > groupsCounted ? [] : [...cluster.groups.values()].filter((one) => one.offsets.some((offset) => offset.topic === topic));
}

export function summaryOf(cluster, topic) {
    const groups = groupsOf(cluster, topic.name);
    const lags = groups.map((one) => sum(one.offsets.filter((offset) => offset.topic === topic.name),
        (offset) => Math.max(0, (topic.partitions[offset.partition]?.end ?? 0) - offset.committed)));
    return {
        name: topic.name, internal: topic.internal, partitions: topic.partitions.length,
        replication_factor: topic.partitions[0]?.replicas.length ?? 0,
        under_replicated: topic.partitions.filter((one) => inSync(cluster, one).length < one.replicas.length).length,
        offline_partitions: topic.partitions.filter((one) => leaderOf(cluster, one) === null).length,
        messages: String(sum(topic.partitions, (one) => one.end - one.start)),
        size: String(sum(topic.partitions, bytesOf)),
        messages_in_rate: topic.internal ? 0 : (hash(topic.name) % 3 === 0 ? 0 : between(1, 4000, topic.name) / 10),
        groups: groups.length, lag: groups.length ? String(Math.max(...lags)) : null,
    };
}

export function detailOf(cluster, topic) {
    return {
        summary: summaryOf(cluster, topic), topic_id: topic.id,
        partitions: topic.partitions.map((one) => ({
            partition: one.partition, leader: leaderOf(cluster, one), leader_epoch: 0, replicas: one.replicas,
            in_sync: inSync(cluster, one), offline: one.replicas.filter((broker) => cluster.down.includes(broker)),
            start: String(one.start), end: String(one.end), size: String(bytesOf(one)),
        })),
    };
}

const listed = (configs, query) => ({ items: configs.filter((one) => one.name.includes(query.get("search") ?? "")) });

function change(holder, field, body, query, configs) {
    const { next, refused } = changed(holder[field], body.changes);
    if (refused) throw badRequest("INVALID_CONFIG", "Invalid config", refused);
    if (query.get("validate_only") !== "true") holder[field] = next;
    return [200, { items: configs(next) }];
}

function create(cluster, query, body) {
    const name = body.name;
    if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === "." || name === "..") {
        throw badRequest("INVALID_TOPIC_EXCEPTION", "Invalid topic", `Topic name is invalid: '${name}'`);
    }
    if (cluster.topics.has(name)) {
        throw new Refused(409, "TOPIC_ALREADY_EXISTS", "The topic exists", `Topic '${name}' already exists.`);
    }
    const factor = body.replication_factor ?? Math.min(3, cluster.brokers);
    if (factor > cluster.brokers) {
        throw badRequest("INVALID_REPLICATION_FACTOR", "Invalid replication factor",
            `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached because only ${cluster.brokers} broker(s) are registered.`);
    }
    const configs = changed({}, Object.entries(body.configs ?? {}).map(([key, value]) => ({ name: key, operation: "set", value })));
    if (configs.refused) throw badRequest("INVALID_CONFIG", "Invalid config", configs.refused);
    const count = body.partitions ?? 1;
    const answer = { name, topic_id: null, partitions: count, replication_factor: factor };
    if (query.get("validate_only") === "true") return [200, answer];
    const id = Buffer.from(name.padEnd(16, "n").slice(0, 16)).toString("base64url");
    cluster.topics.set(name, {
        name, internal: false, configs: configs.next, id, produced: new Map(), partitions: partitionsOf(cluster, 0, count, factor),
    });
    return [201, { ...answer, topic_id: id }];
}

function partitionsOf(cluster, first, end, factor) {
    return Array.from({ length: end - first }, (_, index) => ({
        partition: first + index, leader: 1, start: 0, end: 0,
        replicas: Array.from({ length: factor }, (_, next) => ((index + next) % cluster.brokers) + 1),
    }));
}

function addPartitions(cluster, topic, query, body) {
    const now = topic.partitions.length;
    if (body.total <= now) {
        throw badRequest("INVALID_PARTITIONS", "Invalid partitions",
            `The topic ${topic.name} currently has ${now} partition(s); ${body.total} would not be an increase.`);
    }
    if (query.get("validate_only") !== "true") {
        topic.partitions.push(...partitionsOf(cluster, now, body.total, topic.partitions[0].replicas.length));
    }
    return [200, detailOf(cluster, topic)];
}

function empty(topic, body) {
    const chosen = topic.partitions.filter((one) => !body?.partitions || body.partitions.includes(one.partition));
    for (const one of chosen) one.start = one.end;
    return [200, { partitions: chosen.map((one) => ({ partition: one.partition, start: String(one.start) })) }];
}

const topicSorts = {
    partitions: (row) => row.partitions, messages: (row) => Number(row.messages), size: (row) => Number(row.size),
    rate: (row) => row.messages_in_rate, lag: (row) => Number(row.lag ?? -1),
};

export function topics({ cluster, method, path, query, body, groupSummary }) {
    if (path.length === 0 && method === "GET") {
        const rows = [...cluster.topics.values()].filter((one) => query.get("internal") === "true" || !one.internal);
        return [200, listOf(query, rows.map((one) => summaryOf(cluster, one)), { name: (row) => row.name, sorts: topicSorts })];
    }
    if (path.length === 0 && method === "POST") return create(cluster, query, body);
    const topic = topicOf(cluster, path[0]);
    const what = [method, ...path.slice(1)].join(" ");
    switch (what) {
        case "GET": return [200, detailOf(cluster, topic)];
        case "DELETE": cluster.topics.delete(topic.name); return [204];
        case "POST partitions": return addPartitions(cluster, topic, query, body);
        case "GET configs": return [200, listed(topicConfigs(topic.configs), query)];
        case "PATCH configs": return change(topic, "configs", body, query, topicConfigs);
        case "POST empty": return empty(topic, body);
        case "GET groups":
            return [200, listOf(query, groupsOf(cluster, topic.name).map(groupSummary), { name: (row) => row.group, sorts: {} })];
        default: return undefined;
    }
}

function brokerOf(cluster, id) {
    const led = [...cluster.topics.values()].flatMap((one) => one.partitions);
    const held = led.filter((one) => one.replicas.includes(id));
    return {
        id, host: cluster.bootstrap[id - 1]?.split(":")[0] ?? "127.0.0.1", port: 9092, rack: cluster.brokers > 1 ? `zone-${"abc"[id - 1]}` : null,
        state: cluster.down.includes(id) ? "offline" : "online", controller: id === 1, partitions: held.length,
        leaders: led.filter((one) => leaderOf(cluster, one) === id).length, size: cluster.down.includes(id) ? null : String(sum(held, bytesOf)),
    };
}

function logFolders(cluster, id) {
    const rows = [...cluster.topics.values()].flatMap((topic) => topic.partitions.filter((one) => one.replicas.includes(id)).map((one) => ({
        topic: topic.name, partition: one.partition, size: String(bytesOf(one)), offset_lag: "0", future: false,
    })));
    rows.sort((a, b) => Number(b.size) - Number(a.size));
    const size = String(sum(rows, (row) => Number(row.size)));
    return { items: [{ path: "/var/lib/riacho", error: null, total: "512110190592", usable: "204010946560", size, partitions: rows }] };
}

export function brokers({ cluster, method, path, query, body }) {
    const ids = Array.from({ length: cluster.brokers }, (_, index) => index + 1);
    if (path.length === 0) {
        return [200, listOf(query, ids.map((id) => brokerOf(cluster, id)), { name: (row) => `${row.id} ${row.host}`, sorts: { partitions: (row) => row.partitions, leaders: (row) => row.leaders, size: (row) => Number(row.size) } })];
    }
    const id = Number(path[0]);
    if (!ids.includes(id)) throw notFound("BROKER_NOT_AVAILABLE", "broker", path[0]);
    switch ([method, ...path.slice(1)].join(" ")) {
        case "GET": return [200, brokerOf(cluster, id)];
        case "GET configs": return [200, listed(brokerConfigs(cluster.brokerConfigs), query)];
        case "PATCH configs": return change(cluster, "brokerConfigs", body, query, brokerConfigs);
        case "GET log-folders": return [200, logFolders(cluster, id)];
        default: return undefined;
    }
}
