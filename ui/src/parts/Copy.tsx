import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

export function CopyButton({ text, label }: { text: string; label: string }) {
    const { t } = useTranslation();
    const clipboard = useClipboard({ timeout: 1500 });
    return (
        <Button variant="subtle" size="compact-xs" aria-label={label} onClick={() => clipboard.copy(text)}>
            {clipboard.copied ? t("common.copied") : t("common.copy")}
        </Button>
    );
}
