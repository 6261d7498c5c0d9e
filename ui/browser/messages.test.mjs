import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Site } from "./harness.mjs";
import { download, followFast, loadWhole, produceTwice, produceWrongly, searchByExpression, searchFrom, typedOver } from "./messageSteps.mjs";
import { lines, valueOf } from "./steps.mjs";

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

const path = "/clusters/riacho/topics/orders.updated/messages";

test("the newest messages, each whole when it is opened, and none of it taken for HTML", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?where=${encodeURIComponent('value.customer.name == "<b>Bobby</b>"')}&from=earliest`);
        await lines(page).first().click();
        const value = await valueOf(page).innerText();
        assert.match(value, /"name": "<b>Bobby<\/b>"/);
        assert.match(value, /9007199254740993/);
        assert.equal(await page.locator(".stream b").count(), 0);
        await page.getByText("trace-id").waitFor();
        const raw = await page.getByRole("link", { name: "Value: Bytes" }).getAttribute("href");
        assert.match(raw, /\/messages\/\d+\/\d+\/value$/);
    }));

test("where to start, partitions and filter are in the address", () =>
    site.visit({}, (page) => searchFrom(page, path, { offset: "9000", partitions: "0-1", text: "Souza" })));

test("an expression completes, says where it is wrong, and finds", () => site.visit({ allowed: typedOver }, (page) => searchByExpression(page, path)));

test("a search of everything shows its progress and can be stopped", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?from=earliest&text=nowhere-to-be-found`);
        await page.getByText("Searching").waitFor();
        await page.waitForFunction(() => Number(document.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow")) > 0);
        await page.getByRole("button", { name: "Stop" }).click();
        await page.getByText("No message matches").waitFor();
    }));

test("a payload of hundreds of kilobytes comes whole when it is asked for", () =>
    site.visit({}, (page) => loadWhole(page, `${path}?from=earliest&text=${encodeURIComponent("All work and no play.")}`, 190_000)));

test("what is shown can be downloaded as JSON and CSV", () => site.visit({}, (page) => download(page, path, "Souza")));

test("a live tail of 5,000 messages a second stays in bounds, waits for who reads, and stops", () => site.visit({}, (page) => followFast(page, path)));

test("a message is produced with key, headers and partition, and produced again", () =>
    site.visit({}, (page) => produceTwice(page, "/clusters/riacho/topics/meu-topico", "0/3", "0/4")));

test("what cannot be produced is said before and after it is sent", () => site.visit({}, (page) => produceWrongly(page, "/clusters/riacho/topics/meu-topico")));
