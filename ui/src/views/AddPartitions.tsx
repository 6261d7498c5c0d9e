import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { change } from "../api/client";
import type { NewPartitions, Topic } from "../api/types";
import { Dialog } from "../parts/Confirm";
import { FailedBox } from "../parts/States";
import { isWholeNumber } from "../topicRules";

interface AddPartitionsProps {
    path: string;
    partitions: number;
    opened: boolean;
    onClose: () => void;
}

export function AddPartitions({ path, partitions, opened, onClose }: AddPartitionsProps) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [total, setTotal] = useState<string | null>(null);
    const text = total ?? String(partitions + 1);
    const right = isWholeNumber(text, partitions + 1, 100_000);
    const close = () => {
        setTotal(null);
        mutation.reset();
        onClose();
    };
    const mutation = useMutation({
        mutationFn: () => change<Topic>("POST", `${path}/partitions`, { total: Number(text) } satisfies NewPartitions),
        onSuccess: (topic) => {
            client.setQueryData([path], topic);
            close();
        },
    });
    return (
        <Dialog title={t("topic.addTitle")} opened={opened} onClose={close}>
            <form
                className="stack"
                onSubmit={(event) => {
                    event.preventDefault();
                    if (right) mutation.mutate();
                }}
            >
                <p>{t("topic.addText", { count: partitions })}</p>
                <TextInput label={t("topic.addTotal")} inputMode="numeric" value={text} error={right ? null : t("topic.addMore", { count: partitions })} onChange={(event) => setTotal(event.currentTarget.value.trim())} data-autofocus />
                <FailedBox error={mutation.error} />
                <div className="form-foot">
                    <Button type="submit" disabled={!right} loading={mutation.isPending}>{t("topic.addPartitions")}</Button>
                    <Button variant="default" onClick={close}>{t("common.cancel")}</Button>
                </div>
            </form>
        </Dialog>
    );
}
