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

const heading = (page, name) => page.getByRole("heading", { level: 1, name });
const confirm = async (page, name, action) => {
    const dialog = page.getByRole("dialog");
    const button = dialog.getByRole("button", { name: action });
    assert.equal(await button.isEnabled(), false);
    await dialog.getByRole("textbox").fill(name);
    await button.click();
};

test("the article's first act: open, the cluster, Topics, Add topic, create with defaults", () =>
    site.visit({}, async (page) => {
        await page.open("/");
        await page.getByRole("link", { name: /^riacho/ }).click();
        await page.getByRole("link", { name: "Topics", exact: true }).click();
        await page.getByRole("link", { name: "Add topic" }).click();
        await page.getByLabel("Topic name").fill("pedidos");
        await page.getByLabel("Number of partitions").fill("2");
        await page.getByRole("button", { name: "Create with defaults" }).click();
        await heading(page, "pedidos").waitFor();
        assert.equal(new URL(page.url()).pathname, "/clusters/riacho/topics/pedidos");
        await page.locator("tbody tr").nth(1).waitFor();
        assert.equal(await page.locator("tbody tr").count(), 2);
    }));

test("a new topic is checked while it is typed", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/add-topic");
        const name = page.getByLabel("Topic name");
        for (const [typed, words] of [["a b", "Only letters"], ["..", "are no names"], ["x".repeat(250), "249 characters"], ["meu-topico", "exists"]]) {
            await name.fill(typed);
            await page.getByText(words).waitFor();
        }
        await name.fill("a.b_c");
        await page.getByText("can clash in metrics").waitFor();
        await page.getByLabel("Number of partitions").fill("0");
        await page.getByText("A whole number from 1").waitFor();
        await page.getByRole("button", { name: "Create with defaults" }).click();
        assert.equal(new URL(page.url()).pathname, "/clusters/riacho/add-topic");
    }));

test("a new topic with settings, and Kafka's own refusal of one", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/production/add-topic");
        await page.getByLabel("Topic name").fill("compacted");
        await page.getByRole("button", { name: "Customize settings" }).click();
        await page.getByText("Moderate").click();
        await page.getByLabel("Cleanup policy").selectOption("compact");
        await page.getByLabel("Retention time", { exact: true }).fill("2");
        await page.getByRole("switch", { name: "Expert mode" }).click();
        const interval = page.getByRole("textbox", { name: "segment.ms" });
        await interval.fill("soon");
        await page.getByRole("button", { name: "Create", exact: true }).click();
        await page.getByText("Invalid value soon for configuration segment.ms").waitFor();
        await interval.fill("60000");
        await page.getByRole("button", { name: "Create", exact: true }).click();
        await heading(page, "compacted").waitFor();
        await page.getByRole("link", { name: "Configuration" }).click();
        await page.getByRole("switch", { name: "Changed only" }).click();
        await page.getByText("172800000").first().waitFor();
        const names = await page.locator(".config-name").allInnerTexts();
        assert.deepEqual(names, ["cleanup.policy", "min.insync.replicas", "retention.ms", "segment.ms"]);
    }));

test("search, order and internal topics are in the address, and come back from it", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics");
        await page.getByRole("searchbox").fill("orders");
        await page.waitForURL(/search=orders/);
        await page.getByRole("button", { name: "Messages" }).click();
        await page.waitForURL(/sort=messages&order=desc/);
        const names = () => page.locator("a.name").allInnerTexts();
        await page.waitForFunction(() => document.querySelectorAll("a.name").length === 2);
        assert.deepEqual((await names()).sort(), ["orders.created", "orders.updated"]);
        const address = page.url();
        await page.reload();
        await page.locator("a.name").first().waitFor();
        assert.equal(page.url(), address);
        assert.equal(await page.getByRole("searchbox").inputValue(), "orders");
        await page.getByRole("searchbox").fill("nowhere");
        await page.getByText("No name contains “nowhere”").waitFor();
        await page.getByRole("button", { name: "Clear the search" }).click();
        await page.getByRole("switch", { name: "Internal topics" }).click();
        await page.getByRole("link", { name: "__consumer_offsets" }).waitFor();
    }));

test("ten thousand topics: few rows in the page, all of them in reach", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/large/topics");
        await page.getByText("10,000").waitFor();
        await page.locator("a.name").first().waitFor();
        assert.ok((await page.locator("tbody tr").count()) < 80);
        await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
        await page.waitForFunction(() => document.querySelectorAll("a.name").length > 10 && !document.querySelector("tbody .bone"));
        await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
        await page.locator('tr[aria-rowindex="10001"] a.name').waitFor();
        assert.ok((await page.locator("tbody tr").count()) < 80);
        assert.equal(await page.getByRole("table").getAttribute("aria-rowcount"), "10001");
    }));

test("lists that are empty, have one row, are loading, or failed", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/empty/topics");
        await page.getByText("No topic yet").waitFor();
        await page.open("/clusters/empty/groups");
        await page.getByText("No consumer group").waitFor();
        await page.open("/clusters/one/topics");
        await page.locator("a.name").waitFor();
        assert.equal(await page.locator("tbody tr").count(), 1);
        await page.open("/clusters/loading/topics");
        await page.locator("tbody .bone").first().waitFor();
        await page.open("/clusters/error/topics");
        await page.getByRole("alert").getByText("Connection refused").waitFor();
        site.mock.clusters.get("error").behave = "answer";
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByText("No topic yet").waitFor();
        site.mock.clusters.get("error").behave = "fail";
    }));

test("partitions are added, a topic is emptied and deleted, behind its typed name", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics/payments.updated");
        const menu = async (name) => {
            await page.getByRole("button", { name: "Actions" }).click();
            await page.getByRole("menuitem", { name }).click();
        };
        await menu("Add partitions");
        const total = page.getByRole("dialog").getByRole("textbox");
        await total.fill("1");
        await page.getByText("More than 1.").waitFor();
        await total.fill("3");
        await page.getByRole("dialog").getByRole("button", { name: "Add partitions" }).click();
        await page.locator("tbody tr").nth(2).waitFor();
        await menu("Empty topic");
        await confirm(page, "payments.updated", "Empty");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        await page.waitForFunction(() => document.querySelector(".tile dd")?.textContent === "0");
        await menu("Delete topic");
        await confirm(page, "payments.updated", "Delete");
        await page.waitForURL(/\/topics$/);
        await page.locator("a.name").first().waitFor();
        assert.equal(await page.getByRole("link", { name: "payments.updated" }).count(), 0);
    }));

test("a setting is read, changed, refused and put back", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics/orders.created/configuration?search=retention.ms");
        await page.getByRole("button", { name: "Edit retention.ms" }).first().click();
        const dialog = page.getByRole("dialog");
        await dialog.getByText("log.retention.ms = 604800000").waitFor();
        await dialog.getByRole("textbox").fill("86400000");
        await dialog.getByText("1 d").waitFor();
        await dialog.getByRole("button", { name: "Save" }).click();
        await page.getByText("retention.ms is changed.").waitFor();
        await page.getByText("86400000").first().waitFor();
        await page.getByRole("button", { name: "Edit retention.ms" }).first().click();
        await dialog.getByRole("textbox").fill("long");
        await dialog.getByRole("button", { name: "Save" }).click();
        await dialog.getByText("Invalid value long for configuration retention.ms").waitFor();
        await dialog.getByRole("button", { name: "Back to the default" }).click();
        await dialog.waitFor({ state: "detached" });
        await page.getByText("604800000").first().waitFor();
    }));
