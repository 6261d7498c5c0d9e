import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { get, pathOf } from "../api/client";
import type { Broker, LogFolder, LogFolderList, LogFolderPartition } from "../api/types";
import { useFormat } from "../i18n";
import { Chart } from "../parts/Chart";
import { Head, Tabs, Tiles } from "../parts/Page";
import { rowsOf } from "../parts/pages";
import { Bones, Empty, Failed } from "../parts/States";
import { type Column, Table } from "../parts/Table";

const from = "/clusters/$cluster/brokers/$broker";

export function BrokerView() {
    const { t } = useTranslation();
    const { cluster, broker } = useParams({ from });
    const path = pathOf("clusters", cluster, "brokers", broker);
    const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<Broker>(path, {}, signal) });
    const params = { cluster, broker };
    const tabs = [
        { title: t("brokers.configuration"), link: { to: "/clusters/$cluster/brokers/$broker", params } as const },
        { title: t("brokers.metrics"), link: { to: "/clusters/$cluster/brokers/$broker/metrics", params } as const },
        { title: t("brokers.folders"), link: { to: "/clusters/$cluster/brokers/$broker/log-folders", params } as const },
    ];
    return (
        <>
            <Head
                title={t("brokers.one", { id: broker })} sub={data && <span className="mono">{data.host}:{data.port}</span>}
                crumbs={[<Link key="brokers" to="/clusters/$cluster/brokers" params={{ cluster }}>{t("nav.brokers")}</Link>]}
                beside={data && <span className={`mark ${data.state === "online" ? "fine" : "bad"}`}>{t(`brokers.${data.state}`)}</span>}
            />
            {!(error && !data) && <Tabs label={t("brokers.one", { id: broker })} tabs={tabs} />}
            {!data && error ? <div className="card"><Failed error={error} retry={() => void refetch()} /></div> : <Outlet />}
        </>
    );
}

function Folder({ cluster, folder }: { cluster: string; folder: LogFolder }) {
    const { t } = useTranslation();
    const format = useFormat();
    const columns = useMemo<Column<LogFolderPartition>[]>(
        () => [
            { id: "topic", title: t("brokers.topic"), cell: (row) => <><Link className="name" to="/clusters/$cluster/topics/$topic" params={{ cluster, topic: row.topic }} title={row.topic}>{row.topic}</Link> {row.future && <span className="tag">{t("brokers.moving")}</span>}</> },
            { id: "partition", title: t("brokers.partition"), number: true, width: "100px", cell: (row) => row.partition },
            { id: "size", title: t("brokers.size"), number: true, width: "120px", cell: (row) => format.bytes(row.size) },
            { id: "behind", title: t("brokers.behind"), number: true, wide: true, width: "120px", cell: (row) => format.number(row.offset_lag) },
        ],
        [t, format, cluster],
    );
    return (
        <section className="stack">
            <h2 className="mono">{folder.path}</h2>
            {folder.error && <div className="note-box danger"><div><strong>{t("brokers.failed")}</strong><p>{folder.error}</p></div></div>}
            <Tiles tiles={[{ name: t("brokers.used"), value: format.bytes(folder.size) }, { name: t("brokers.free"), value: format.bytes(folder.usable) }, { name: t("brokers.total"), value: format.bytes(folder.total) }, { name: t("brokers.partitions"), value: format.number(folder.partitions.length) }]} />
            <Table label={folder.path} columns={columns} rows={rowsOf(folder.partitions)} empty={<Empty title={t("topics.empty")} />} />
        </section>
    );
}

export function LogFolders() {
    const { cluster, broker } = useParams({ from });
    const path = `${pathOf("clusters", cluster, "brokers", broker)}/log-folders`;
    const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<LogFolderList>(path, {}, signal), refetchInterval: 10_000 });
    if (!data && error) return <div className="card"><Failed error={error} retry={() => void refetch()} /></div>;
    if (!data) return <Bones />;
    return <div className="stack">{data.items.map((folder) => <Folder key={folder.path} cluster={cluster} folder={folder} />)}</div>;
}

export function BrokerMetrics() {
    const { t } = useTranslation();
    const { cluster, broker } = useParams({ from });
    return (
        <div className="charts">
            {(["bytes_in", "bytes_out", "produce_p99", "fetch_p99"] as const).map((metric) => (
                <Chart key={metric} cluster={cluster} broker={broker} metric={metric} title={t(`metrics.${metric}`)} />
            ))}
        </div>
    );
}
