import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Query } from "../api/client";
import type { GroupSummary } from "../api/types";
import { useFormat } from "../i18n";
import { GroupMark, Lag } from "../parts/marks";
import { useRows } from "../parts/pages";
import { type Column, type Order, Table } from "../parts/Table";

interface GroupTableProps {
    cluster: string;
    path: string;
    query: Query;
    empty: ReactNode;
    order: Order;
    onOrder: (order: Order) => void;
}

export function GroupTable({ cluster, path, query, empty, order, onOrder }: GroupTableProps) {
    const { t } = useTranslation();
    const format = useFormat();
    const rows = useRows<GroupSummary>(path, { ...query, ...order });
    const columns = useMemo<Column<GroupSummary>[]>(
        () => [
            { id: "group", title: t("groups.name"), sortable: true, cell: (row) => <Link className="name" to="/clusters/$cluster/groups/$group" params={{ cluster, group: row.group }} title={row.group}>{row.group}</Link> },
            { id: "state", title: t("groups.stateName"), sortable: true, width: "148px", cell: (row) => <GroupMark state={row.state} /> },
            { id: "members", title: t("groups.members"), number: true, sortable: true, wide: true, width: "104px", cell: (row) => format.number(row.members) },
            { id: "topics", title: t("groups.topics"), number: true, wide: true, width: "92px", cell: (row) => format.number(row.topics) },
            { id: "type", title: t("groups.type"), wide: true, width: "130px", cell: (row) => t(`groups.types.${row.type}`) },
            { id: "coordinator", title: t("groups.coordinator"), number: true, wide: true, width: "120px", cell: (row) => format.number(row.coordinator) },
            { id: "lag", title: t("groups.lag"), number: true, sortable: true, width: "104px", cell: (row) => <Lag lag={row.lag} /> },
        ],
        [t, format, cluster],
    );
    return <Table label={t("groups.title")} columns={columns} rows={rows} empty={empty} order={order} onOrder={onOrder} />;
}
