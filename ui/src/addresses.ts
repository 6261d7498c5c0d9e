// What is in an address behind the "?": words, as everyone writes them. What a view does not know is dropped.

export type Words = Record<string, string>;

export function parseWords(text: string): Words {
    return Object.fromEntries(new URLSearchParams(text));
}

export function wordsOf(search: Record<string, unknown>): string {
    const words = new URLSearchParams();
    for (const [name, value] of Object.entries(search)) {
        if (value !== undefined && value !== null && value !== "" && value !== false) words.set(name, String(value));
    }
    const text = words.toString();
    return text ? `?${text}` : "";
}

export interface ListSearch {
    search?: string;
    sort?: string;
    order?: "asc" | "desc";
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const one = <T extends string>(value: unknown, of: readonly T[]): T | undefined => of.find((known) => known === value);
const flag = (value: unknown): true | undefined => (value === "true" || value === true ? true : undefined);

function without<T extends object>(search: T): T {
    return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

export const listSearch = (sorts: readonly string[]) => (search: Record<string, unknown>): ListSearch =>
    without({ search: text(search.search), sort: one(search.sort, sorts), order: one(search.order, ["asc", "desc"] as const) });

export interface TopicsSearch extends ListSearch {
    internal?: true;
}
export const topicsSearch = (search: Record<string, unknown>): TopicsSearch =>
    without({ ...listSearch(["name", "partitions", "messages", "size", "rate", "lag"])(search), internal: flag(search.internal) });

export interface GroupsSearch extends ListSearch {
    state?: string;
}
export const groupsSearch = (search: Record<string, unknown>): GroupsSearch =>
    without({ ...listSearch(["group", "state", "members", "lag"])(search), state: text(search.state) });

export interface ConfigSearch {
    search?: string;
    changed?: true;
}
export const configSearch = (search: Record<string, unknown>): ConfigSearch =>
    without({ search: text(search.search), changed: flag(search.changed) });

export interface MessageSearch {
    from?: string;
    partition?: string;
    text?: string;
    where?: string;
    limit?: string;
    live?: true;
}
export const messageSearch = (search: Record<string, unknown>): MessageSearch =>
    without({
        from: text(search.from), partition: text(search.partition), text: text(search.text), where: text(search.where), limit: text(search.limit),
        live: flag(search.live),
    });

export interface ProduceSearch {
    partition?: string;
    offset?: string;
}
export const produceSearch = (search: Record<string, unknown>): ProduceSearch =>
    without({ partition: text(search.partition), offset: text(search.offset) });

export interface ResetSearch {
    to?: string;
    value?: string;
    topic?: string;
    partition?: string;
}
export const resetSearch = (search: Record<string, unknown>): ResetSearch =>
    without({ to: text(search.to), value: text(search.value), topic: text(search.topic), partition: text(search.partition) });

export interface RangeSearch {
    range?: string;
}
export const rangeSearch = (search: Record<string, unknown>): RangeSearch =>
    without({ range: one(search.range, ["15m", "1h", "6h", "24h"]) });

/** "0, 3-5" is 0, 3, 4 and 5; undefined where it is none of that, and an empty list for all. */
export function partitionsOf(words: string): number[] | undefined {
    const found: number[] = [];
    for (const part of words.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
        const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
        if (!match) return undefined;
        const first = Number(match[1]);
        const last = Number(match[2] ?? match[1]);
        if (last < first || last - first > 10_000) return undefined;
        for (let partition = first; partition <= last; ++partition) found.push(partition);
    }
    return [...new Set(found)];
}

/** The other way: 0, 3, 4 and 5 are "0, 3-5", however many there are. */
export function rangesOf(partitions: readonly number[]): string {
    const ranges: [number, number][] = [];
    for (const one of [...partitions].sort((a, b) => a - b)) {
        const last = ranges.at(-1);
        if (last && one === last[1] + 1) last[1] = one;
        else ranges.push([one, one]);
    }
    return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}
