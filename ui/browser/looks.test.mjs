// Each page and each dialog in both languages, both schemes and both widths: looks.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Site } from "./harness.mjs";
import { folder, lookAt, settle, views } from "./looks.mjs";

const at = "/clusters/production";
const topic = `${at}/topics/orders.updated`;
const group = `${at}/groups/fraud-detection`;
const pages = {
    clusters: ["/"], overview: [at], topics: [`${at}/topics`], topics_empty: ["/clusters/empty/topics"], topics_failed: ["/clusters/error/topics"], topics_loading: ["/clusters/loading/topics"],
    add_topic: [`${at}/add-topic`, (page) => page.locator("form button").nth(1).click()], topic: [topic], messages: [`${topic}/messages`, (page) => page.locator(".stream-line").first().click()],
    produce: [`${topic}/produce`], configuration: [`${topic}/configuration`], groups: [`${at}/groups`], group: [group], members: [`${group}/members`], reset: [`${at}/groups/mailer/reset`],
    brokers: [`${at}/brokers`], broker: [`${at}/brokers/1`], log_folders: [`${at}/brokers/1/log-folders`], metrics: [`${at}/metrics`], service: ["/clusters/riacho/services/schemas"],
};

// What opens above a page. Their names differ by language, so that places stand for them here.
const dialog = (page) => page.getByRole("dialog").waitFor();
const action = (index) => async (page) => {
    await page.locator("header button[aria-haspopup=menu]").click();
    await page.getByRole("menuitem").nth(index).click();
    await dialog(page);
};
const press = (selector) => async (page) => {
    await page.locator(selector).first().click();
    await dialog(page);
};
const menu = (selector) => async (page) => {
    await page.locator(`${selector} [aria-haspopup=menu]`).first().click();
    await page.getByRole("menuitem").first().waitFor();
};
const dialogs = {
    actions: [topic, menu("header")], add_partitions: [topic, action(0)], empty_topic: [topic, action(1)], delete_topic: [topic, action(2)],
    edit_config: [`${topic}/configuration?search=retention.ms`, press("tbody button")], delete_group: [group, press("header button")],
    forget: [`${at}/groups/mailer`, press("button.forget")], download: [`${topic}/messages`, menu("form")],
};
const drawers = {
    1280: { language: [at, menu(".rail-foot")], switch: [at, menu(".rail")] },
    390: {
        drawer: [at, async (page) => {
            await page.locator(".top button").click();
            await page.locator(".rail.open").waitFor();
        }],
    },
};
const judged = 2; // both schemes and both widths
const everywhere = [];

let browser;
let site;
before(async () => {
    browser = await launch();
    site = await Site.open(browser);
});
after(async () => {
    await browser.close();
    await site.close();
});

for (const [index, view] of views(4).entries()) {
    const axe = folder || index >= judged ? null : everywhere;
    const words = `${view.language}, ${view.scheme}, ${view.width} pixels: in bounds${axe ? ", and nothing serious for axe" : ""}`;
    test(`pages, ${words}`, () => site.visit(view, async (page) => assert.deepEqual(await lookAt(page, site.base, pages, view, axe), [])));
    if (folder || index < judged) {
        const over = axe && ["[role=dialog], [role=menu], .rail.open"];
        test(`dialogs and menus, ${words}`, () =>
            site.visit(view, async (page) => assert.deepEqual(await lookAt(page, site.base, { ...dialogs, ...drawers[view.width] }, view, over), [])));
    }
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
