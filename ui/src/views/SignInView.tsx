import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { change } from "../api/client";
import type { Session, SignIn } from "../api/types";
import { Empty, FailedBox } from "../parts/States";

export function SignInView({ session }: { session: Session }) {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [password, setPassword] = useState("");
    const mutation = useMutation({
        mutationFn: () => change<Session>("POST", "/session", { password } satisfies SignIn),
        onSuccess: (next) => client.setQueryData(["session"], next),
    });
    if (session.auth === "token") return <main className="sign-in"><Empty title={t("session.title")} text={t("session.token")} /></main>;
    return (
        <main className="sign-in">
            <form
                className="card"
                onSubmit={(event) => {
                    event.preventDefault();
                    mutation.mutate();
                }}
            >
                <div><h1>{t("session.title")}</h1><p className="muted">{t("session.text")}</p></div>
                <PasswordInput label={t("session.password")} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" autoFocus visibilityToggleButtonProps={{ "aria-label": t("session.password") }} />
                <FailedBox error={mutation.error} />
                <Button type="submit" loading={mutation.isPending} disabled={password === ""}>{t("session.submit")}</Button>
            </form>
        </main>
    );
}
