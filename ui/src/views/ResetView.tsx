import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { partitionsOf } from "../addresses";
import { change } from "../api/client";
import { difference } from "../api/numbers";
import type { OffsetMove, OffsetMoves, OffsetReset } from "../api/types";
import { useFormat } from "../i18n";
import { rowsOf } from "../parts/pages";
import { Empty, FailedBox, NoteBox } from "../parts/States";
import { type Column, Table } from "../parts/Table";
import { type Kind, kinds, resetValue } from "../resets";
import { useGroup } from "./GroupView";

function Moves({ moves }: { moves: OffsetMoves }) {
    const { t } = useTranslation();
    const format = useFormat();
    const columns = useMemo<Column<OffsetMove>[]>(
        () => [
            { id: "topic", title: t("group.topic"), cell: (row) => row.topic },
            { id: "partition", title: t("group.partition"), number: true, width: "96px", cell: (row) => row.partition },
            { id: "from", title: t("reset.from"), number: true, wide: true, cell: (row) => format.number(row.from) },
            { id: "to", title: t("reset.toColumn"), number: true, cell: (row) => <strong>{row.problem ? row.problem.detail : format.number(row.to)}</strong> },
            { id: "change", title: t("reset.change"), number: true, wide: true, cell: (row) => <span className="muted">{format.number(difference(row.to, row.from))}</span> },
        ],
        [t, format],
    );
    return <Table label={t("reset.preview")} columns={columns} rows={rowsOf(moves.partitions)} empty={<Empty title={t("group.noOffsets")} />} />;
}

function ValueField({ kind, value, onChange }: { kind: Kind; value: string; onChange: (value: string) => void }) {
    const { t } = useTranslation();
    if (kind !== "time" && kind !== "offset" && kind !== "shift") return null;
    const wrong = value !== "" && resetValue(kind, value) === undefined;
    const label = { time: t("reset.time"), offset: t("reset.offset"), shift: t("reset.by") }[kind];
    return (
        <TextInput
            className="medium" label={label} type={kind === "time" ? "datetime-local" : "text"} step={1} value={value} inputMode={kind === "time" ? undefined : "numeric"}
            error={wrong && t("reset.number")} placeholder={kind === "shift" ? t("reset.negative") : ""} onChange={(event) => onChange(event.currentTarget.value.trim())}
        />
    );
}

export function ResetView() {
    const { t } = useTranslation();
    const { cluster, group } = useParams({ from: "/clusters/$cluster/groups/$group/reset" });
    const search = useSearch({ from: "/clusters/$cluster/groups/$group/reset" });
    const navigate = useNavigate({ from: "/clusters/$cluster/groups/$group/reset" });
    const client = useQueryClient();
    const { path, data } = useGroup(cluster, group);
    const kind = kinds.find((one) => one === search.to) ?? "earliest";
    const value = resetValue(kind, search.value ?? "");
    const partitions = partitionsOf(search.partition ?? "");
    const topics = [...new Set(data?.offsets.map((one) => one.topic))];
    const mutation = useMutation({
        mutationFn: (dry_run: boolean) => {
            const chosen = search.topic ? [search.topic] : topics;
            const only = search.topic && partitions && partitions.length > 0 ? { partitions } : {};
            return change<OffsetMoves>("POST", `${path}/offsets`, { topics: chosen.map((topic) => ({ topic, ...only })), to: kind, value: value ?? null, dry_run } satisfies OffsetReset);
        },
        onSuccess: (moves) => moves.applied && client.invalidateQueries({ queryKey: [path] }),
    });
    const set = (next: Partial<typeof search>) => {
        mutation.reset();
        void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
    };
    if (data && topics.length === 0) return <div className="card"><Empty title={t("group.noOffsets")} text={t("group.noOffsetsText")} /></div>;
    const busy = (data?.summary.members ?? 0) > 0;
    const right = value !== undefined && partitions !== undefined && data !== undefined;
    return (
        <div className="stack">
            {busy && <NoteBox tone="warn" title={t("reset.hasMembers")}>{t("reset.hasMembersText")}</NoteBox>}
            <form
                className="card query" style={{ marginBottom: 0 }}
                onSubmit={(event) => {
                    event.preventDefault();
                    if (right) mutation.mutate(true);
                }}
            >
                <div className="line">
                    <NativeSelect className="medium" label={t("reset.to")} value={kind} data={kinds.map((one) => ({ value: one, label: t(`reset.${one}`) }))} onChange={(event) => set({ to: event.currentTarget.value, value: undefined })} />
                    <ValueField key={kind} kind={kind} value={search.value ?? ""} onChange={(next) => set({ value: next || undefined })} />
                    <NativeSelect className="medium" label={t("reset.topics")} value={search.topic ?? ""} data={[{ value: "", label: t("reset.allTopics") }, ...topics]} onChange={(event) => set({ topic: event.currentTarget.value || undefined, partition: undefined })} />
                    {search.topic && <TextInput className="small" label={t("reset.partitions")} placeholder={t("reset.allPartitions")} value={search.partition ?? ""} error={partitions === undefined} onChange={(event) => set({ partition: event.currentTarget.value || undefined })} />}
                    <Button type="submit" variant="default" disabled={!right} loading={mutation.isPending && mutation.variables}>{t("reset.preview")}</Button>
                    <Button color="red" disabled={!right || busy || !mutation.data || mutation.data.applied} loading={mutation.isPending && !mutation.variables} onClick={() => mutation.mutate(false)}>{t("reset.apply")}</Button>
                </div>
            </form>
            <FailedBox error={mutation.error} />
            {mutation.data?.applied && <NoteBox tone="good" title={t("reset.done")} />}
            {mutation.data ? <Moves moves={mutation.data} /> : <p className="muted">{t("reset.nothing")}</p>}
        </div>
    );
}
