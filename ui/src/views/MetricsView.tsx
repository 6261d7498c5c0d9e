import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { get, pathOf } from "../api/client";
import type { RequestList, RequestTimes } from "../api/types";
import { useFormat } from "../i18n";
import { Chart } from "../parts/Chart";
import { Head } from "../parts/Page";
import { rowsOf } from "../parts/pages";
import { Bones, Empty, Failed } from "../parts/States";
import { type Column, Table } from "../parts/Table";

const minute = 60_000;
const spans = { "15m": 15 * minute, "1h": 60 * minute, "6h": 360 * minute, "24h": 1440 * minute };
type Range = keyof typeof spans;

function useRequestColumns(): Column<RequestTimes>[] {
    const { t } = useTranslation();
    const format = useFormat();
    return useMemo(
        () => [
            { id: "request", title: t("metrics.request"), cell: (row) => <strong style={{ fontWeight: 540 }}>{row.request}</strong> },
            { id: "rate", title: t("metrics.rate"), number: true, width: "120px", cell: (row) => format.rate(row.rate) },
            { id: "errors", title: t("metrics.errors"), number: true, wide: true, width: "110px", cell: (row) => format.rate(row.errors_rate) },
            { id: "p50", title: t("metrics.half"), number: true, wide: true, width: "130px", cell: (row) => format.ms(row.p50) },
            { id: "p95", title: t("metrics.within", { share: 95 }), number: true, wide: true, width: "130px", cell: (row) => format.ms(row.p95) },
            { id: "p99", title: t("metrics.within", { share: 99 }), number: true, width: "120px", cell: (row) => format.ms(row.p99) },
        ],
        [t, format],
    );
}

function Requests({ cluster }: { cluster: string }) {
    const { t } = useTranslation();
    const columns = useRequestColumns();
    const path = `${pathOf("clusters", cluster)}/requests`;
    const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<RequestList>(path, {}, signal), refetchInterval: 10_000 });
    if (!data && error) return <div className="card"><Failed error={error} retry={() => void refetch()} /></div>;
    if (!data) return <Bones />;
    const none = <Empty title={t(data.addresses.length ? "metrics.none" : "metrics.noRequests")} text={data.addresses.length ? undefined : t("metrics.noRequestsText")} />;
    return (
        <section className="stack">
            <h2>{t("metrics.requests")}</h2>
            {data.addresses.map((one) => (
                <p key={one.url}>
                    <span className="muted">{t("metrics.address")}:</span> <span className="mono">{one.url}</span>{" "}
                    <span className={one.state === "failed" ? "warned" : "muted"}>{t(`metrics.state.${one.state}`)}{one.detail && ` – ${one.detail}`}</span>
                </p>
            ))}
            <Table label={t("metrics.requests")} columns={columns} rows={rowsOf(data.items)} empty={none} />
        </section>
    );
}

export function MetricsView() {
    const { t } = useTranslation();
    const { cluster } = useParams({ from: "/clusters/$cluster/metrics" });
    const range = (useSearch({ from: "/clusters/$cluster/metrics" }).range ?? "15m") as Range;
    const navigate = useNavigate({ from: "/clusters/$cluster/metrics" });
    const ranges = [
        { value: "15m", label: t("metrics.minutes15") }, { value: "1h", label: t("metrics.hour") },
        { value: "6h", label: t("metrics.hours6") }, { value: "24h", label: t("metrics.hours24") },
    ];
    return (
        <>
            <Head
                title={t("metrics.title")}
                sub={t("metrics.noneText")}
                actions={<SegmentedControl size="xs" aria-label={t("metrics.range")} data={ranges} value={range} onChange={(value) => void navigate({ search: { range: value === "15m" ? undefined : value }, replace: true })} />}
            />
            <div className="stack">
                <div className="charts">
                    {(["messages_in", "messages_out", "bytes_in", "bytes_out", "lag", "size", "produce_p99", "fetch_p99"] as const).map((metric) => (
                        <Chart key={metric} cluster={cluster} metric={metric} title={t(`metrics.${metric}`)} spanMs={spans[range]} />
                    ))}
                </div>
                <Requests cluster={cluster} />
            </div>
        </>
    );
}
