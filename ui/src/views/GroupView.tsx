import { Button, NativeSelect } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { rangesOf } from "../addresses";
import { change, get, pathOf } from "../api/client";
import { largest } from "../api/numbers";
import type { Group, GroupOffset, Member } from "../api/types";
import { useFormat } from "../i18n";
import { Chart } from "../parts/Chart";
import { Confirm } from "../parts/Confirm";
import { GroupMark, Lag } from "../parts/marks";
import { Head, Tabs, Tiles } from "../parts/Page";
import { rowsOf } from "../parts/pages";
import { Empty, Failed } from "../parts/States";
import { type Column, Table } from "../parts/Table";
import { useMayChange } from "../session";

const from = "/clusters/$cluster/groups/$group";

export function useGroup(cluster: string, group: string) {
    const path = pathOf("clusters", cluster, "groups", group);
    const query = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<Group>(path, {}, signal), refetchInterval: 5000 });
    return { path, ...query };
}

export function GroupView() {
    const { t } = useTranslation();
    const { cluster, group } = useParams({ from });
    const mayChange = useMayChange();
    const navigate = useNavigate();
    const client = useQueryClient();
    const [deleting, setDeleting] = useState(false);
    const { path, data, error, refetch } = useGroup(cluster, group);
    const params = { cluster, group };
    const tabs = [
        { title: t("group.lag"), link: { to: "/clusters/$cluster/groups/$group", params } as const },
        { title: t("group.members"), link: { to: "/clusters/$cluster/groups/$group/members", params } as const },
        { title: t("group.reset"), link: { to: "/clusters/$cluster/groups/$group/reset", params } as const },
    ].filter((_, index) => mayChange || index !== 2);
    return (
        <>
            <Head
                title={group} crumbs={[<Link key="groups" to="/clusters/$cluster/groups" params={{ cluster }}>{t("nav.groups")}</Link>]} beside={data && <GroupMark state={data.summary.state} />}
                actions={data && mayChange && <Button className="dangerous" variant="default" size="sm" onClick={() => setDeleting(true)}>{t("group.delete")}</Button>}
            />
            {!(error && !data) && <Tabs label={group} tabs={tabs} />}
            {!data && error ? <div className="card"><Failed error={error} retry={() => void refetch()} /></div> : <Outlet />}
            <Confirm
                name={group} title={t("group.deleteTitle", { name: group })} danger={t("group.deleteDanger")} action={t("group.deleteAction")} opened={deleting} onClose={() => setDeleting(false)}
                run={() => change("DELETE", path)} done={() => void navigate({ to: "/clusters/$cluster/groups", params: { cluster } }).then(() => client.removeQueries({ queryKey: [path] }))}
            />
        </>
    );
}

function useOffsetColumns(cluster: string, offsets: GroupOffset[]): Column<GroupOffset>[] {
    const { t } = useTranslation();
    const format = useFormat();
    return useMemo(() => {
        const most = largest(offsets.map((one) => one.lag));
        const width = format.number(most).length;
        return [
            { id: "topic", title: t("group.topic"), cell: (row) => <Link className="name" to="/clusters/$cluster/topics/$topic" params={{ cluster, topic: row.topic }} title={row.topic}>{row.topic}</Link> },
            { id: "partition", title: t("group.partition"), number: true, width: "96px", cell: (row) => row.partition },
            { id: "committed", title: t("group.committed"), number: true, wide: true, width: "132px", cell: (row) => (row.committed === null ? <span className="muted">{t("group.never")}</span> : format.number(row.committed)) },
            { id: "end", title: t("group.end"), number: true, wide: true, width: "132px", cell: (row) => format.number(row.end) },
            { id: "lag", title: t("group.lag"), number: true, width: "170px", cell: (row) => <Lag lag={row.lag} most={most} width={width} /> },
            { id: "member", title: t("group.member"), wide: true, cell: (row) => <span className="mono muted" title={row.member_id ?? ""}>{row.member_id ?? "–"}</span> },
        ];
    }, [t, format, cluster, offsets]);
}

const nothing: GroupOffset[] = [];

function ForgetTopic({ cluster, group, topics }: { cluster: string; group: string; topics: string[] }) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [chosen, setChosen] = useState("");
    const [asked, setAsked] = useState<string | null>(null);
    const topic = topics.includes(chosen) ? chosen : (topics[0] ?? "");
    const path = pathOf("clusters", cluster, "groups", group);
    return (
        <div className="row">
            <NativeSelect size="xs" style={{ maxWidth: 420 }} aria-label={t("group.forgetTopic")} data={topics} value={topic} onChange={(event) => setChosen(event.currentTarget.value)} />
            <Button className="forget" variant="default" size="xs" onClick={() => setAsked(topic)}>{t("group.forget")}</Button>
            {asked !== null && (
                <Confirm
                    name={asked} title={t("group.forgetTitle", { name: asked })} danger={t("group.forgetDanger")} action={t("group.forgetAction")} opened onClose={() => setAsked(null)}
                    run={() => change("DELETE", `${path}/offsets`, undefined, { topic: asked })} done={() => void client.invalidateQueries({ queryKey: [path] })}
                />
            )}
        </div>
    );
}

/** The lag of one partition over time: at first of the one that is furthest behind. */
function PartitionChart({ cluster, group, offsets }: { cluster: string; group: string; offsets: GroupOffset[] }) {
    const { t } = useTranslation();
    const [chosen, setChosen] = useState<string | null>(null);
    const placeOf = (one: GroupOffset) => `${one.topic}/${one.partition}`;
    const [worst] = useState(() => offsets.reduce((most, one) => (BigInt(one.lag ?? -1) > BigInt(most.lag ?? -1) ? one : most)));
    const shown = offsets.find((one) => placeOf(one) === chosen) ?? worst;
    const places = offsets.map(placeOf);
    return (
        <section className="stack">
            <NativeSelect size="xs" style={{ maxWidth: 420 }} aria-label={t("group.choosePartition")} data={places} value={placeOf(shown)} onChange={(event) => setChosen(event.currentTarget.value)} />
            <Chart key={placeOf(shown)} cluster={cluster} group={group} topic={shown.topic} partition={shown.partition} metric="lag" title={t("group.partitionOverTime", { place: placeOf(shown) })} />
        </section>
    );
}

export function GroupLag() {
    const { t } = useTranslation();
    const format = useFormat();
    const { cluster, group } = useParams({ from });
    const { data } = useGroup(cluster, group);
    const mayChange = useMayChange();
    const columns = useOffsetColumns(cluster, data?.offsets ?? nothing);
    const rows = data ? rowsOf(data.offsets) : { ...rowsOf<GroupOffset>([]), loading: true };
    return (
        <div className="stack">
            {data && (
                <Tiles
                    tiles={[
                        { name: t("group.lag"), value: format.number(data.summary.lag) }, { name: t("group.members"), value: format.number(data.summary.members) },
                        { name: t("groups.topics"), value: format.number(data.summary.topics) }, { name: t("groups.type"), value: t(`groups.types.${data.summary.type}`) },
                        { name: t("group.assignor"), value: data.assignor ?? "–" }, { name: t("groups.coordinator"), value: format.number(data.summary.coordinator) },
                    ]}
                />
            )}
            <Table label={t("group.lag")} columns={columns} rows={rows} empty={<Empty title={t("group.noOffsets")} text={t("group.noOffsetsText")} />} />
            {data && mayChange && data.members.length === 0 && data.offsets.length > 0 && <ForgetTopic cluster={cluster} group={group} topics={[...new Set(data.offsets.map((one) => one.topic))]} />}
            <div className="charts">
                <Chart cluster={cluster} group={group} metric="lag" title={t("group.overTime")} />
                <Chart cluster={cluster} group={group} metric="messages_out" title={t("group.readOverTime")} />
            </div>
            {data && data.offsets.length > 0 && <PartitionChart cluster={cluster} group={group} offsets={data.offsets} />}
        </div>
    );
}

export function GroupMembers() {
    const { t } = useTranslation();
    const { cluster, group } = useParams({ from });
    const { data } = useGroup(cluster, group);
    const columns = useMemo<Column<Member>[]>(
        () => [
            { id: "client", title: t("group.clientId"), cell: (row) => <strong style={{ fontWeight: 540 }}>{row.client_id}</strong> },
            { id: "host", title: t("group.host"), width: "128px", cell: (row) => <span className="mono">{row.host.replace(/^\//, "")}</span> },
            { id: "instance", title: t("group.instance"), wide: true, width: "150px", cell: (row) => row.instance_id ?? "–" },
            { id: "assignment", title: t("group.assignment"), wide: true, cell: (row) => row.assignment.map((one) => `${one.topic}: ${rangesOf(one.partitions)}`).join("; ") },
            { id: "member", title: t("group.member"), wide: true, cell: (row) => <span className="mono muted" title={row.member_id}>{row.member_id}</span> },
        ],
        [t],
    );
    const rows = data ? rowsOf(data.members) : { ...rowsOf<Member>([]), loading: true };
    return <Table label={t("group.members")} columns={columns} rows={rows} empty={<Empty title={t("group.noMembers")} text={t("group.noMembersText")} />} />;
}
