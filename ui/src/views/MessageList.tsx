import { Button } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row, Snapshot } from "../api/messageStream";
import type { Message, Payload } from "../api/types";
import { useFormat } from "../i18n";
import { ChevronIcon } from "../parts/Icons";
import { MessageDetail } from "./MessageDetail";

const lineHeight = 34;
const narrowHeight = 57;
const shownOfLine = 400; // characters of a payload that a line can show

export function PayloadLine({ payload }: { payload: Payload }) {
    const { t } = useTranslation();
    if (payload.format === "null") return <span className="muted">{t("messages.null")}</span>;
    if (payload.format === "empty") return <span className="muted">{t("messages.emptyPayload")}</span>;
    return <span className="mono">{payload.text?.slice(0, shownOfLine)}</span>;
}

const nameOf = ({ partition, offset }: Message) => `${partition}/${offset}`;

interface ItemProps {
    cluster: string;
    topic: string;
    message: Message;
    open: boolean;
    onToggle: () => void;
}

function Item({ cluster, topic, message, open, onToggle }: ItemProps) {
    const { t } = useTranslation();
    const format = useFormat();
    const { partition, offset } = message;
    return (
        <>
            <button type="button" className="stream-line" aria-expanded={open} aria-label={t("messages.expand", { partition, offset })} onClick={onToggle}>
                <ChevronIcon size={11} />
                <span className="time">{format.time(message.timestamp)}</span>
                <span className="number partition">{partition}</span>
                <span className="number offset">{offset}</span>
                <span className="key"><PayloadLine payload={message.key} /></span>
                <span className="value"><PayloadLine payload={message.value} /></span>
            </button>
            {open && <MessageDetail cluster={cluster} topic={topic} message={message} />}
        </>
    );
}

interface ListProps {
    cluster: string;
    topic: string;
    snapshot: Snapshot;
    newest: boolean;
}
interface Held {
    rows: readonly Row[];
    count: number;
    received: number;
}

/** While something is open or the list is scrolled away from its top, what is new waits behind a button. */
function useHeld(snapshot: Snapshot, newest: boolean, still: boolean): { held: Held; waiting: number; release: () => void } {
    const [frozen, setFrozen] = useState<Held | null>(null);
    const hold = newest && still && snapshot.phase === "following";
    if (hold && frozen === null) setFrozen({ rows: snapshot.rows.slice(0, snapshot.count), count: snapshot.count, received: snapshot.received });
    if (!hold && frozen !== null) setFrozen(null);
    const held = frozen ?? snapshot;
    return { held, waiting: snapshot.received - held.received, release: () => setFrozen(null) };
}

export function MessageList({ cluster, topic, snapshot, newest }: ListProps) {
    const { t } = useTranslation();
    const format = useFormat();
    const place = useRef<HTMLDivElement>(null);
    const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
    const [away, setAway] = useState(false);
    const { held, waiting } = useHeld(snapshot, newest, away || open.size > 0);
    const estimate = useMemo(() => (matchMedia("(max-width: 820px)").matches ? narrowHeight : lineHeight), []);
    const rowAt = (index: number) => held.rows[newest ? held.count - 1 - index : index];
    const virtual = useVirtualizer({
        count: held.count, getScrollElement: () => place.current, estimateSize: () => estimate, overscan: 10, scrollMargin: 34,
        getItemKey: (index) => (newest ? held.received - index : index),
    });
    const toggle = (name: string) =>
        setOpen((now) => {
            const next = new Set(now);
            if (!next.delete(name)) next.add(name);
            return next;
        });
    const showNew = () => {
        setOpen(new Set());
        place.current?.scrollTo({ top: 0 });
        setAway(false);
    };
    const columns = ["time", "partition", "offset", "key", "value"] as const;
    return (
        <div className="card stream" ref={place} tabIndex={0} role="region" aria-label={t("messages.results")} onScroll={(event) => setAway(event.currentTarget.scrollTop > 4)}>
            <div className="stream-head" aria-hidden="true">
                {columns.map((one) => <span key={one} className={one === "partition" || one === "offset" ? `number ${one}` : one}>{t(`messages.columns.${one}`)}</span>)}
            </div>
            {waiting > 0 && <div className="newer"><Button size="compact-sm" onClick={showNew}>{t("messages.newer", { count: format.number(waiting) as never })}</Button></div>}
            <div className="stream-body" style={{ height: virtual.getTotalSize() }}>
                {virtual.getVirtualItems().map(({ key, index, start }) => {
                    const message = rowAt(index)?.message;
                    if (!message) return null;
                    const name = nameOf(message);
                    return (
                        <div key={String(key)} ref={virtual.measureElement} data-index={index} className={open.has(name) ? "stream-item open" : "stream-item"} style={{ transform: `translateY(${start - 34}px)` }}>
                            <Item cluster={cluster} topic={topic} message={message} open={open.has(name)} onToggle={() => toggle(name)} />
                        </div>
                    );
                })}
            </div>
        </div>
    );
}
