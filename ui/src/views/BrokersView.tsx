import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { pathOf } from "../api/client";
import type { Broker } from "../api/types";
import { useFormat } from "../i18n";
import { Head } from "../parts/Page";
import { useRows } from "../parts/pages";
import { Empty } from "../parts/States";
import { type Column, Table } from "../parts/Table";

export function BrokersView() {
    const { t } = useTranslation();
    const format = useFormat();
    const { cluster } = useParams({ from: "/clusters/$cluster/brokers" });
    const search = useSearch({ from: "/clusters/$cluster/brokers" });
    const navigate = useNavigate({ from: "/clusters/$cluster/brokers" });
    const order = { sort: search.sort ?? "id", order: search.order ?? "asc" } as const;
    const rows = useRows<Broker>(`${pathOf("clusters", cluster)}/brokers`, { ...order });
    const columns = useMemo<Column<Broker>[]>(
        () => [
            {
                id: "id", title: t("brokers.id"), sortable: true, width: "150px",
                cell: (row) => (
                    <>
                        <Link className="name" to="/clusters/$cluster/brokers/$broker" params={{ cluster, broker: String(row.id) }}>{row.id}</Link>{" "}
                        {row.controller && <span className="tag accent">{t("brokers.controller")}</span>}
                    </>
                ),
            },
            { id: "address", title: t("brokers.address"), wide: true, cell: (row) => <span className="mono">{row.host}:{row.port}</span> },
            { id: "state", title: t("brokers.state"), width: "110px", cell: (row) => <span className={`mark ${row.state === "online" ? "fine" : "bad"}`}>{t(`brokers.${row.state}`)}</span> },
            { id: "rack", title: t("brokers.rack"), wide: true, width: "110px", cell: (row) => row.rack ?? "–" },
            { id: "partitions", title: t("brokers.partitions"), number: true, sortable: true, wide: true, width: "116px", cell: (row) => format.number(row.partitions) },
            { id: "leaders", title: t("brokers.leaders"), number: true, sortable: true, wide: true, width: "106px", cell: (row) => format.number(row.leaders) },
            { id: "size", title: t("brokers.size"), number: true, sortable: true, width: "116px", cell: (row) => format.bytes(row.size) },
        ],
        [t, format, cluster],
    );
    return (
        <>
            <Head title={t("brokers.title")} />
            <Table
                label={t("brokers.title")} columns={columns} rows={rows} empty={<Empty title={t("brokers.empty")} text={t("brokers.emptyText")} />} order={order}
                onOrder={(next) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true })}
            />
        </>
    );
}
