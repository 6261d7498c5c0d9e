// Each page in both languages, both schemes and both widths: pictures for people, and what a program can judge of
// them. RIACHO_PICTURES=FOLDER keeps the pictures.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, seriousFindings, sidewaysBy, Site } from "./harness.mjs";

const pages = {
    clusters: "/", overview: "/clusters/production", topics: "/clusters/production/topics", topics_empty: "/clusters/empty/topics", topics_failed: "/clusters/error/topics",
    topics_loading: "/clusters/loading/topics", add_topic: "/clusters/production/add-topic", topic: "/clusters/production/topics/orders.updated",
    messages: "/clusters/production/topics/orders.updated/messages", produce: "/clusters/production/topics/orders.updated/produce",
    configuration: "/clusters/production/topics/orders.updated/configuration", groups: "/clusters/production/groups", group: "/clusters/production/groups/fraud-detection",
    members: "/clusters/production/groups/fraud-detection/members", reset: "/clusters/production/groups/mailer/reset", brokers: "/clusters/production/brokers",
    broker: "/clusters/production/brokers/1", log_folders: "/clusters/production/brokers/1/log-folders", metrics: "/clusters/production/metrics", service: "/clusters/riacho/services/schemas",
};
const opened = {
    add_topic: (page) => page.locator("form button").nth(1).click(),
    messages: (page) => page.locator(".stream-line").first().click(),
};
const folder = process.env.RIACHO_PICTURES;
const views = [["en-US", "light", 1280], ["en-US", "dark", 390], ["pt-BR", "dark", 1280], ["pt-BR", "light", 390], ["en-US", "dark", 1280], ["en-US", "light", 390], ["pt-BR", "light", 1280], ["pt-BR", "dark", 390]];
const measured = 4; // the first views have every language, scheme and width; the rest is for pictures
const judged = 2; // both schemes and both widths

let browser;
let site;
before(async () => {
    browser = await launch();
    site = await Site.open(browser);
    if (folder) mkdirSync(folder, { recursive: true });
});
after(async () => {
    await browser.close();
    await site.close();
});

async function settle(page) {
    await page.locator("h1").first().waitFor();
    await page.waitForFunction(() => location.pathname.includes("loading") || !document.querySelector(".bone, main > .card:empty"));
    await page.evaluate(() => document.fonts.ready);
}

for (const [index, [language, scheme, width]] of (folder ? views : views.slice(0, measured)).entries()) {
    const axe = !folder && index < judged;
    test(`${language}, ${scheme}, ${width} pixels: in bounds${axe ? ", and nothing serious for axe" : ""}`, () =>
        site.visit({ language, scheme, width, height: width === 390 ? 844 : 800 }, async (page) => {
            const findings = [];
            for (const [name, path] of Object.entries(pages)) {
                await page.goto(site.base + path);
                await settle(page);
                await opened[name]?.(page);
                if (folder) await page.screenshot({ path: `${folder}/${name}-${language}-${scheme}-${width}.png` });
                const sideways = await sidewaysBy(page);
                if (sideways > 0) findings.push(`${name} can be scrolled sideways by ${sideways}`);
                if (axe) findings.push(...(await seriousFindings(page)).map((one) => `${name}: ${one}`));
            }
            assert.deepEqual(findings, []);
        }));
}

test("the first view is painted with little, and asks for little", () =>
    site.visit({}, async (page) => {
        const sizes = [];
        page.on("response", async (response) => sizes.push([response.url(), Number((await response.body().catch(() => "")).length)]));
        await page.goto(`${site.base}/`);
        await settle(page);
        const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
        console.log(`first contentful paint after ${Math.round(painted)} ms, ${sizes.length} requests`);
        assert.ok(sizes.every(([url]) => !/Editor|Plot/.test(url)), "the editor and the charts come later");
    }));
