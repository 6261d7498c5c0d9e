// What the tests in a browser share: the mock or a console, Chromium, and an ear for what the page complains about.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { Mock } from "../mock/server.mjs";

const programs = [process.env.RIACHO_CHROMIUM, "/usr/bin/chromium"];
export const program = programs.find((path) => path && existsSync(path));
export const folder = process.env.RIACHO_PAGE ?? new URL("../dist", import.meta.url).pathname;
const skipped = 77;
let failures = 0; // pictures of them, where pictures are kept

if (!program) {
    console.log("skipped: no chromium here; ./setup installs it");
    process.exit(skipped);
}

export async function launch() {
    return chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
}

export class Site {
    static async open(browser, options = {}) {
        const site = new Site();
        site.browser = browser;
        site.mock = new Mock({ folder, ...options });
        site.base = await site.mock.listen();
        return site;
    }
    /** A console that runs already. */
    static at(browser, base) {
        return Object.assign(new Site(), { browser, base });
    }
    close() {
        return this.mock?.close();
    }

    /** A page in a context of its own; `complaints` has what it wrote to the console that is no answer of the API. */
    async page({ width = 1280, height = 800, scheme = "light", language = "en-US" } = {}) {
        const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: language, reducedMotion: "reduce", timezoneId: "America/Sao_Paulo" });
        const page = await context.newPage();
        page.setDefaultTimeout(Number(process.env.RIACHO_PATIENCE_MS ?? 60_000)); // machines that build at the same time are slow
        page.complaints = [];
        page.on("pageerror", (error) => page.complaints.push(String(error)));
        page.on("console", (message) => {
            if (["error", "warning"].includes(message.type()) && !message.text().startsWith("Failed to load resource")) page.complaints.push(message.text());
        });
        page.open = async (path) => {
            await page.goto(this.base + path);
            await page.locator("h1").first().waitFor();
        };
        return page;
    }

    /** Runs `steps` with a page, and fails where the page complained: about its policy, a key, a bug. */
    async visit(options, steps) {
        const page = await this.page(options);
        try {
            await steps(page);
            assert.deepEqual(page.complaints.filter((words) => !options.allowed?.test(words)), []);
        } catch (error) {
            const kept = process.env.RIACHO_PICTURES;
            if (kept) await page.screenshot({ path: `${kept}/failed-${++failures}.png` });
            throw error;
        } finally {
            await page.context().close();
        }
    }
}

/** Of the whole page, or of what the selectors say. */
export async function seriousFindings(page, places = []) {
    const axe = new AxeBuilder({ page });
    for (const place of places) axe.include(place);
    const { violations } = await axe.analyze();
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

export const sidewaysBy = (page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
