import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Site } from "./harness.mjs";

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
const lines = (page) => page.locator(".stream-line");

test("the newest messages, each whole when it is opened, and none of it taken for HTML", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?where=${encodeURIComponent('value.customer.name == "<b>Bobby</b>"')}&from=earliest`);
        await lines(page).first().click();
        const value = page.getByRole("region", { name: "Value", exact: true });
        await value.waitFor();
        assert.match(await value.innerText(), /"name": "<b>Bobby<\/b>"/);
        assert.match(await value.innerText(), /9007199254740993/);
        assert.equal(await page.locator(".stream b").count(), 0);
        await page.getByText("trace-id").waitFor();
        const raw = await page.getByRole("link", { name: "Value: Bytes" }).getAttribute("href");
        assert.match(raw, /\/messages\/\d+\/\d+\/value$/);
    }));

test("where to start, partitions and filter are in the address", () =>
    site.visit({}, async (page) => {
        await page.open(path);
        await lines(page).first().waitFor();
        await page.getByLabel("Start at").selectOption("offset");
        await page.getByLabel("Offset", { exact: true }).fill("9000");
        await page.getByLabel("Partitions", { exact: true }).fill("0-1");
        await page.getByRole("textbox", { name: "Text" }).fill("Souza");
        await page.getByRole("button", { name: "Search" }).click();
        await page.waitForURL((url) => url.searchParams.get("from") === "offset:9000" && url.searchParams.get("text") === "Souza");
        await page.getByText(/Stopped at 200 found|All searched/).waitFor();
        const shown = await lines(page).first().innerText();
        assert.match(shown, /Souza/);
        await page.reload();
        await lines(page).first().waitFor();
        assert.equal(await page.getByLabel("Offset", { exact: true }).inputValue(), "9000");
        await page.getByRole("button", { name: "Load more" }).click();
        await page.getByText("Stopped at 400 found").waitFor();
    }));

// Where a coloured selection is typed over, Chromium's own editing tries to keep its style inline, and the policy refuses.
const typedOver = /Applying inline style .* style attributes/s;

test("an expression completes, says where it is wrong, and finds", () =>
    site.visit({ allowed: typedOver }, async (page) => {
        await page.open(path);
        await lines(page).first().waitFor();
        await page.getByText("Expression", { exact: true }).click();
        const editor = page.getByRole("textbox", { name: "Expression" });
        await editor.click();
        await page.keyboard.type("value.tot");
        await page.getByRole("option", { name: "value.total" }).click();
        await page.keyboard.type(" = 900");
        await page.getByText("Position 13").waitFor();
        await page.getByText("write '=='").waitFor();
        await editor.press("Control+a");
        await page.keyboard.type("value.total > 900");
        await page.getByText("Position").waitFor({ state: "detached" });
        await editor.press("Enter");
        await page.waitForURL((url) => url.searchParams.get("where") === "value.total > 900");
        await page.getByText(/All searched|Stopped at/).waitFor();
        await lines(page).first().click();
        const total = /"total": (\d+)/.exec(await page.getByRole("region", { name: "Value", exact: true }).innerText());
        assert.ok(Number(total[1]) >= 900);
    }));

test("a search of everything shows its progress and can be stopped", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?from=earliest&text=nowhere-to-be-found`);
        await page.getByText("Searching").waitFor();
        await page.waitForFunction(() => Number(document.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow")) > 0);
        await page.getByRole("button", { name: "Stop" }).click();
        await page.getByText("No message matches").waitFor();
    }));

test("a payload of hundreds of kilobytes comes whole when it is asked for", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?from=earliest&text=${encodeURIComponent("All work and no play.")}`);
        await lines(page).first().click();
        await page.getByText(/The first 4 KiB of/).waitFor();
        await page.getByRole("button", { name: "Load whole" }).click();
        await page.getByText(/The first 4 KiB of/).waitFor({ state: "detached" });
        const text = await page.getByRole("region", { name: "Value", exact: true }).innerText();
        assert.ok(text.length > 190_000);
    }));

test("what is shown can be downloaded as JSON and CSV", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?from=earliest&text=Souza`);
        await page.getByRole("button", { name: "Download" }).click();
        for (const [format, type] of [["JSON", "application/json"], ["CSV", "text/csv"]]) {
            const href = await page.getByRole("menuitem", { name: format }).getAttribute("href");
            assert.match(href, /from=earliest/);
            const response = await fetch(site.base + href);
            assert.equal(response.headers.get("content-type"), type);
            assert.match(await response.text(), /Souza/);
        }
    }));

test("a live tail of 5,000 messages a second stays in bounds, waits for who reads, and stops", () =>
    site.visit({}, async (page) => {
        await page.open(`${path}?live=true`);
        await page.getByText("Following").waitFor();
        await page.getByText(/The newest 10,000 are kept/).waitFor();
        assert.ok((await page.locator(".stream-item").count()) < 60);
        await lines(page).nth(2).click();
        await page.getByRole("region", { name: "Value", exact: true }).waitFor();
        await page.getByRole("button", { name: /new – show/ }).click();
        await page.getByRole("region", { name: "Value", exact: true }).waitFor({ state: "detached" });
        await page.getByRole("button", { name: "Stop" }).click();
        await page.getByText("Stopped", { exact: true }).waitFor();
    }));

test("a message is produced with key, headers and partition, and produced again", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics/meu-topico/produce");
        await page.getByLabel("Partition").selectOption("0");
        await page.getByRole("radiogroup", { name: "Key as" }).getByText("Text").click();
        await page.getByRole("textbox", { name: "Key" }).fill("chave");
        await page.getByRole("textbox", { name: "Value", exact: true }).fill('{"a":9007199254740993}');
        await page.getByRole("button", { name: "Format JSON" }).click();
        await page.getByRole("button", { name: "Add header" }).click();
        await page.getByRole("textbox", { name: "Name 1" }).fill("origem");
        await page.getByRole("textbox", { name: "Value 1" }).fill("teste");
        await page.getByRole("button", { name: "Produce", exact: true }).click();
        await page.getByText("Produced to 0/3").waitFor();
        await page.getByRole("link", { name: "Show it" }).click();
        await lines(page).first().click();
        assert.match(await page.getByRole("region", { name: "Value", exact: true }).innerText(), /"a": 9007199254740993/);
        await page.getByText("origem").waitFor();
        await page.getByRole("link", { name: "Produce again" }).click();
        await page.getByText("From 0/3").waitFor();
        assert.equal(await page.getByRole("textbox", { name: "Key" }).inputValue(), "chave");
        assert.equal(await page.getByRole("textbox", { name: "Value 1" }).inputValue(), "teste");
        await page.getByRole("button", { name: "Produce", exact: true }).click();
        await page.getByText("Produced to 0/4").waitFor();
    }));

test("what cannot be produced is said before and after it is sent", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics/meu-topico/produce");
        await page.getByRole("radiogroup", { name: "Value as" }).getByText("Base64").click();
        await page.getByRole("textbox", { name: "Value", exact: true }).fill("not base64");
        await page.getByText("Not Base64.").waitFor();
        await page.getByRole("radiogroup", { name: "Value as" }).getByText("Text").click();
        await page.getByRole("textbox", { name: "Value", exact: true }).fill("x".repeat(1_100_000));
        await page.getByRole("button", { name: "Produce", exact: true }).click();
        await page.getByText("larger than the max message size").waitFor();
    }));
