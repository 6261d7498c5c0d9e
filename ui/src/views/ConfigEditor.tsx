import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { change } from "../api/client";
import type { Config, ConfigChange, ConfigChanges, ConfigList } from "../api/types";
import { useFormat } from "../i18n";
import { Dialog } from "../parts/Confirm";
import { FailedBox } from "../parts/States";
import { readable } from "./ConfigsView";

const numeric = ["int", "short", "long", "double"];

interface EditorProps {
    path: string;
    own: "topic" | "broker";
    config: Config;
    onClose: () => void;
    onSaved: (list: ConfigList) => void;
}

function Field({ config, value, onChange }: { config: Config; value: string; onChange: (value: string) => void }) {
    const { t } = useTranslation();
    const format = useFormat();
    const choices = config.type === "boolean" ? ["true", "false"] : config.type === "list" ? undefined : config.choices;
    if (choices) return <NativeSelect label={t("configs.newValue")} data={choices} value={value} onChange={(event) => onChange(event.currentTarget.value)} data-autofocus />;
    const wrong = numeric.includes(config.type) && !/^-?\d+(\.\d+)?$/.test(value);
    const words = readable(format, config, value) || (config.choices ?? []).join(", ");
    return <TextInput label={config.unit ? `${t("configs.newValue")}, ${t(`configs.${config.unit}`)}` : t("configs.newValue")} value={value} error={wrong && t("configs.number")} description={words} classNames={{ input: "mono" }} onChange={(event) => onChange(event.currentTarget.value)} spellCheck={false} data-autofocus inputWrapperOrder={["label", "input", "error", "description"]} />;
}

export function ConfigEditor({ path, own, config, onClose, onSaved }: EditorProps) {
    const { t } = useTranslation();
    const [value, setValue] = useState(config.value ?? "");
    const mutation = useMutation({
        mutationFn: (one: ConfigChange) => change<ConfigList>("PATCH", path, { changes: [one] } satisfies ConfigChanges),
        onSuccess: onSaved,
    });
    const { name } = config;
    return (
        <Dialog title={name} opened onClose={onClose}>
            <form
                className="stack"
                onSubmit={(event) => {
                    event.preventDefault();
                    mutation.mutate({ name, operation: "set", value });
                }}
            >
                {config.documentation && <p className="muted">{config.documentation}</p>}
                <Field config={config} value={value} onChange={setValue} />
                {config.synonyms.length > 0 && (
                    <div>
                        <div className="field-label">{t("configs.synonyms")}</div>
                        <dl className="pairs mono">
                            {config.synonyms.map((one) => [
                                <dt key={`${one.source} ${one.name}`}>{t(`configs.sources.${one.source}`)}</dt>,
                                <dd key={`${one.source} ${one.name} value`}>{one.name} = {one.value ?? t("configs.unset")}</dd>,
                            ])}
                        </dl>
                    </div>
                )}
                <FailedBox error={mutation.error} />
                <div className="form-foot">
                    <Button type="submit" disabled={value === config.value} loading={mutation.isPending}>{t("common.save")}</Button>
                    {config.source === own && <Button variant="default" onClick={() => mutation.mutate({ name, operation: "delete" })}>{t("configs.reset")}</Button>}
                    <Button variant="subtle" color="gray" onClick={onClose}>{t("common.cancel")}</Button>
                </div>
            </form>
        </Dialog>
    );
}
