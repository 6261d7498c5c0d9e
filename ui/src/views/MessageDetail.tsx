import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, pathOf, urlOf } from "../api/client";
import type { Message, Payload } from "../api/types";
import { useFormat } from "../i18n";
import { CopyButton } from "../parts/Copy";
import { FailedBox } from "../parts/States";
import { shown } from "../payloads";
import { useMayChange } from "../session";
import { PayloadLine } from "./MessageList";

interface PartProps {
    title: string;
    copyLabel: string;
    payload: Payload;
    raw: string;
    loading: boolean;
    onWhole: () => void;
}

function Part({ title, copyLabel, payload, raw, loading, onWhole }: PartProps) {
    const { t } = useTranslation();
    const format = useFormat();
    const nothing = payload.format === "null" || payload.format === "empty";
    return (
        <section>
            <div className="part-head">
                <h3>{title}</h3>
                <span className="tag">{payload.format}</span>
                {payload.schema_id != null && <span>{t("messages.schema", { id: payload.schema_id })}</span>}
                {!nothing && !payload.truncated && <span>{format.bytes(payload.size)}</span>}
                {payload.truncated && <span className="warned">{t("messages.cut", { shown: format.bytes(payload.text?.length ?? 0), size: format.bytes(payload.size) })}</span>}
                {payload.truncated && <Button variant="light" size="compact-xs" loading={loading} onClick={onWhole}>{t("messages.whole")}</Button>}
                {!nothing && <CopyButton text={payload.text ?? ""} label={copyLabel} />}
                {!nothing && <Button variant="subtle" size="compact-xs" component="a" href={raw} download aria-label={`${title}: ${t("messages.raw")}`}>{t("messages.raw")}</Button>}
            </div>
            {nothing ? <pre className="mono nothing">{payload.format === "null" ? t("messages.null") : t("messages.emptyPayload")}</pre> : <pre className="mono" tabIndex={0} role="region" aria-label={title}>{shown(payload)}</pre>}
        </section>
    );
}

export function MessageDetail({ cluster, topic, message }: { cluster: string; topic: string; message: Message }) {
    const { t } = useTranslation();
    const mayChange = useMayChange();
    const [whole, setWhole] = useState(false);
    const path = pathOf("clusters", cluster, "topics", topic, "messages", message.partition, message.offset);
    const { data, error, isFetching } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<Message>(path, {}, signal), enabled: whole, staleTime: Infinity });
    const { key, value, headers } = data ?? message;
    const search = { partition: String(message.partition), offset: message.offset };
    const common = { loading: isFetching, onWhole: () => setWhole(true) };
    return (
        <div className="message">
            {error && <FailedBox error={error} />}
            <Part title={t("messages.value")} copyLabel={t("messages.copyValue")} payload={value} raw={urlOf(`${path}/value`)} {...common} />
            <Part title={t("messages.key")} copyLabel={t("messages.copyKey")} payload={key} raw={urlOf(`${path}/key`)} {...common} />
            <section>
                <div className="part-head"><h3>{t("messages.headers")}</h3>{headers.length === 0 && <span>{t("messages.noHeaders")}</span>}</div>
                {headers.length > 0 && (
                    <dl className="pairs mono">
                        {headers.map((header, index) => [<dt key={`${index} name`}>{header.name}</dt>, <dd key={`${index} value`}><PayloadLine payload={header.value} /></dd>])}
                    </dl>
                )}
            </section>
            {mayChange && (
                <div className="row">
                    <Button variant="default" size="xs" renderRoot={(props) => <Link to="/clusters/$cluster/topics/$topic/produce" params={{ cluster, topic }} search={search} {...props} />}>{t("messages.again")}</Button>
                </div>
            )}
        </div>
    );
}
