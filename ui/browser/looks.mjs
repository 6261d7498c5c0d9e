// Every page in a language, a scheme and a width: pictures for people, and what a program can judge of them.
// RIACHO_PICTURES=FOLDER keeps the pictures.
import { mkdirSync } from "node:fs";
import { seriousFindings, sidewaysBy } from "./harness.mjs";

export const folder = process.env.RIACHO_PICTURES;
const all = [["en-US", "light", 1280], ["en-US", "dark", 390], ["pt-BR", "dark", 1280], ["pt-BR", "light", 390], ["en-US", "dark", 1280], ["en-US", "light", 390], ["pt-BR", "light", 1280], ["pt-BR", "dark", 390]];

/** The first `few`, which have every language, scheme and width from four on; all of them where there are pictures. */
export const views = (few) => (folder ? all : all.slice(0, few)).map(([language, scheme, width]) => ({ language, scheme, width, height: width === 390 ? 844 : 800 }));

export async function settle(page) {
    await page.locator("h1").first().waitFor();
    await page.waitForFunction(() => location.pathname.includes("loading") || !document.querySelector(".bone, .plot:empty, main > .card:empty"));
    await page.evaluate(() => document.fonts.ready);
}

/** `pages` are [path, steps to take there] by their names; `axe` is null or where in the page it looks. */
export async function lookAt(page, base, pages, { language, scheme, width }, axe) {
    const findings = [];
    if (folder) mkdirSync(folder, { recursive: true });
    for (const [name, [path, act]] of Object.entries(pages)) {
        await page.goto(base + path);
        await settle(page);
        await act?.(page);
        if (folder) await page.screenshot({ path: `${folder}/${name}-${language}-${scheme}-${width}.png` });
        const sideways = await sidewaysBy(page);
        if (sideways > 0) findings.push(`${name} can be scrolled sideways by ${sideways}`);
        if (axe !== null) findings.push(...(await seriousFindings(page, axe)).map((one) => `${name}: ${one}`));
    }
    return findings;
}
