import { ActionIcon, Switch } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Fragment, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConfigSearch } from "../addresses";
import { get, pathOf } from "../api/client";
import type { Config, ConfigList } from "../api/types";
import { useFormat } from "../i18n";
import type { Format } from "../i18n/format";
import { EditIcon } from "../parts/Icons";
import { rowsOf } from "../parts/pages";
import { NothingFound, SearchField } from "../parts/SearchField";
import { Empty, Failed, NoteBox } from "../parts/States";
import { type Column, Table } from "../parts/Table";
import { useMayChange } from "../session";
import { ConfigEditor } from "./ConfigEditor";

/** "604800000" with what a person reads beside it. */
export function readable(format: Format, config: Config, value: string | null): string {
    if (value === null || !/^\d+$/.test(value) || value === "9223372036854775807") return "";
    if (config.unit === "ms") return Number(value) >= 1000 ? format.duration(value) : "";
    return config.unit === "bytes" && Number(value) >= 1024 ? format.bytes(value) : "";
}

/** A long name that breaks where a reader expects it. */
function Dotted({ name }: { name: string }) {
    return name.split(/(?<=\.)/).map((part) => <Fragment key={part}>{part}<wbr /></Fragment>);
}

function Value({ config, value }: { config: Config; value: string | null }) {
    const { t } = useTranslation();
    const words = readable(useFormat(), config, value);
    if (config.sensitive) return <span className="muted">{t("configs.secret")}</span>;
    if (value === null || value === "") return <span className="muted">{t("configs.unset")}</span>;
    return <span className="mono config-value">{value}{words && <span className="muted"> · {words}</span>}</span>;
}

interface ConfigsProps {
    path: string;
    own: "topic" | "broker";
    search: ConfigSearch;
    onSearch: (next: Partial<ConfigSearch>) => void;
}

function Configs({ path, own, search, onSearch }: ConfigsProps) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const mayChange = useMayChange();
    const [edited, setEdited] = useState<Config | null>(null);
    const [saved, setSaved] = useState<string | null>(null);
    const { data, error, refetch } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<ConfigList>(path, {}, signal) });
    const columns = useMemo<Column<Config>[]>(
        () => [
            { id: "name", title: t("configs.name"), width: "44%", cell: (row) => <div className="config-cell" style={{ padding: "8px 0", whiteSpace: "normal" }}><div className="config-name"><Dotted name={row.name} /></div>{row.documentation && <div className="help">{row.documentation}</div>}</div> },
            { id: "value", title: t("configs.value"), cell: (row) => <Value config={row} value={row.value} /> },
            { id: "default", title: t("configs.default"), wide: true, cell: (row) => <span className="muted">{row.default ?? "–"}</span> },
            { id: "source", title: t("configs.source"), wide: true, width: "120px", cell: (row) => <span className={row.source === own ? "tag accent" : "tag"}>{t(`configs.sources.${row.source}`)}</span> },
            {
                id: "edit", title: "", width: "104px",
                cell: (row) =>
                    !mayChange || row.read_only || row.sensitive ? (row.read_only && <span className="muted once">{t("configs.readOnly")}</span>)
                    : <ActionIcon variant="subtle" aria-label={t("configs.edit", { name: row.name })} onClick={() => setEdited(row)}><EditIcon size={14} /></ActionIcon>,
            },
        ],
        [t, mayChange, own],
    );
    if (!data && error) return <div className="card"><Failed error={error} retry={() => void refetch()} /></div>;
    const words = search.search?.toLowerCase() ?? "";
    const shown = data?.items.filter((one) => (one.name.includes(words) || one.documentation?.toLowerCase().includes(words)) && (!search.changed || one.source === own));
    const rows = shown ? rowsOf(shown) : { ...rowsOf<Config>([]), loading: true };
    const empty = search.search ? <NothingFound search={search.search} onClear={() => onSearch({ search: undefined })} /> : <Empty title={t("configs.empty")} text={t("configs.emptyText")} />;
    return (
        <>
            <div className="bar">
                <SearchField label={t("configs.searchLabel")} value={search.search ?? ""} onChange={(value) => onSearch({ search: value || undefined })} />
                <Switch size="sm" label={t("configs.changedOnly")} checked={search.changed === true} onChange={(event) => onSearch({ changed: event.currentTarget.checked || undefined })} />
            </div>
            {saved && <div style={{ marginBottom: 12 }}><NoteBox tone="good" title={t("configs.saved", { name: saved })} /></div>}
            <Table label={t("topic.configuration")} columns={columns} rows={rows} empty={empty} rowHeight={72} />
            {edited && (
                <ConfigEditor
                    key={edited.name} path={path} own={own} config={edited} onClose={() => setEdited(null)}
                    onSaved={(list) => {
                        client.setQueryData([path], list);
                        setSaved(edited.name);
                        setEdited(null);
                    }}
                />
            )}
        </>
    );
}

export function TopicConfigs() {
    const { cluster, topic } = useParams({ from: "/clusters/$cluster/topics/$topic/configuration" });
    const search = useSearch({ from: "/clusters/$cluster/topics/$topic/configuration" });
    const navigate = useNavigate({ from: "/clusters/$cluster/topics/$topic/configuration" });
    return <Configs path={`${pathOf("clusters", cluster, "topics", topic)}/configs`} own="topic" search={search} onSearch={(next) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true })} />;
}

export function BrokerConfigs() {
    const { cluster, broker } = useParams({ from: "/clusters/$cluster/brokers/$broker/" });
    const search = useSearch({ from: "/clusters/$cluster/brokers/$broker/" });
    const navigate = useNavigate({ from: "/clusters/$cluster/brokers/$broker/" });
    return <Configs path={`${pathOf("clusters", cluster, "brokers", broker)}/configs`} own="broker" search={search} onSearch={(next) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true })} />;
}
