import i18next from "i18next";
import { createContext, useContext } from "react";
import { initReactI18next } from "react-i18next";
import { english } from "./english";
import { Format } from "./format";
import { portuguese } from "./portuguese";

declare module "i18next" {
    interface CustomTypeOptions {
        defaultNS: "translation";
        resources: { translation: typeof english };
        returnNull: false;
    }
}

export const languages = { en: "English", "pt-BR": "Português" } as const;
export type Language = keyof typeof languages;
const key = "riacho-language";

export function languageOf(wishes: readonly string[]): Language {
    for (const wish of wishes) {
        if (wish.toLowerCase().startsWith("pt")) return "pt-BR";
        if (wish.toLowerCase().startsWith("en")) return "en";
    }
    return "en";
}

function chosen(): string | null {
    try {
        return localStorage.getItem(key);
    } catch {
        return null; // storage is off
    }
}

export async function startLanguage(): Promise<void> {
    const remembered = chosen();
    await i18next.use(initReactI18next).init({
        lng: languageOf(remembered ? [remembered] : navigator.languages),
        fallbackLng: "en",
        resources: { en: { translation: english }, "pt-BR": { translation: portuguese } },
        interpolation: { escapeValue: false }, // React escapes
    });
    document.documentElement.lang = i18next.language;
}

export async function changeLanguage(language: Language): Promise<void> {
    await i18next.changeLanguage(language);
    document.documentElement.lang = language;
    try {
        localStorage.setItem(key, language);
    } catch {
        // storage is off: the choice lasts as long as the page
    }
}

export const FormatContext = createContext(new Format("en"));
export const useFormat = (): Format => useContext(FormatContext);
