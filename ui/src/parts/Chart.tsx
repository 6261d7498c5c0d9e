import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { get, pathOf } from "../api/client";
import type { MetricName, Metrics } from "../api/types";
import { useFormat } from "../i18n";
import type { Format } from "../i18n/format";

const Plot = lazy(() => import("./Plot"));

interface ChartProps {
    cluster: string;
    metric: MetricName;
    title: string;
    topic?: string;
    group?: string;
    partition?: number;
    broker?: string;
    spanMs?: number;
}
const pointsMax = 360;
const metered = new Set<MetricName>(["bytes_in", "bytes_out", "produce_p99", "fetch_p99"]);

function textOf(format: Format, metric: MetricName, value: number | null): string {
    if (metric === "size") return format.bytes(value);
    if (metric.startsWith("bytes")) return format.bytesRate(value);
    if (metric === "lag") return format.compact(value);
    if (metric.endsWith("p99")) return format.ms(value);
    return format.rate(value);
}

/** One series over time; what it is now and its peak stand beside the title, for those who do not see the line. */
export function Chart({ cluster, metric, title, topic, group, partition, broker, spanMs = 900_000 }: ChartProps) {
    const { t } = useTranslation();
    const format = useFormat();
    const step = Math.max(10_000, Math.ceil(spanMs / pointsMax / 10_000) * 10_000);
    const path = `${pathOf("clusters", cluster)}/metrics`;
    const query = { name: metric, topic, group, partition, broker, from: String(-spanMs), step };
    const { data, error } = useQuery({
        queryKey: [path, query],
        queryFn: ({ signal }) => get<Metrics>(path, query, signal),
        refetchInterval: step,
    });
    const values = data?.series[0]?.values ?? [];
    const seen = values.filter((value) => value !== null);
    const now = values.findLast((value) => value !== null) ?? null;
    return (
        <figure className="card chart" style={{ margin: 0 }}>
            <figcaption className="row spread">
                <h2>{title}</h2>
                {seen.length > 0 && (
                    <span className="muted">
                        {t("metrics.now", { value: textOf(format, metric, now) })} · {t("metrics.peak", { value: textOf(format, metric, Math.max(...seen)) })}
                    </span>
                )}
            </figcaption>
            <div className="plot">
                {data && seen.length > 0 && (
                    <Suspense>
                        <Plot from={Number(data.from)} step={data.step} span={spanMs} values={values} marks={metric === "lag" ? "whole" : metric === "size" || metric.startsWith("bytes") ? "bytes" : "any"} hour={format.hour} text={(value) => textOf(format, metric, value)} />
                    </Suspense>
                )}
                {((data && seen.length === 0) || error) && <p className="muted" style={{ paddingTop: 48, textAlign: "center" }}>{t(metered.has(metric) ? "metrics.needsAddress" : "metrics.none")}</p>}
            </div>
        </figure>
    );
}
