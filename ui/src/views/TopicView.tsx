import { ActionIcon, Menu } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { change, get, pathOf } from "../api/client";
import { difference } from "../api/numbers";
import type { Partition, Topic } from "../api/types";
import { useFormat } from "../i18n";
import { Chart } from "../parts/Chart";
import { Confirm } from "../parts/Confirm";
import { MoreIcon } from "../parts/Icons";
import { Head, Tabs, Tiles } from "../parts/Page";
import { rowsOf } from "../parts/pages";
import { Empty, Failed } from "../parts/States";
import { type Column, Table } from "../parts/Table";
import { useMayChange } from "../session";
import { AddPartitions } from "./AddPartitions";
import { GroupTable } from "./GroupTable";

const from = "/clusters/$cluster/topics/$topic";

export function useTopic(cluster: string, topic: string) {
    const path = pathOf("clusters", cluster, "topics", topic);
    const query = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<Topic>(path, {}, signal), refetchInterval: 5000 });
    return { path, ...query };
}

function TopicMenu({ cluster, topic, partitions }: { cluster: string; topic: string; partitions: number }) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const navigate = useNavigate();
    const [dialog, setDialog] = useState<"add" | "empty" | "delete" | null>(null);
    const path = pathOf("clusters", cluster, "topics", topic);
    const close = () => setDialog(null);
    return (
        <>
            <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
                <Menu.Target><ActionIcon variant="default" size={34} aria-label={t("common.actions")}><MoreIcon /></ActionIcon></Menu.Target>
                <Menu.Dropdown>
                    <Menu.Item onClick={() => setDialog("add")}>{t("topic.addPartitions")}</Menu.Item>
                    <Menu.Item onClick={() => setDialog("empty")}>{t("topic.emptyTopic")}</Menu.Item>
                    <Menu.Item className="dangerous" onClick={() => setDialog("delete")}>{t("topic.deleteTopic")}</Menu.Item>
                </Menu.Dropdown>
            </Menu>
            <AddPartitions path={path} partitions={partitions} opened={dialog === "add"} onClose={close} />
            <Confirm
                name={topic} title={t("topic.emptyTitle", { name: topic })} danger={t("topic.emptyDanger")} action={t("topic.emptyAction")} opened={dialog === "empty"} onClose={close}
                run={() => change("POST", `${path}/empty`)} done={() => void client.invalidateQueries({ queryKey: [path] })}
            />
            <Confirm
                name={topic} title={t("topic.deleteTitle", { name: topic })} danger={t("topic.deleteDanger")} action={t("topic.deleteAction")} opened={dialog === "delete"} onClose={close}
                run={() => change("DELETE", path)} done={() => void navigate({ to: "/clusters/$cluster/topics", params: { cluster } }).then(() => client.removeQueries({ queryKey: [path] }))}
            />
        </>
    );
}

export function TopicView() {
    const { t } = useTranslation();
    const { cluster, topic } = useParams({ from });
    const mayChange = useMayChange();
    const { data, error, refetch } = useTopic(cluster, topic);
    const params = { cluster, topic };
    const crumbs = [<Link key="topics" to="/clusters/$cluster/topics" params={{ cluster }}>{t("nav.topics")}</Link>];
    const tabs = [
        { title: t("topic.overview"), link: { to: "/clusters/$cluster/topics/$topic", params } as const },
        { title: t("topic.messages"), link: { to: "/clusters/$cluster/topics/$topic/messages", params } as const },
        { title: t("topic.produce"), link: { to: "/clusters/$cluster/topics/$topic/produce", params } as const },
        { title: t("topic.configuration"), link: { to: "/clusters/$cluster/topics/$topic/configuration", params } as const },
        { title: t("topic.groups"), link: { to: "/clusters/$cluster/topics/$topic/groups", params } as const },
    ].filter((_, index) => mayChange || index !== 2);
    return (
        <>
            <Head
                title={topic} crumbs={crumbs} beside={data?.summary.internal && <span className="tag">{t("topics.isInternal")}</span>}
                actions={data && mayChange && <TopicMenu cluster={cluster} topic={topic} partitions={data.partitions.length} />}
            />
            {!(error && !data) && <Tabs label={topic} tabs={tabs} />}
            {!data && error ? <div className="card"><Failed error={error} retry={() => void refetch()} /></div> : <Outlet />}
        </>
    );
}

function usePartitionColumns(): Column<Partition>[] {
    const { t } = useTranslation();
    const format = useFormat();
    return useMemo(
        () => [
            { id: "partition", title: t("topic.partition"), width: "92px", cell: (row) => row.partition },
            { id: "leader", title: t("topic.leader"), width: "84px", cell: (row) => (row.leader === null ? <span className="bad">{t("topic.noLeader")}</span> : row.leader) },
            { id: "replicas", title: t("topic.replicas"), wide: true, cell: (row) => row.replicas.join(", ") },
            { id: "inSync", title: t("topic.inSync"), wide: true, cell: (row) => <span className={row.in_sync.length < row.replicas.length ? "warned" : ""}>{row.in_sync.join(", ")}</span> },
            { id: "start", title: t("topic.start"), number: true, wide: true, cell: (row) => format.number(row.start) },
            { id: "end", title: t("topic.end"), number: true, cell: (row) => format.number(row.end) },
            { id: "messages", title: t("topic.messagesCount"), number: true, cell: (row) => format.number(difference(row.end, row.start)) },
            { id: "size", title: t("topic.size"), number: true, wide: true, cell: (row) => format.bytes(row.size) },
        ],
        [t, format],
    );
}

export function TopicPartitions() {
    const { t } = useTranslation();
    const format = useFormat();
    const { cluster, topic } = useParams({ from });
    const { data } = useTopic(cluster, topic);
    const columns = usePartitionColumns();
    const rows = data ? rowsOf(data.partitions) : { ...rowsOf<Partition>([]), loading: true };
    return (
        <div className="stack">
            {data && (
                <Tiles
                    tiles={[
                        { name: t("topics.messages"), value: format.number(data.summary.messages) },
                        { name: t("topics.size"), value: format.bytes(data.summary.size) },
                        { name: t("topics.rate"), value: format.rate(data.summary.messages_in_rate) },
                        { name: t("topics.partitions"), value: format.number(data.partitions.length) },
                        { name: t("topics.replicas"), value: format.number(data.summary.replication_factor) },
                        { name: t("topics.lag"), value: format.number(data.summary.lag) },
                        { name: t("topic.id"), value: data.topic_id ?? "–", small: true, double: true },
                    ]}
                />
            )}
            <Table label={t("topics.partitions")} columns={columns} rows={rows} empty={null} />
            <div className="charts">
                <Chart cluster={cluster} topic={topic} metric="messages_in" title={t("metrics.messages_in")} />
                <Chart cluster={cluster} topic={topic} metric="lag" title={t("metrics.topicLag")} />
                <Chart cluster={cluster} topic={topic} metric="bytes_in" title={t("metrics.bytes_in")} />
                <Chart cluster={cluster} topic={topic} metric="size" title={t("metrics.size")} />
            </div>
        </div>
    );
}

export function TopicGroups() {
    const { t } = useTranslation();
    const { cluster, topic } = useParams({ from });
    const search = useSearch({ from: "/clusters/$cluster/topics/$topic/groups" });
    const navigate = useNavigate({ from: "/clusters/$cluster/topics/$topic/groups" });
    const empty = <Empty title={t("topic.groupsEmpty")} text={t("topic.groupsEmptyText")} />;
    return (
        <GroupTable
            cluster={cluster} path={`${pathOf("clusters", cluster, "topics", topic)}/groups`} query={{ search: search.search }} empty={empty}
            order={{ sort: search.sort ?? "group", order: search.order ?? "asc" }} onOrder={(order) => void navigate({ search: (now) => ({ ...now, ...order }), replace: true })}
        />
    );
}
