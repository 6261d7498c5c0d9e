import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, unreachable } from "../api/client";
import type { Problem } from "../api/types";
import { english } from "../i18n/english";
import { AlertIcon, EmptyIcon } from "./Icons";

export function Empty({ title, text, action }: { title: string; text?: string; action?: ReactNode }) {
    return (
        <div className="state">
            <EmptyIcon size={26} />
            <h2>{title}</h2>
            {text && <p>{text}</p>}
            {action && <div className="row">{action}</div>}
        </div>
    );
}

export const problemOfError = (error: unknown): Problem =>
    error instanceof ApiError ? error.problem : unreachable(error);

type Known = Exclude<keyof typeof english.errors, "title">;
const known = (code: string): code is Known => code in english.errors;

/** What went wrong in the reader's language where the code is known; the detail is always the server's own words. */
export function useProblemTitle(): (problem: Problem) => string {
    const { t } = useTranslation();
    return (problem) => (known(problem.code) ? t(`errors.${problem.code}`) : problem.title || t("errors.title"));
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
    const { t } = useTranslation();
    const title = useProblemTitle();
    const problem = problemOfError(error);
    return (
        <div className="state error" role="alert">
            <AlertIcon size={26} />
            <h2>{title(problem)}</h2>
            <p>{problem.detail}</p>
            {retry && <div className="row"><Button variant="default" size="xs" onClick={retry}>{t("common.retry")}</Button></div>}
        </div>
    );
}

/** The same in the width of a form, beside what was tried. */
export function FailedBox({ error }: { error: unknown }) {
    const title = useProblemTitle();
    if (!error) return null;
    const problem = problemOfError(error);
    return (
        <div className="note-box danger" role="alert">
            <div><strong>{title(problem)}</strong><p>{problem.detail}</p></div>
        </div>
    );
}

export function NoteBox({ tone, title, children, action }: { tone: "good" | "warn"; title: string; children?: ReactNode; action?: ReactNode }) {
    return (
        <div className={`note-box ${tone}`} role="status">
            <div className="grow"><strong>{title}</strong>{children && <p>{children}</p>}</div>
            {action}
        </div>
    );
}

export function Bones({ lines = 6 }: { lines?: number }) {
    const { t } = useTranslation();
    return (
        <div className="card padded stack" role="status" aria-label={t("common.loading")}>
            {Array.from({ length: lines }, (_, line) => <span key={line} className="bone" style={{ width: `${90 - ((line * 17) % 50)}%` }} />)}
        </div>
    );
}
