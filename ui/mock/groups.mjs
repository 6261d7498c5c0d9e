// Answers about groups, and about the cluster as a whole.
import { badRequest, notFound, Refused } from "./problem.mjs";
import { between, hash } from "./random.mjs";
import { bytesOf, listOf, topicOf } from "./topics.mjs";

const lagOf = (cluster, offset) => {
    const partition = cluster.topics.get(offset.topic)?.partitions[offset.partition];
    return partition ? Math.max(0, partition.end - offset.committed) : 0;
};
const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

export function summaryOf(cluster, group) {
    return {
        group: group.group, state: group.state, type: group.type, protocol_type: group.type === "classic" ? "consumer" : null,
        members: group.members, topics: new Set(group.offsets.map((one) => one.topic)).size,
        lag: String(sum(group.offsets, (one) => lagOf(cluster, one))), coordinator: between(1, cluster.brokers, group.group),
    };
}

const memberId = (group, index) => `${group.group}-${index + 1}-${hash(group.group, index).toString(16)}`;

function detailOf(cluster, group) {
    const owner = (row) => (group.members ? row % group.members : null);
    const owned = Array.from({ length: group.members }, () => []);
    if (group.members) group.offsets.forEach((one, row) => owned[owner(row)].push(one));
    const members = owned.map((mine, index) => {
        const names = [...new Set(mine.map((one) => one.topic))];
        return {
            member_id: memberId(group, index), instance_id: index === 0 && group.type === "consumer" ? `${group.group}-a` : null,
            client_id: `${group.group}-${index + 1}`, host: `/10.0.0.${between(2, 250, group.group, index)}`,
            assignment: names.map((topic) => ({ topic, partitions: mine.filter((one) => one.topic === topic).map((one) => one.partition) })),
        };
    });
    const offsets = group.offsets.filter((one) => cluster.topics.has(one.topic)).map((one, row) => {
        const partition = cluster.topics.get(one.topic).partitions[one.partition];
        return {
            topic: one.topic, partition: one.partition, committed: String(one.committed), start: String(partition.start), end: String(partition.end),
            lag: String(lagOf(cluster, one)), leader: partition.leader, member_id: group.members ? memberId(group, owner(row)) : null, metadata: "",
        };
    });
    return { summary: summaryOf(cluster, group), assignor: group.members ? "range" : null, members, offsets };
}

function target(body, partition, committed) {
    const value = Number(body.value ?? 0);
    const to = {
        earliest: partition.start, latest: partition.end, offset: value, shift: committed + value, current: committed,
        time: partition.start + Math.floor((partition.end - partition.start) / 2),
    }[body.to];
    return Math.min(partition.end, Math.max(partition.start, to));
}

function reset(cluster, group, body) {
    if (["time", "offset", "shift"].includes(body.to) && body.value == null) {
        throw badRequest("BAD_REQUEST", "A value is missing", `'${body.to}' needs a value.`);
    }
    if (!body.dry_run && group.members > 0) {
        throw new Refused(409, "NON_EMPTY_GROUP", "The group has members", `The group ${group.group} is not empty: stop its ${group.members} member(s) first.`);
    }
    const moves = body.topics.flatMap(({ topic, partitions }) =>
        topicOf(cluster, topic).partitions.filter((one) => !partitions || partitions.includes(one.partition)).map((partition) => {
            const offset = group.offsets.find((one) => one.topic === topic && one.partition === partition.partition);
            const to = target(body, partition, offset?.committed ?? partition.start);
            const from = offset ? String(offset.committed) : null;
            if (!body.dry_run && offset) offset.committed = to;
            return { topic, partition: partition.partition, from, to: String(to), start: String(partition.start), end: String(partition.end), problem: null };
        }));
    return [200, { applied: !body.dry_run, partitions: moves }];
}

const groupSorts = { state: (row) => row.state, members: (row) => row.members, lag: (row) => Number(row.lag) };

export function groups({ cluster, method, path, query, body }) {
    if (path.length === 0) {
        const states = query.getAll("state");
        const rows = [...cluster.groups.values()].filter((one) => states.length === 0 || states.includes(one.state));
        return [200, listOf(query, rows.map((one) => summaryOf(cluster, one)), { name: (row) => row.group, sorts: groupSorts })];
    }
    const group = cluster.groups.get(path[0]);
    if (!group) throw notFound("GROUP_ID_NOT_FOUND", "group", path[0]);
    switch ([method, ...path.slice(1)].join(" ")) {
        case "GET": return [200, detailOf(cluster, group)];
        case "DELETE":
            if (group.members) throw new Refused(409, "NON_EMPTY_GROUP", "The group has members", `The group ${group.group} is not empty.`);
            cluster.groups.delete(group.group);
            return [204];
        case "POST offsets": return reset(cluster, group, body);
        case "DELETE offsets":
            group.offsets = group.offsets.filter((one) => one.topic !== query.get("topic"));
            return [204];
        default: return undefined;
    }
}

function attentionOf(cluster) {
    if (cluster.name !== "production" && cluster.name !== "large") return [];
    return [
        { severity: "critical", code: "broker_down", subject: { kind: "broker", name: "3" }, values: {}, detail: "Broker 3 does not answer." },
        { severity: "warning", code: "under_replicated", subject: { kind: "topic", name: "payments.created" }, values: { partitions: "6" }, detail: "6 partitions have fewer replicas in sync than they should." },
        { severity: "warning", code: "lag_grows", subject: { kind: "group", name: "fraud-detection" }, values: { lag: "8123", per_minute: "640" }, detail: "The group is 8123 messages behind, 640 more each minute." },
        { severity: "warning", code: "disk_full", subject: { kind: "broker", name: "2" }, values: { free: "1849688064", percent: "4" }, detail: "The disk of broker 2 has 4 % left." },
        { severity: "info", code: "group_without_members", subject: { kind: "group", name: "reporting" }, values: { lag: "311" }, detail: "The group has no members and is 311 messages behind." },
    ];
}

export function clusterSummary(cluster) {
    const waiting = cluster.behave === "wait";
    const failing = cluster.behave === "fail";
    const topics = [...cluster.topics.values()].filter((one) => !one.internal);
    const known = (value) => (waiting || failing ? null : value);
    const problem = failing ? { type: "about:blank", title: "The cluster does not answer", status: 503, code: "CLUSTER_UNREACHABLE", detail: `No broker of '${cluster.name}' answers; the last attempt: connect to ${cluster.bootstrap[0]}: Connection refused.` } : null;
    return {
        name: cluster.name, bootstrap: cluster.bootstrap, state: waiting ? "connecting" : failing ? "offline" : cluster.down.length ? "degraded" : "online",
        cluster_id: known("MkU3OEVBNTcwNTJENDM2Qk"), kind: known(cluster.kind), brokers: known(cluster.brokers - cluster.down.length), topics: known(topics.length),
        partitions: known(sum(topics, (one) => one.partitions.length)), messages_in_rate: known(topics.length ? 1834.2 : 0), messages_out_rate: known(topics.length ? 1790.9 : 0),
        lag: known(String(cluster.groups.size > 1000 ? 912331 : sum([...cluster.groups.values()], (one) => sum(one.offsets, (offset) => lagOf(cluster, offset))))),
        size: known(String(sum(topics, (one) => sum(one.partitions, bytesOf)))), attention: attentionOf(cluster).length, problem,
    };
}

export function clusterOf(cluster) {
    return {
        summary: clusterSummary(cluster), controller: 1, under_replicated: cluster.down.length ? 97 : 0, offline_partitions: 0, groups: cluster.groups.size,
        bytes_in_rate: cluster.name === "riacho" ? 755712.4 : null, bytes_out_rate: cluster.name === "riacho" ? 737851.1 : null, attention: attentionOf(cluster),
        services: ["schemas", "connectors", "ksql"].map((kind) => ({ kind, state: "absent", url: null })),
    };
}
