import { createTheme, MantineProvider, localStorageColorSchemeManager } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, StrictMode, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { whenSignedOut } from "./api/client";
import { FormatContext, startLanguage } from "./i18n";
import { Format } from "./i18n/format";
import { router } from "./router";
import "./styles.css";

const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 1000 }, mutations: { retry: false } } });
whenSignedOut(() => void client.invalidateQueries({ queryKey: ["session"] }));
const menus = { defaultProps: { withInitialFocusPlaceholder: false } }; // it is a child that no menu may have
const theme = createTheme({ respectReducedMotion: true, cursorType: "pointer", components: { Menu: menus } });
const schemes = localStorageColorSchemeManager({ key: "riacho-scheme" });

function Formats({ children }: { children: ReactNode }) {
    const { i18n } = useTranslation();
    const format = useMemo(() => new Format(i18n.language), [i18n.language]);
    return <FormatContext value={format}>{children}</FormatContext>;
}

// Mantine's style tags are off: its variables and classes are in our style sheets (README.md, content policy).
function Application() {
    return (
        <MantineProvider theme={theme} colorSchemeManager={schemes} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
            <QueryClientProvider client={client}>
                <Formats><RouterProvider router={router} /></Formats>
            </QueryClientProvider>
        </MantineProvider>
    );
}

await startLanguage();
const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><Application /></StrictMode>);
