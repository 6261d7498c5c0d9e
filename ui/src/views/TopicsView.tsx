import { Button, Switch } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { pathOf } from "../api/client";
import type { TopicSummary } from "../api/types";
import { useFormat } from "../i18n";
import { AddIcon } from "../parts/Icons";
import { Head } from "../parts/Page";
import { useRows } from "../parts/pages";
import { NothingFound, SearchField } from "../parts/SearchField";
import { Empty } from "../parts/States";
import { type Column, Table } from "../parts/Table";
import { useMayChange } from "../session";

function useColumns(cluster: string): Column<TopicSummary>[] {
    const { t } = useTranslation();
    const format = useFormat();
    return useMemo(
        () => [
            {
                id: "name", title: t("topics.name"), sortable: true,
                cell: (row) => (
                    <>
                        <Link className="name" to="/clusters/$cluster/topics/$topic" params={{ cluster, topic: row.name }} title={row.name}>{row.name}</Link>{" "}
                        {row.internal && <span className="tag">{t("topics.isInternal")}</span>}
                    </>
                ),
            },
            {
                id: "partitions", title: t("topics.partitions"), number: true, sortable: true, width: "116px",
                cell: (row) => {
                    const words = row.offline_partitions > 0 ? t("topics.offline", { count: row.offline_partitions }) : t("topics.underReplicated", { count: row.under_replicated });
                    const tone = row.offline_partitions > 0 ? "bad" : row.under_replicated > 0 ? "warned" : "";
                    return <span className={tone} title={tone && words}>{tone && <span className="hidden">{words}: </span>}{format.number(row.partitions)}</span>;
                },
            },
            { id: "replication", title: t("topics.replicas"), number: true, wide: true, width: "92px", cell: (row) => format.number(row.replication_factor) },
            { id: "messages", title: t("topics.messages"), number: true, sortable: true, width: "128px", cell: (row) => format.number(row.messages) },
            { id: "size", title: t("topics.size"), number: true, sortable: true, wide: true, width: "112px", cell: (row) => format.bytes(row.size) },
            { id: "rate", title: t("topics.rate"), number: true, sortable: true, wide: true, width: "98px", cell: (row) => format.rate(row.messages_in_rate) },
            { id: "groups", title: t("topics.groups"), number: true, wide: true, width: "84px", cell: (row) => format.number(row.groups) },
            { id: "lag", title: t("topics.lag"), number: true, sortable: true, wide: true, width: "96px", cell: (row) => format.number(row.lag) },
        ],
        [t, format, cluster],
    );
}

export function TopicsView() {
    const { t } = useTranslation();
    const format = useFormat();
    const { cluster } = useParams({ from: "/clusters/$cluster/topics" });
    const search = useSearch({ from: "/clusters/$cluster/topics" });
    const navigate = useNavigate({ from: "/clusters/$cluster/topics" });
    const mayChange = useMayChange();
    const order = { sort: search.sort ?? "name", order: search.order ?? "asc" } as const;
    const rows = useRows<TopicSummary>(`${pathOf("clusters", cluster)}/topics`, { search: search.search, internal: search.internal, ...order });
    const change = (next: Partial<typeof search>) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
    const add = mayChange && (
        <Button size="sm" leftSection={<AddIcon />} renderRoot={(props) => <Link to="/clusters/$cluster/add-topic" params={{ cluster }} {...props} />}>{t("topics.add")}</Button>
    );
    const empty = search.search ? <NothingFound search={search.search} onClear={() => change({ search: undefined })} /> : <Empty title={t("topics.empty")} text={t("topics.emptyText")} action={add} />;
    return (
        <>
            <Head title={t("topics.title")} actions={add} />
            <div className="bar">
                <SearchField label={t("topics.searchLabel")} value={search.search ?? ""} onChange={(value) => change({ search: value || undefined })} />
                <Switch size="sm" label={t("topics.internal")} checked={search.internal === true} onChange={(event) => change({ internal: event.currentTarget.checked || undefined })} />
                <span className="count" role="status">{!rows.loading && !rows.error && format.number(rows.total)}</span>
            </div>
            <Table label={t("topics.title")} columns={useColumns(cluster)} rows={rows} empty={empty} order={order} onOrder={change} />
        </>
    );
}
