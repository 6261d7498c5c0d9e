// Every list with 10,000 rows: few of them in the page at a time, and the last one in reach. RIACHO_PICTURES keeps how
// their ends look.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Site } from "./harness.mjs";

const count = 10_000;
const most = 80; // rows that a list may have in the page
const at = "/clusters/large";
const preview = async (page) => {
    await page.getByRole("button", { name: "Preview" }).click();
};
const lists = {
    topics: [`${at}/topics`, "Topics"], groups: [`${at}/groups`, "Consumer groups"], partitions: [`${at}/topics/wide`, "Partitions"],
    "partitions of a group": [`${at}/groups/crowd`, "Lag"], members: [`${at}/groups/crowd/members`, "Members"],
    "topics of a group": [`${at}/groups/broad`, "Lag"], "moves of offsets": [`${at}/groups/broad/reset`, "Preview", preview],
    "partitions in a folder": [`${at}/brokers/1/log-folders`, "/var/lib/riacho"],
};

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

async function picture(page, name) {
    const kept = process.env.RIACHO_PICTURES;
    if (kept) await page.screenshot({ path: `${kept}/many-${name.replaceAll(" ", "-")}.png` });
}

for (const [name, [path, label, prepare]] of Object.entries(lists))
    test(`${name}: few rows in the page, all of them in reach`, () =>
        site.visit({}, async (page) => {
            await page.open(path);
            await prepare?.(page);
            const table = page.getByRole("table", { name: label, exact: true });
            await table.locator('tr[aria-rowindex="2"] td').first().waitFor();
            await page.waitForFunction(() => !document.querySelector("tbody .bone"));
            const rows = Number(await table.getAttribute("aria-rowcount"));
            assert.ok(rows >= count + 1, `${rows} rows`);
            assert.ok((await table.locator("tbody tr").count()) < most);
            await table.evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().bottom + window.scrollY - window.innerHeight));
            await table.locator(`tr[aria-rowindex="${rows}"]`).waitFor();
            await page.waitForFunction(() => !document.querySelector("tbody .bone"));
            assert.ok((await table.locator("tbody tr").count()) < most);
            await picture(page, name);
        }));

test("messages: few lines in the page, all of them in reach", () =>
    site.visit({}, async (page) => {
        await page.open(`${at}/topics/orders.created/messages?from=earliest&limit=${count}`);
        await page.getByText("10,000 found").waitFor();
        const stream = page.getByRole("region", { name: "Messages" });
        assert.ok((await stream.locator(".stream-item").count()) < most);
        await stream.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        await stream.locator(`[data-index="${count - 1}"]`).waitFor();
        assert.ok((await stream.locator(".stream-item").count()) < most);
        await picture(page, "messages");
    }));

test("what reads 10,000 partitions says so in a few words, and a topic is found among as many", () =>
    site.visit({}, async (page) => {
        await page.open(`${at}/groups/alone/members`);
        await page.getByText("wide: 0-9999").waitFor();
        await picture(page, "alone");
        await page.open(`${at}/groups/broad`);
        await page.getByLabel("Topic to forget").selectOption("wide");
        await page.getByRole("button", { name: "Forget its offsets" }).click();
        await page.getByRole("dialog").getByText("Forget the offsets in wide?").waitFor();
    }));
