import { tableFeatures, useTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rows } from "./pages";
import { Failed } from "./States";

export interface Column<Row> {
    id: string;
    title: string;
    cell: (row: Row) => ReactNode;
    number?: boolean;
    sortable?: boolean;
    wide?: boolean; // only where there is room for it
    width?: string;
}
export interface Order {
    sort: string;
    order: "asc" | "desc";
}
interface Slot<Row> {
    index: number;
    row: Row | undefined;
}
interface TableProps<Row> {
    label: string;
    columns: Column<Row>[];
    rows: Rows<Row>;
    empty: ReactNode;
    order?: Order;
    onOrder?: (order: Order) => void;
    rowHeight?: number;
}

const features = tableFeatures({});
const bones = 8;

function classOf(column: { number?: boolean; wide?: boolean } | undefined): string {
    return `${column?.number ? "number" : ""} ${column?.wide ? "wide" : ""}`.trim();
}

function SortButton({ column, order, onOrder }: { column: Column<never>; order: Order; onOrder: (order: Order) => void }) {
    const { t } = useTranslation();
    const active = order.sort === column.id;
    const next = active ? (order.order === "asc" ? "desc" : "asc") : column.number ? "desc" : "asc";
    return (
        <button type="button" className="sort" title={t("common.sortBy", { name: column.title })} onClick={() => onOrder({ sort: column.id, order: next })}>
            {column.title}
            <span className="arrow" aria-hidden="true">{active ? (order.order === "asc" ? "↑" : "↓") : ""}</span>
        </button>
    );
}

/** Only the rows in sight are in the page, and only their pages are loaded: 10,000 rows cost as much as 40. */
export function Table<Row>({ label, columns, rows, empty, order, onOrder, rowHeight = 40 }: TableProps<Row>) {
    const { t } = useTranslation();
    const frame = useRef<HTMLDivElement>(null);
    const [margin, setMargin] = useState(0);
    useLayoutEffect(() => setMargin((frame.current?.offsetTop ?? 0) + 37), []);
    const count = rows.loading ? bones : rows.total;
    const virtual = useWindowVirtualizer({ count, estimateSize: () => rowHeight, overscan: 12, scrollMargin: margin });
    const sight = virtual.getVirtualItems();
    const first = sight[0];
    const last = sight.at(-1);
    useEffect(() => rows.show(first?.index ?? 0, last?.index ?? 0));

    const data: Slot<Row>[] = sight.map(({ index }) => ({ index, row: rows.at(index) }));
    const definitions = useMemo(
        () =>
            columns.map((column) => ({
                id: column.id,
                header: column.title,
                cell: ({ row }: { row: { original: Slot<Row> } }) =>
                    row.original.row === undefined ? <span className="bone" style={{ width: column.number ? 40 : "60%" }} /> : column.cell(row.original.row),
            })),
        [columns],
    );
    const table = useTable({ features, columns: definitions, data });
    const byId = new Map(columns.map((column) => [column.id, column]));

    if (rows.error) return <div className="card"><Failed error={rows.error} retry={rows.retry} /></div>;
    if (!rows.loading && rows.total === 0) return <div className="card">{empty}</div>;
    const above = first ? first.start - margin : 0;
    const below = last ? virtual.getTotalSize() - (last.end - margin) : 0;
    return (
        <div className="table-frame" ref={frame}>
            <table className="table" aria-label={label} aria-rowcount={rows.loading ? -1 : rows.total + 1} aria-busy={rows.loading}>
                <thead>
                    {table.getHeaderGroups().map((group) => (
                        <tr key={group.id} aria-rowindex={1}>
                            {group.headers.map((header) => {
                                const column = byId.get(header.column.id);
                                const sorted = order && order.sort === header.column.id ? (order.order === "asc" ? "ascending" : "descending") : undefined;
                                return (
                                    <th key={header.id} scope="col" className={classOf(column)} style={{ width: column?.width }} aria-sort={sorted}>
                                        {column?.sortable && order && onOrder ? <SortButton column={column as Column<never>} order={order} onOrder={onOrder} /> : column?.title}
                                    </th>
                                );
                            })}
                        </tr>
                    ))}
                </thead>
                <tbody>
                    {above > 0 && <tr className="spacer" aria-hidden="true"><td colSpan={columns.length} style={{ height: above }} /></tr>}
                    {table.getRowModel().rows.map((row) => (
                        <tr key={row.original.index} className="row-link" aria-rowindex={row.original.index + 2}>
                            {row.getAllCells().map((cell) => (
                                <td key={cell.id} className={classOf(byId.get(cell.column.id))}><table.FlexRender cell={cell} /></td>
                            ))}
                        </tr>
                    ))}
                    {below > 0 && <tr className="spacer" aria-hidden="true"><td colSpan={columns.length} style={{ height: below }} /></tr>}
                </tbody>
            </table>
            {rows.loading && <span className="hidden" role="status">{t("common.loading")}</span>}
        </div>
    );
}
