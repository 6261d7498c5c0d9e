import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, change, get, pathOf } from "../api/client";
import type { Cluster, CreatedTopic, NewTopic } from "../api/types";
import { Head } from "../parts/Page";
import { FailedBox } from "../parts/States";
import { useMayChange } from "../session";
import { isWholeNumber, mayClash, nameError } from "../topicRules";
import { configsOf, settingsAreWrong, startSettings, type TopicSettings } from "../topicSettings";
import { TopicSettingsForm } from "./TopicSettingsForm";

const partitionsMax = 100_000;

/** Whether the cluster would take the name: asked once the typing stops. */
function useTaken(cluster: string, name: string): boolean {
    const [settled] = useDebouncedValue(name, 250);
    const path = `${pathOf("clusters", cluster)}/topics`;
    const { error } = useQuery({
        queryKey: [path, "name", settled],
        queryFn: () => change<CreatedTopic>("POST", path, { name: settled } satisfies NewTopic, { validate_only: true }),
        enabled: nameError(settled) === null,
        staleTime: 0,
    });
    return settled === name && error instanceof ApiError && error.problem.code === "TOPIC_ALREADY_EXISTS";
}

function useNameWords(cluster: string, name: string, touched: boolean): { error: string | null; hint: string } {
    const { t } = useTranslation();
    const taken = useTaken(cluster, name);
    const wrong = nameError(name);
    const error = wrong ? (touched || name !== "" ? t(`create.${wrong}`) : null) : taken ? t("create.exists") : null;
    return { error, hint: mayClash(name) ? t("create.mixed") : t("create.nameHint") };
}

export function AddTopicView() {
    const { t } = useTranslation();
    const { cluster } = useParams({ from: "/clusters/$cluster/add-topic" });
    const navigate = useNavigate();
    const client = useQueryClient();
    const mayChange = useMayChange();
    const [name, setName] = useState("");
    const [partitions, setPartitions] = useState("1");
    const [touched, setTouched] = useState(false);
    const [settings, setSettings] = useState<TopicSettings | null>(null);
    const words = useNameWords(cluster, name, touched);
    const base = pathOf("clusters", cluster);
    const { data } = useQuery({ queryKey: [base], queryFn: ({ signal }) => get<Cluster>(base, {}, signal) });
    const countIsWrong = !isWholeNumber(partitions, 1, partitionsMax);
    const mutation = useMutation({
        mutationFn: (topic: NewTopic) => change<CreatedTopic>("POST", `${base}/topics`, topic),
        onSuccess: async (topic) => {
            await client.invalidateQueries({ queryKey: [`${base}/topics`] });
            await navigate({ to: "/clusters/$cluster/topics/$topic", params: { cluster, topic: topic.name } });
        },
    });
    const submit = (event: FormEvent) => {
        event.preventDefault();
        setTouched(true);
        if (nameError(name) || words.error || countIsWrong || (settings && settingsAreWrong(settings))) return;
        const chosen = settings ? { replication_factor: settings.replicas === "" ? null : Number(settings.replicas), configs: configsOf(settings) } : {};
        mutation.mutate({ name, partitions: Number(partitions), ...chosen });
    };
    return (
        <>
            <Head title={t("create.title")} crumbs={[<Link key="topics" to="/clusters/$cluster/topics" params={{ cluster }}>{t("nav.topics")}</Link>]} />
            <form className="form" onSubmit={submit} noValidate>
                <div className="two">
                    <TextInput label={t("create.name")} description={words.hint} error={words.error} value={name} onChange={(event) => setName(event.currentTarget.value)} onBlur={() => setTouched(name !== "")} autoFocus autoComplete="off" spellCheck={false} inputWrapperOrder={["label", "input", "error", "description"]} />
                    <TextInput label={t("create.partitions")} description={t("create.partitionsHint")} error={countIsWrong ? t("create.wholeNumber", { low: 1, high: partitionsMax }) : null} value={partitions} inputMode="numeric" onChange={(event) => setPartitions(event.currentTarget.value.trim())} inputWrapperOrder={["label", "input", "error", "description"]} />
                </div>
                {settings && <TopicSettingsForm cluster={cluster} brokers={data?.summary.brokers ?? null} settings={settings} onChange={setSettings} />}
                <FailedBox error={mutation.error} />
                <div className="form-foot">
                    <Button type="submit" loading={mutation.isPending} disabled={!mayChange}>{settings ? t("create.create") : t("create.defaults")}</Button>
                    {!settings && <Button variant="default" onClick={() => setSettings(startSettings)}>{t("create.customize")}</Button>}
                    <Button variant="subtle" color="gray" renderRoot={(props) => <Link to="/clusters/$cluster/topics" params={{ cluster }} {...props} />}>{t("common.cancel")}</Button>
                </div>
            </form>
        </>
    );
}
