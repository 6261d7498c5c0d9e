import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api/client";
import type { ExpressionCheck } from "../api/types";

const Editor = lazy(() => import("./ExpressionEditor"));

interface ExpressionFieldProps {
    value: string;
    paths: readonly string[];
    onChange: (value: string) => void;
    onRun: () => void;
}

/** An expression with completion; what is wrong with it, and where, is the server's word. */
export function ExpressionField({ value, paths, onChange, onRun }: ExpressionFieldProps) {
    const { t } = useTranslation();
    const [settled] = useDebouncedValue(value.trim(), 250);
    const { data } = useQuery({
        queryKey: ["expression", settled],
        queryFn: ({ signal }) => get<ExpressionCheck>("/expressions/check", { where: settled }, signal),
        enabled: settled !== "",
    });
    const problem = settled === value.trim() && settled !== "" ? data?.problem : null;
    const position = problem?.position;
    return (
        <div>
            <div className={problem ? "editor wrong" : "editor"}>
                <Suspense>
                    <Editor value={value} paths={paths} label={t("messages.filterWhere")} placeholder={t("messages.wherePlaceholder")} error={position ?? null} onChange={onChange} onRun={onRun} />
                </Suspense>
            </div>
            {problem && (
                <p className="below" role="status">
                    <span className="bad">{position === undefined ? problem.detail : t("messages.badAt", { position: position + 1, detail: problem.detail })}</span>{" "}
                    <span className="muted">{problem.hint}</span>
                </p>
            )}
        </div>
    );
}
