import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { SearchIcon } from "./Icons";

const settleMs = 200;

/** What is typed goes into the address once it settles. */
export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
    const { t } = useTranslation();
    const [text, setText] = useState(value);
    const settle = useDebouncedCallback(onChange, settleMs);
    useEffect(() => setText(value), [value]);
    const change = (next: string) => {
        setText(next);
        settle(next.trim());
    };
    return (
        <TextInput
            className="search"
            type="text"
            role="searchbox"
            size="sm"
            aria-label={label}
            placeholder={label}
            value={text}
            spellCheck={false}
            leftSection={<SearchIcon />}
            rightSection={text && <CloseButton size="sm" aria-label={t("common.clear")} onClick={() => change("")} />}
            onChange={(event) => change(event.currentTarget.value)}
        />
    );
}

export function NothingFound({ search, onClear }: { search: string; onClear: () => void }) {
    const { t } = useTranslation();
    return (
        <div className="state">
            <SearchIcon size={26} />
            <h2>{t("common.nothingFound")}</h2>
            <p>{t("common.nothingFoundText", { search })}</p>
            <div className="row"><button type="button" className="plain" onClick={onClear}>{t("common.clearSearch")}</button></div>
        </div>
    );
}
