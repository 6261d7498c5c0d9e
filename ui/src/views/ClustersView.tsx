import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get } from "../api/client";
import type { ClusterList, ClusterSummary } from "../api/types";
import { useFormat } from "../i18n";
import { ClusterMark } from "../parts/marks";
import { Head } from "../parts/Page";
import { Bones, Empty, Failed } from "../parts/States";

function ClusterCard({ cluster }: { cluster: ClusterSummary }) {
    const { t } = useTranslation();
    const format = useFormat();
    const facts = [[t("overview.brokers"), cluster.brokers], [t("overview.topics"), cluster.topics], [t("overview.partitions"), cluster.partitions]] as const;
    return (
        <Link className="card cluster-card" to="/clusters/$cluster" params={{ cluster: cluster.name }}>
            <div className="row spread">
                <h2>{cluster.name}</h2>
                <ClusterMark state={cluster.state} />
            </div>
            <p className="where">{cluster.bootstrap.join(", ")}</p>
            <div className="row spread">
                <dl className="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{format.number(value)}</dd></div>)}</dl>
                {cluster.attention > 0 && <span className="tag warn">{t("clusters.attention", { count: cluster.attention })}</span>}
            </div>
        </Link>
    );
}

export function ClustersView() {
    const { t } = useTranslation();
    const { data, error, refetch } = useQuery({ queryKey: ["clusters"], queryFn: ({ signal }) => get<ClusterList>("/clusters", {}, signal), refetchInterval: 5000 });
    return (
        <>
            <Head title={t("clusters.title")} sub={t("clusters.text")} />
            {!data && !error && <Bones />}
            {!data && error && <div className="card"><Failed error={error} retry={() => void refetch()} /></div>}
            {data?.items.length === 0 && <div className="card"><Empty title={t("clusters.empty")} text={t("clusters.emptyText")} /></div>}
            {data && <div className="cards">{data.items.map((cluster) => <ClusterCard key={cluster.name} cluster={cluster} />)}</div>}
        </>
    );
}
