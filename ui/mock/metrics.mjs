// Answers about what changed over time, and what a metrics address tells.
import { hash } from "./random.mjs";

const base = { messages_in: 1800, messages_out: 1760, bytes_in: 740000, bytes_out: 722000, lag: 5200, size: 8e8, produce_p99: 3.2, fetch_p99: 12 };
const metered = new Set(["bytes_in", "bytes_out", "produce_p99", "fetch_p99"]);

/** Whether a step has no sample: `one` began late, `production` was away for a while. */
function isGap(cluster, index, count) {
    return (cluster.name === "one" && index < count / 12) || (cluster.name === "production" && index > count * 0.55 && index < count * 0.65);
}

export function metrics({ cluster, query }) {
    const step = Math.max(10_000, Math.ceil(Number(query.get("step") ?? 5000) / 10_000) * 10_000);
    const span = Math.abs(Number(query.get("from") ?? -900000));
    const count = Math.min(2000, Math.floor(span / step));
    const from = Math.floor((Date.now() - span) / step) * step;
    const scale = query.get("topic") || query.get("group") || query.get("broker") ? 0.2 : cluster.topics.size ? 1 : 0;
    const value = (name, index) => {
        if (metered.has(name) && cluster.name !== "riacho") return null; // the others have no metrics address
        const at = Math.floor(from / step) + index + (query.has("partition") ? 7 * Number(query.get("partition")) : 0);
        const wave = Math.sin(at / 23) * 0.22 + Math.sin(at / 5) * 0.06 + ((hash(name, at) % 100) / 100) * 0.08;
        return name === "size" ? Math.round(base.size * scale * (1 + index / count / 8)) : Math.round(base[name] * scale * (1 + wave) * 10) / 10;
    };
    const series = query.getAll("name").map((name) => ({ name, values: Array.from({ length: count }, (_, index) => (isGap(cluster, index, count) ? null : value(name, index))) }));
    return [200, { from: String(from), step, series }];
}

export function requests({ cluster }) {
    if (cluster.name === "production") {
        const detail = "no whole answer within 5 seconds";
        return [200, { items: [], addresses: [{ url: "http://kafka-1.internal:9101/metrics", state: "failed", detail }] }];
    }
    if (cluster.name !== "riacho") return [200, { items: [], addresses: [] }];
    const row = (request, rate, p50) => ({ request, rate, errors_rate: 0, p50, p95: p50 * 3, p99: p50 * 6, p999: null });
    const items = [row("Fetch", 412.4, 2.1), row("Metadata", 0.4, 0.2), row("OffsetCommit", 3.1, 0.8), row("Produce", 96.2, 0.5)];
    return [200, { items, addresses: [{ url: "http://127.0.0.1:9101/metrics", state: "ready", detail: null }] }];
}
