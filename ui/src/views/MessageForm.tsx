import { Button, Menu, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MessageSearch } from "../addresses";
import { pathOf, urlOf } from "../api/client";
import { ExpressionField } from "../parts/ExpressionField";
import { DownloadIcon } from "../parts/Icons";
import { limits, type MessageQuery, parametersOf, queryOf, searchOf, type Start, starts, valueError } from "../messageQuery";
import { useMayChange } from "../session";

interface FormProps {
    cluster: string;
    topic: string;
    search: MessageSearch;
    running: boolean;
    paths: readonly string[];
    onRun: (search: MessageSearch) => void;
    onStop: () => void;
}

const startValue: Record<Start, string> = { last: "200", live: "", earliest: "", offset: "0", time: "" };

function StartFields({ query, set }: { query: MessageQuery; set: (next: Partial<MessageQuery>) => void }) {
    const { t } = useTranslation();
    const error = valueError(query);
    const words = { number: t("create.wholeNumber", { low: 1, high: 99999 }), offset: t("messages.wholeOffset"), time: t("messages.badTime"), partitions: null }[error ?? "partitions"];
    const label = { last: t("messages.howMany"), offset: t("messages.offset"), time: t("messages.time") };
    return (
        <>
            <NativeSelect className="medium" label={t("messages.from")} value={query.start} data={starts.map((one) => ({ value: one, label: t(`messages.fromOptions.${one}`) }))} onChange={(event) => { const start = event.currentTarget.value as Start; set({ start, value: startValue[start] }); }} />
            {(query.start === "last" || query.start === "offset") && <TextInput className="small" label={label[query.start]} inputMode="numeric" value={query.value} error={words} onChange={(event) => set({ value: event.currentTarget.value.trim() })} />}
            {query.start === "time" && <TextInput className="medium" type="datetime-local" step={1} label={label.time} value={query.value} error={query.value !== "" && words} onChange={(event) => set({ value: event.currentTarget.value })} />}
            <TextInput className="small" label={t("messages.partitions")} placeholder={t("common.all")} value={query.partition} error={error === "partitions"} onChange={(event) => set({ partition: event.currentTarget.value })} />
            {query.start !== "last" && query.start !== "live" && <NativeSelect className="small" label={t("messages.limit")} value={query.limit} data={[...limits]} onChange={(event) => set({ limit: event.currentTarget.value })} />}
        </>
    );
}

function DownloadMenu({ cluster, topic, search }: { cluster: string; topic: string; search: MessageSearch }) {
    const { t } = useTranslation();
    const path = `${pathOf("clusters", cluster, "topics", topic)}/messages/download`;
    const { live: _, ...parameters } = parametersOf(search);
    return (
        <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
            <Menu.Target><Button variant="default" leftSection={<DownloadIcon />}>{t("messages.download")}</Button></Menu.Target>
            <Menu.Dropdown>
                {(["json", "csv"] as const).map((format) => <Menu.Item key={format} component="a" href={urlOf(path, { ...parameters, format })} download>{t(`messages.${format}`)}</Menu.Item>)}
            </Menu.Dropdown>
        </Menu>
    );
}

export function MessageForm({ cluster, topic, search, running, paths, onRun, onStop }: FormProps) {
    const { t } = useTranslation();
    const mayChange = useMayChange();
    const [query, setQuery] = useState(() => queryOf(search));
    useEffect(() => setQuery(queryOf(search)), [search]);
    const set = (next: Partial<MessageQuery>) => setQuery((now) => ({ ...now, ...next }));
    const run = () => {
        if (valueError(query) === null) onRun(searchOf(query));
    };
    const submit = (event: FormEvent) => {
        event.preventDefault();
        run();
    };
    return (
        <form className="card query" onSubmit={submit} role="search" aria-label={t("messages.results")}>
            <div className="line">
                <StartFields query={query} set={set} />
                <span style={{ flex: "1 1 0" }} />
                <div className="row">
                    <DownloadMenu cluster={cluster} topic={topic} search={search} />
                    {mayChange && <Button variant="default" renderRoot={(props) => <Link to="/clusters/$cluster/topics/$topic/produce" params={{ cluster, topic }} {...props} />}>{t("messages.produce")}</Button>}
                </div>
            </div>
            <div className="line" style={{ alignItems: "flex-start" }}>
                <SegmentedControl size="sm" aria-label={t("messages.filter")} data={[{ value: "text", label: t("messages.filterText") }, { value: "where", label: t("messages.filterWhere") }]} value={query.kind} onChange={(kind) => set({ kind: kind as MessageQuery["kind"] })} />
                <div className="flex">
                    {query.kind === "text" ? (
                        <TextInput aria-label={t("messages.filterText")} placeholder={t("messages.textPlaceholder")} value={query.filter} spellCheck={false} classNames={{ input: "mono" }} onChange={(event) => set({ filter: event.currentTarget.value })} />
                    ) : (
                        <ExpressionField value={query.filter} paths={paths} onChange={(filter) => set({ filter })} onRun={run} />
                    )}
                </div>
                {running ? <Button key="stop" variant="default" onClick={onStop}>{t("messages.stop")}</Button> : <Button key="run" type="submit">{t("messages.run")}</Button>}
            </div>
        </form>
    );
}
