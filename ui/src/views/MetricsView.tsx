import { SegmentedControl } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Chart } from "../parts/Chart";
import { Head } from "../parts/Page";

const minute = 60_000;
const spans = { "15m": 15 * minute, "1h": 60 * minute, "6h": 360 * minute, "24h": 1440 * minute };
type Range = keyof typeof spans;

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
            <div className="charts">
                {(["messages_in", "messages_out", "bytes_in", "bytes_out", "lag", "size"] as const).map((metric) => (
                    <Chart key={metric} cluster={cluster} metric={metric} title={t(`metrics.${metric}`)} spanMs={spans[range]} />
                ))}
            </div>
        </>
    );
}
