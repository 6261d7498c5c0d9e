// The search as it stands in the address, as the form shows it, and as the API takes it.
import { type MessageSearch, partitionsOf } from "./addresses";
import { isOffset } from "./api/numbers";
import type { Query } from "./api/client";

export const starts = ["last", "live", "earliest", "offset", "time"] as const;
export type Start = (typeof starts)[number];

export interface MessageQuery {
    start: Start;
    value: string; // the number, the offset or the local time
    partition: string;
    kind: "text" | "where";
    filter: string;
    limit: string;
}

export const limits = ["200", "1000", "5000", "10000"] as const;

export function queryOf(search: MessageSearch): MessageQuery {
    const [kind, value = ""] = (search.from ?? "last:200").split(/:(.*)/s);
    const start = search.live ? "live" : (starts.find((one) => one === kind) ?? "last");
    return {
        start, value: start === "live" ? "" : value, partition: search.partition ?? "", kind: search.where !== undefined ? "where" : "text",
        filter: search.where ?? search.text ?? "", limit: limits.find((one) => one === search.limit) ?? "200",
    };
}

export function searchOf(query: MessageQuery): MessageSearch {
    const { start, value, partition, kind, filter, limit } = query;
    const from = start === "last" ? (value === "200" || value === "" ? undefined : `last:${value}`) : start === "live" ? undefined : start === "earliest" ? start : `${start}:${value}`;
    const search: MessageSearch = { from, partition: partition.trim(), [kind]: filter.trim(), limit: limit === "200" || start === "last" ? undefined : limit, live: start === "live" ? true : undefined };
    return Object.fromEntries(Object.entries(search).filter(([, one]) => one !== undefined && one !== "")) as MessageSearch;
}

export type ValueError = "number" | "offset" | "time" | "partitions";

export function valueError({ start, value, partition }: MessageQuery): ValueError | null {
    if (partitionsOf(partition) === undefined) return "partitions";
    if (start === "last" && !/^[1-9]\d{0,4}$/.test(value)) return "number";
    if (start === "offset" && !isOffset(value)) return "offset";
    return start === "time" && Number.isNaN(Date.parse(value)) ? "time" : null;
}

/** Parameters of the API; the time of the form is this machine's, the API's is told from 1970. */
export function parametersOf(search: MessageSearch): Query {
    const query = queryOf(search);
    const from = query.start === "time" ? `time:${Date.parse(query.value)}` : query.start === "live" ? "last:50" : (search.from ?? "last:200");
    const limit = query.start === "last" ? query.value : query.start === "live" ? undefined : query.limit;
    return { from, partition: partitionsOf(query.partition) ?? [], text: search.where ? undefined : search.text, where: search.where, limit, live: search.live };
}

/** Whether the newest message is shown first: where the newest were asked for. */
export const newestFirst = (search: MessageSearch): boolean => ["last", "live"].includes(queryOf(search).start);
