import { ActionIcon, Button, NativeSelect, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { change, get, pathOf, send, urlOf } from "../api/client";
import type { Message, NewMessage, Payload, ProducedMessage } from "../api/types";
import { AddIcon, CloseIcon } from "../parts/Icons";
import { Bones, FailedBox, NoteBox } from "../parts/States";
import { base64OfBytes, inputOf, type InputFormat, isBase64, isJson, newPayload, type PayloadInput, prettyJson } from "../payloads";
import { useTopic } from "./TopicView";

interface HeaderInput extends PayloadInput {
    name: string;
}
interface Draft {
    partition: string;
    key: PayloadInput;
    value: PayloadInput;
    headers: HeaderInput[];
}

const from = "/clusters/$cluster/topics/$topic/produce";
const emptyDraft: Draft = { partition: "", key: { format: "null", text: "" }, value: { format: "text", text: "" }, headers: [] };

/** The draft of a message that is there already, with its bytes: what is no text comes as Base64. */
async function draftOf(path: string): Promise<Draft> {
    const message = await get<Message>(path);
    const part = async (payload: Payload, name: "key" | "value"): Promise<PayloadInput> => {
        const ready = inputOf(payload);
        if (ready) return ready;
        const bytes = await (await send(urlOf(`${path}/${name}`))).arrayBuffer();
        return { format: "base64", text: base64OfBytes(new Uint8Array(bytes)) };
    };
    const headers = message.headers.map(({ name, value }) => ({ name, ...(inputOf(value) ?? { format: "text" as const, text: value.text ?? "" }) }));
    return { partition: String(message.partition), key: await part(message.key, "key"), value: await part(message.value, "value"), headers };
}

const wrong = ({ format, text }: PayloadInput): boolean => format === "base64" && !isBase64(text.trim());

interface PartFieldProps {
    label: string;
    formatLabel: string;
    part: PayloadInput;
    rows: number;
    onChange: (part: PayloadInput) => void;
}

function PartField({ label, formatLabel, part, rows, onChange }: PartFieldProps) {
    const { t } = useTranslation();
    const formats = [{ value: "text", label: t("produce.text") }, { value: "base64", label: t("produce.base64") }, { value: "null", label: t("produce.null") }];
    const looksJson = /^\s*[[{]/.test(part.text) && part.format === "text";
    const json = looksJson && isJson(part.text);
    return (
        <div className="part-form">
            <div className="row spread">
                <span className="field-label" style={{ margin: 0 }} aria-hidden="true">{label}</span>
                <div className="row">
                    {json && <Button variant="subtle" size="compact-xs" onClick={() => onChange({ ...part, text: prettyJson(part.text) })}>{t("produce.format")}</Button>}
                    <SegmentedControl size="xs" aria-label={formatLabel} data={formats} value={part.format} onChange={(format) => onChange({ ...part, format: format as InputFormat })} />
                </div>
            </div>
            <Textarea aria-label={label} rows={rows} value={part.format === "null" ? "" : part.text} disabled={part.format === "null"} error={wrong(part) && t("produce.badBase64")} spellCheck={false} onChange={(event) => onChange({ ...part, text: event.currentTarget.value })} />
            {looksJson && !json && <p className="below muted">{t("produce.badJson")}</p>}
        </div>
    );
}

function HeaderFields({ headers, onChange }: { headers: HeaderInput[]; onChange: (headers: HeaderInput[]) => void }) {
    const { t } = useTranslation();
    const set = (index: number, next: Partial<HeaderInput>) => onChange(headers.map((header, at) => (at === index ? { ...header, ...next } : header)));
    return (
        <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
            <legend className="field-label">{t("produce.headers")}</legend>
            {headers.map((header, index) => (
                <div key={index} className="header-line">
                    <TextInput aria-label={`${t("produce.headerName")} ${index + 1}`} placeholder={t("produce.headerName")} value={header.name} onChange={(event) => set(index, { name: event.currentTarget.value })} />
                    <TextInput aria-label={`${t("produce.headerValue")} ${index + 1}`} placeholder={header.format === "null" ? t("produce.null") : t("produce.headerValue")} value={header.text} onChange={(event) => set(index, { text: event.currentTarget.value, format: header.format === "null" ? "text" : header.format })} />
                    <ActionIcon variant="subtle" color="gray" size={30} aria-label={t("produce.removeHeader", { number: index + 1 })} onClick={() => onChange(headers.filter((_, at) => at !== index))}><CloseIcon /></ActionIcon>
                </div>
            ))}
            <Button variant="default" size="xs" leftSection={<AddIcon size={13} />} onClick={() => onChange([...headers, { name: "", format: "text", text: "" }])}>{t("produce.addHeader")}</Button>
        </fieldset>
    );
}

function bodyOf({ partition, key, value, headers }: Draft): NewMessage {
    const trimmed = (part: PayloadInput) => (part.format === "base64" ? { ...part, text: part.text.trim() } : part);
    return { partition: partition === "" ? null : Number(partition), key: newPayload(trimmed(key)), value: newPayload(trimmed(value)), headers: headers.map((header) => ({ name: header.name, value: newPayload(trimmed(header)) })) };
}

export function ProduceView() {
    const { t } = useTranslation();
    const { cluster, topic } = useParams({ from });
    const { partition, offset } = useSearch({ from });
    const { path, data } = useTopic(cluster, topic);
    const [draft, setDraft] = useState(emptyDraft);
    const source = partition !== undefined && offset !== undefined ? pathOf("clusters", cluster, "topics", topic, "messages", partition, offset) : null;
    const original = useQuery({ queryKey: [source, "draft"], queryFn: () => draftOf(source ?? ""), enabled: source !== null, staleTime: Infinity });
    useEffect(() => {
        if (original.data) setDraft(original.data);
    }, [original.data]);
    const mutation = useMutation({ mutationFn: () => change<ProducedMessage>("POST", `${path}/messages`, bodyOf(draft)) });
    const set = (next: Partial<Draft>) => {
        mutation.reset();
        setDraft((now) => ({ ...now, ...next }));
    };
    const submit = (event: FormEvent) => {
        event.preventDefault();
        if (!wrong(draft.key) && !wrong(draft.value)) mutation.mutate();
    };
    const done = mutation.data;
    if (source && original.isPending) return <Bones />;
    return (
        <form className="form" style={{ maxWidth: 760 }} onSubmit={submit}>
            <div className="row spread"><h2>{t("produce.title")}</h2>{source && <span className="muted">{t("produce.again", { partition, offset })}</span>}</div>
            <FailedBox error={original.error} />
            <NativeSelect label={t("produce.partition")} value={draft.partition} data={[{ value: "", label: t("produce.byKey") }, ...(data?.partitions ?? []).map((one) => ({ value: String(one.partition), label: String(one.partition) }))]} onChange={(event) => set({ partition: event.currentTarget.value })} />
            <PartField label={t("produce.key")} formatLabel={t("produce.keyFormat")} part={draft.key} rows={2} onChange={(key) => set({ key })} />
            <PartField label={t("produce.value")} formatLabel={t("produce.valueFormat")} part={draft.value} rows={10} onChange={(value) => set({ value })} />
            <HeaderFields headers={draft.headers} onChange={(headers) => set({ headers })} />
            <FailedBox error={mutation.error} />
            {done && (
                <NoteBox
                    tone="good" title={t("produce.done", { partition: done.partition, offset: done.offset })}
                    action={<Link to="/clusters/$cluster/topics/$topic/messages" params={{ cluster, topic }} search={{ from: `offset:${done.offset}`, partition: String(done.partition) }}>{t("produce.show")}</Link>}
                />
            )}
            <div className="form-foot"><Button type="submit" loading={mutation.isPending}>{t("produce.submit")}</Button></div>
        </form>
    );
}
