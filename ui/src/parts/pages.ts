import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { get, type Query } from "../api/client";

const pageSize = 100;
const refreshMs = 5000;

interface Page<Row> {
    total: number;
    items: Row[];
}
export interface Rows<Row> {
    total: number;
    at: (index: number) => Row | undefined;
    loading: boolean;
    error: unknown;
    retry: () => void;
    show: (first: number, last: number) => void;
}

/** A list of any length: the first page, for the total, and the pages that are in sight. */
export function useRows<Row>(path: string, query: Query): Rows<Row> {
    const [sight, setSight] = useState<readonly [number, number]>([0, 0]);
    const wanted = [...new Set([0, ...Array.from({ length: sight[1] - sight[0] + 1 }, (_, index) => sight[0] + index)])];
    return useQueries({
        queries: wanted.map((page) => ({
            queryKey: [path, query, page],
            queryFn: ({ signal }: { signal: AbortSignal }) => get<Page<Row>>(path, { ...query, offset: page * pageSize, limit: pageSize }, signal),
            refetchInterval: refreshMs,
            placeholderData: page === 0 ? keepPreviousData : undefined,
        })),
        combine: (results) => {
            const pages = new Map(wanted.map((page, index) => [page, results[index]?.data as Page<Row> | undefined]));
            const first = results[0];
            return {
                total: pages.get(0)?.total ?? 0,
                at: (index: number) => pages.get(Math.floor(index / pageSize))?.items[index % pageSize],
                loading: first?.isPending ?? true,
                error: first?.data ? null : first?.error,
                retry: () => results.forEach((result) => void result.refetch()),
                show: (from: number, to: number) => {
                    const next = [Math.floor(from / pageSize), Math.floor(Math.max(0, to) / pageSize)] as const;
                    if (next[0] !== sight[0] || next[1] !== sight[1]) setSight(next);
                },
            };
        },
    });
}

/** The same face for rows that are here already. */
export function rowsOf<Row>(list: readonly Row[]): Rows<Row> {
    return { total: list.length, at: (index) => list[index], loading: false, error: null, retry: () => undefined, show: () => undefined };
}
