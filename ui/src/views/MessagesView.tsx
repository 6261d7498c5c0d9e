import { Button } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { MessageSearch } from "../addresses";
import { pathOf, urlOf } from "../api/client";
import { MessageStream, type Row, rowsKept, type Snapshot } from "../api/messageStream";
import { difference, sum } from "../api/numbers";
import { useFormat } from "../i18n";
import { newestFirst, parametersOf } from "../messageQuery";
import { Empty, FailedBox } from "../parts/States";
import { ApiError } from "../api/client";
import { MessageForm } from "./MessageForm";
import { MessageList } from "./MessageList";

const from = "/clusters/$cluster/topics/$topic/messages";
const sampled = 20; // messages whose JSON is looked into for completions

/** `value.customer.name`, ... of the first messages: what an expression may well ask for. */
export function pathsOf(rows: readonly Row[]): string[] {
    const found = new Set<string>();
    const walk = (value: unknown, path: string, depth: number) => {
        if (typeof value !== "object" || value === null || depth > 4) return;
        for (const [name, inner] of Object.entries(value)) {
            const next = Array.isArray(value) ? `${path}[*]` : `${path}.${name}`;
            found.add(next);
            walk(inner, next, depth + 1);
        }
    };
    for (const { message } of rows.slice(0, sampled)) {
        for (const header of message.headers) found.add(`headers.${header.name}`);
        if (message.value.format !== "json" || message.value.truncated) continue;
        walk(JSON.parse(message.value.text ?? "null"), "value", 0);
    }
    return [...found].sort();
}

function Status({ snapshot, all, onMore }: { snapshot: Snapshot; all: boolean; onMore: () => void }) {
    const { t } = useTranslation();
    const format = useFormat();
    const { phase, progress, received } = snapshot;
    const busy = phase === "running" || phase === "following";
    const behind = progress && sum(progress.partitions.map((one) => difference(one.end, one.position)));
    const words = {
        idle: "", running: t("messages.running"), following: t("messages.following"), end: t("messages.done"), failed: "", stopped: t("messages.stopped"),
        limit: t(all ? "messages.newest" : "messages.limited", { hits: format.number(received) }),
    }[phase];
    return (
        <div className="status">
            <div className={phase === "following" ? "progress endless" : "progress"} role="progressbar" aria-label={t("messages.running")} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round((progress?.share ?? 0) * 100)} style={{ visibility: busy ? "visible" : "hidden" }}>
                <span style={phase === "following" ? undefined : { transform: `scaleX(${progress?.share ?? 0})` }} />
            </div>
            <span role="status"><strong>{words}</strong></span>
            {phase !== "limit" && <span>{t("messages.hits", { hits: format.number(received) })}</span>}
            {progress && <span>{t("messages.scanned", { scanned: format.number(progress.scanned), bytes: format.bytes(progress.bytes) })}</span>}
            {phase === "following" && behind !== null && behind !== "0" && <span>{t("messages.behind", { count: format.number(behind) as never })}</span>}
            {phase === "following" && received > rowsKept && <span>{t("messages.kept", { count: format.number(rowsKept) as never })}</span>}
            {phase === "limit" && snapshot.cursor && <Button variant="subtle" size="compact-xs" onClick={onMore}>{t("common.more")}</Button>}
        </div>
    );
}

function NoMessages({ snapshot, filtered }: { snapshot: Snapshot; filtered: boolean }) {
    const { t } = useTranslation();
    const format = useFormat();
    if (snapshot.phase === "following") return <Empty title={t("messages.waiting")} text={t("messages.waitingText")} />;
    if (snapshot.phase !== "end" && snapshot.phase !== "stopped") return null;
    if (filtered) return <Empty title={t("messages.emptyFilter")} text={t("messages.emptyFilterText", { scanned: format.number(snapshot.progress?.scanned ?? null) })} />;
    return <Empty title={t("messages.empty")} text={t("messages.emptyText")} />;
}

export function MessagesView() {
    const { cluster, topic } = useParams({ from });
    const search = useSearch({ from });
    const navigate = useNavigate({ from });
    const [stream] = useState(() => new MessageStream());
    const [run, setRun] = useState(0);
    const snapshot = useSyncExternalStore(stream.subscribe, stream.get);
    const path = `${pathOf("clusters", cluster, "topics", topic)}/messages`;
    const address = JSON.stringify(search);
    useEffect(() => {
        const asked = JSON.parse(address) as MessageSearch;
        void stream.start(urlOf(path, parametersOf(asked)), asked.live === true);
        return () => stream.stop();
    }, [stream, path, address, run]);
    const sample = snapshot.count >= sampled || snapshot.phase !== "running";
    const paths = useMemo(() => (sample ? pathsOf(snapshot.rows) : []), [sample, path, address]);
    const start = (next: MessageSearch) => {
        if (JSON.stringify(next) === address) setRun(run + 1);
        else void navigate({ search: next });
    };
    const more = () => void stream.start(urlOf(path, { ...parametersOf(search), cursor: snapshot.cursor }), false, true);
    const filtered = search.text !== undefined || search.where !== undefined;
    const running = snapshot.phase === "running" || snapshot.phase === "following";
    return (
        <>
            <MessageForm cluster={cluster} topic={topic} search={search} running={running} paths={paths} onRun={start} onStop={() => stream.stop()} />
            <Status snapshot={snapshot} all={newestFirst(search) && !filtered} onMore={more} />
            {snapshot.problem && <div style={{ marginBottom: 12 }}><FailedBox error={new ApiError(snapshot.problem)} /></div>}
            {snapshot.count > 0 ? (
                <MessageList key={`${address} ${run}`} cluster={cluster} topic={topic} snapshot={snapshot} newest={newestFirst(search)} />
            ) : (
                <div className="card"><NoMessages snapshot={snapshot} filtered={filtered} /></div>
            )}
        </>
    );
}
