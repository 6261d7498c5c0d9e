import { NativeSelect, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, pathOf } from "../api/client";
import type { ConfigList } from "../api/types";
import { useFormat } from "../i18n";
import { NothingFound, SearchField } from "../parts/SearchField";
import { Bones, FailedBox } from "../parts/States";
import { type Availability, presets } from "../topicRules";
import { type Amount, amountIsWrong, replicasAreWrong, sizeOf, timeOf, type TopicSettings } from "../topicSettings";

interface AmountProps {
    label: string;
    value: Amount;
    units: Record<string, string>;
    wrong: boolean;
    endless?: boolean;
    onChange: (value: Amount) => void;
}

function AmountField({ label, value, units: known, wrong, endless = true, onChange }: AmountProps) {
    const { t } = useTranslation();
    return (
        <div>
            <div className="row" style={{ flexWrap: "nowrap", alignItems: "flex-end" }}>
                <TextInput className="grow" label={label} placeholder={value.unlimited ? t("create.infinite") : t("create.defaultValue")} value={value.amount} disabled={value.unlimited} inputMode="numeric" error={wrong} onChange={(event) => onChange({ ...value, amount: event.currentTarget.value.trim() })} />
                <NativeSelect aria-label={`${label}: ${t("create.unit")}`} data={Object.entries(known).map(([unit, name]) => ({ value: unit, label: name }))} value={value.unit} disabled={value.unlimited} onChange={(event) => onChange({ ...value, unit: event.currentTarget.value })} />
            </div>
            {wrong && <p className="below bad">{t("reset.number")}</p>}
            {endless && <Switch mt={8} size="xs" label={t("create.infinite")} aria-label={`${label}: ${t("create.infinite")}`} checked={value.unlimited} onChange={(event) => onChange({ ...value, unlimited: event.currentTarget.checked })} />}
        </div>
    );
}

function AvailabilityField({ brokers, settings, onChange }: { brokers: number | null; settings: TopicSettings; onChange: (settings: TopicSettings) => void }) {
    const { t } = useTranslation();
    const name = useId();
    const choose = (availability: Availability) =>
        onChange(availability === "custom" ? { ...settings, availability } : { ...settings, availability, replicas: String(presets[availability].replicas), inSync: String(presets[availability].inSync) });
    return (
        <div className="stack tight">
            <fieldset className="choices">
                <legend className="field-label">{t("create.availability")}</legend>
                {(["maximum", "moderate", "low", "custom"] as const).map((one) => {
                    const preset = one === "custom" ? null : presets[one];
                    const tooFew = preset !== null && brokers !== null && preset.replicas > brokers;
                    return (
                        <label key={one} className="choice">
                            <input type="radio" name={name} value={one} checked={settings.availability === one} disabled={tooFew} onChange={() => choose(one)} />
                            {t(`create.${one}`)}
                            {preset && <small>{tooFew ? t("create.tooFew", { count: preset.replicas }) : t("create.preset", { replicas: preset.replicas, inSync: preset.inSync })}</small>}
                        </label>
                    );
                })}
            </fieldset>
            {settings.availability === "custom" && (
                <div className="two">
                    <TextInput label={t("create.replicationFactor")} placeholder={t("create.defaultValue")} inputMode="numeric" value={settings.replicas} error={replicasAreWrong(settings.replicas) && t("create.wholeNumber", { low: 1, high: 32767 })} onChange={(event) => onChange({ ...settings, replicas: event.currentTarget.value.trim() })} />
                    <TextInput label={t("create.minInSync")} placeholder={t("create.defaultValue")} inputMode="numeric" value={settings.inSync} error={replicasAreWrong(settings.inSync) && t("create.wholeNumber", { low: 1, high: 32767 })} onChange={(event) => onChange({ ...settings, inSync: event.currentTarget.value.trim() })} />
                </div>
            )}
        </div>
    );
}

function ExpertFields({ cluster, values, onChange }: { cluster: string; values: Record<string, string>; onChange: (values: Record<string, string>) => void }) {
    const { t } = useTranslation();
    const format = useFormat();
    const [search, setSearch] = useState("");
    const path = `${pathOf("clusters", cluster)}/topic-configs`;
    const { data, error } = useQuery({ queryKey: [path], queryFn: ({ signal }) => get<ConfigList>(path, {}, signal) });
    if (error && !data) return <FailedBox error={error} />;
    if (!data) return <Bones />;
    const found = data.items.filter((config) => config.name.includes(search));
    return (
        <div className="card padded stack">
            <p className="muted">{t("create.expertText")}</p>
            <SearchField label={t("configs.searchLabel")} value={search} onChange={setSearch} />
            {found.length === 0 && <NothingFound search={search} onClear={() => setSearch("")} />}
            {found.map((config) => (
                <TextInput
                    key={config.name}
                    label={config.name}
                    classNames={{ label: "config-name" }}
                    description={[config.documentation, config.unit === "ms" && config.default ? format.duration(config.default) : ""].filter(Boolean).join(" · ")}
                    placeholder={config.default ?? ""}
                    value={values[config.name] ?? ""}
                    onChange={(event) => onChange({ ...values, [config.name]: event.currentTarget.value })}
                    spellCheck={false}
                    inputWrapperOrder={["label", "input", "description", "error"]}
                />
            ))}
        </div>
    );
}

interface FormProps {
    cluster: string;
    brokers: number | null;
    settings: TopicSettings;
    onChange: (settings: TopicSettings) => void;
}

export function TopicSettingsForm({ cluster, brokers, settings, onChange }: FormProps) {
    const { t } = useTranslation();
    const set = <Key extends keyof TopicSettings>(key: Key) => (value: TopicSettings[Key]) => onChange({ ...settings, [key]: value });
    const times = { ms: t("create.milliseconds"), s: t("create.seconds"), min: t("create.minutes"), h: t("create.hours"), d: t("create.days") };
    const bytes = { B: "B", KiB: "KiB", MiB: "MiB", GiB: "GiB" };
    return (
        <>
            <AvailabilityField brokers={brokers} settings={settings} onChange={onChange} />
            <NativeSelect
                label={t("create.cleanup")}
                value={settings.cleanup}
                data={[{ value: "", label: t("create.defaultValue") }, { value: "delete", label: t("create.delete") }, { value: "compact", label: t("create.compact") }, { value: "compact,delete", label: t("create.both") }]}
                onChange={(event) => set("cleanup")(event.currentTarget.value)}
            />
            <div className="two">
                <AmountField label={t("create.retentionTime")} value={settings.time} units={times} wrong={amountIsWrong(settings.time, timeOf)} onChange={set("time")} />
                <AmountField label={t("create.retentionSize")} value={settings.size} units={bytes} wrong={amountIsWrong(settings.size, sizeOf)} onChange={set("size")} />
            </div>
            <AmountField label={t("create.maxMessage")} value={settings.message} units={bytes} wrong={amountIsWrong(settings.message, sizeOf)} endless={false} onChange={set("message")} />
            <Switch label={t("create.expert")} checked={settings.expert !== null} onChange={(event) => set("expert")(event.currentTarget.checked ? {} : null)} />
            {settings.expert && <ExpertFields cluster={cluster} values={settings.expert} onChange={set("expert")} />}
        </>
    );
}
