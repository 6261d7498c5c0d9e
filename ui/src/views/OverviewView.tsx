import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get, pathOf } from "../api/client";
import type { Attention, Cluster } from "../api/types";
import { useFormat } from "../i18n";
import { english } from "../i18n/english";
import { Chart } from "../parts/Chart";
import { CheckIcon } from "../parts/Icons";
import { ClusterMark } from "../parts/marks";
import { Head, Tiles } from "../parts/Page";
import { Bones, Failed } from "../parts/States";

type Code = keyof typeof english.attention;
const known = (code: string): code is Code => code in english.attention;
const tone = { critical: "danger", warning: "warn", info: "" } as const;

function SubjectLink({ cluster, subject }: { cluster: string; subject: Attention["subject"] }) {
    const { t } = useTranslation();
    const { kind, name } = subject;
    if (kind === "topic") return <Link to="/clusters/$cluster/topics/$topic" params={{ cluster, topic: name }}>{name}</Link>;
    if (kind === "group") return <Link to="/clusters/$cluster/groups/$group" params={{ cluster, group: name }}>{name}</Link>;
    if (kind === "broker") return <Link to="/clusters/$cluster/brokers/$broker" params={{ cluster, broker: name }}>{t("brokers.one", { id: name })}</Link>;
    return <strong>{name}</strong>;
}

function useWords(): (attention: Attention) => string {
    const { t } = useTranslation();
    const format = useFormat();
    return ({ code, values, detail }) => {
        if (!known(code)) return detail;
        const shown = Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, name === "free" ? format.bytes(value) : /^\d+$/.test(value) ? format.number(value) : value]),
        );
        return String(t(`attention.${code}`, shown as never));
    };
}

function AttentionList({ cluster, list }: { cluster: string; list: Attention[] }) {
    const { t } = useTranslation();
    const words = useWords();
    return (
        <section className="card">
            <div className="card-head"><h2>{t("overview.attention")}</h2></div>
            {list.length === 0 && (
                <div className="row" style={{ padding: "14px 18px", gap: 12, flexWrap: "nowrap" }}>
                    <span className="fine"><CheckIcon /></span>
                    <p><strong>{t("overview.fine")}.</strong> <span className="muted">{t("overview.fineText")}</span></p>
                </div>
            )}
            {list.length > 0 && (
                <ul className="attention">
                    {list.map((one) => (
                        <li key={`${one.code} ${one.subject.kind} ${one.subject.name}`}>
                            <span><span className={`tag ${tone[one.severity]}`}>{t(`overview.severity.${one.severity}`)}</span></span>
                            <SubjectLink cluster={cluster} subject={one.subject} />
                            <span>{words(one)}</span>
                        </li>
                    ))}
                </ul>
            )}
        </section>
    );
}

function Facts({ data }: { data: Cluster }) {
    const { t } = useTranslation();
    const format = useFormat();
    const { summary } = data;
    const trouble = [
        data.offline_partitions > 0 && `${t("overview.offlinePartitions")}: ${format.number(data.offline_partitions)}`,
        data.under_replicated > 0 && `${t("overview.underReplicated")}: ${format.number(data.under_replicated)}`,
    ].filter((one) => one !== false);
    return (
        <Tiles
            tiles={[
                { name: t("overview.brokers"), value: format.number(summary.brokers), note: data.controller !== null && <span className="muted">{t("overview.controller")}: {data.controller}</span> },
                { name: t("overview.topics"), value: format.number(summary.topics) },
                { name: t("overview.partitions"), value: format.number(summary.partitions), note: trouble.length > 0 && <span className="warned">{trouble.join(" · ")}</span> },
                { name: t("overview.groups"), value: format.number(data.groups) },
                { name: t("overview.lag"), value: format.compact(summary.lag) },
                { name: t("overview.in"), value: format.rate(summary.messages_in_rate), note: data.bytes_in_rate !== null && <span className="muted">{format.bytesRate(data.bytes_in_rate)}</span> },
                { name: t("overview.out"), value: format.rate(summary.messages_out_rate), note: data.bytes_out_rate !== null && <span className="muted">{format.bytesRate(data.bytes_out_rate)}</span> },
                { name: t("overview.size"), value: format.bytes(summary.size) },
            ]}
        />
    );
}

export function OverviewView() {
    const { t } = useTranslation();
    const { cluster } = useParams({ from: "/clusters/$cluster/" });
    const path = pathOf("clusters", cluster);
    const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<Cluster>(path, {}, signal), refetchInterval: 5000 });
    return (
        <>
            <Head title={t("overview.title")} sub={data ? <span className="mono">{data.summary.bootstrap.join(", ")}</span> : cluster} beside={data && <ClusterMark state={data.summary.state} />} />
            {!data && !error && <Bones lines={7} />}
            {!data && error && <div className="card"><Failed error={error} retry={() => void refetch()} /></div>}
            {data && (
                <div className="stack">
                    <Facts data={data} />
                    <AttentionList cluster={cluster} list={data.attention} />
                    <div className="charts">
                        <Chart cluster={cluster} metric="messages_in" title={t("metrics.messages_in")} />
                        <Chart cluster={cluster} metric="lag" title={t("metrics.lag")} />
                    </div>
                </div>
            )}
        </>
    );
}
