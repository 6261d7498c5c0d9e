import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { FailedBox } from "./States";

interface DialogProps {
    title: string;
    opened: boolean;
    onClose: () => void;
    children: ReactNode;
}

/** A dialog that locks nothing with style tags, so that the content policy has nothing to refuse. */
export function Dialog({ title, opened, onClose, children }: DialogProps) {
    const { t } = useTranslation();
    return (
        <Modal
            opened={opened}
            onClose={onClose}
            title={title}
            centered
            lockScroll={false}
            radius={10}
            transitionProps={{ duration: 0 }}
            closeButtonProps={{ "aria-label": t("common.close") }}
        >
            {children}
        </Modal>
    );
}

interface ConfirmProps {
    name: string;
    title: string;
    danger: string;
    action: string;
    opened: boolean;
    onClose: () => void;
    run: () => Promise<unknown>;
    done: () => void;
}

/** What cannot be undone asks for the name, typed. */
export function Confirm({ name, title, danger, action, opened, onClose, run, done }: ConfirmProps) {
    const { t } = useTranslation();
    const [typed, setTyped] = useState("");
    const close = () => {
        setTyped("");
        mutation.reset();
        onClose();
    };
    const mutation = useMutation({
        mutationFn: run,
        onSuccess: () => {
            close();
            done();
        },
    });
    return (
        <Dialog title={title} opened={opened} onClose={close}>
            <form
                className="stack"
                onSubmit={(event) => {
                    event.preventDefault();
                    if (typed === name) mutation.mutate();
                }}
            >
                <p>{danger}</p>
                <TextInput label={t("topic.typeName", { name })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus autoComplete="off" spellCheck={false} classNames={{ input: "mono" }} />
                <FailedBox error={mutation.error} />
                <div className="form-foot">
                    <Button type="submit" color="red" disabled={typed !== name} loading={mutation.isPending}>{action}</Button>
                    <Button variant="default" onClick={close}>{t("common.cancel")}</Button>
                </div>
            </form>
        </Dialog>
    );
}
