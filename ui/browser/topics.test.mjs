import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Site } from "./harness.mjs";
import { addPartitions, articleTopic, changeSetting, compactedTopic, deleteTopic, emptyTopic, findTopics } from "./steps.mjs";

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

test("the article's first act: open, the cluster, Topics, Add topic, create with defaults", () =>
    site.visit({}, (page) => articleTopic(page, "riacho", "pedidos", 2)));

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
        assert.deepEqual(await compactedTopic(page, "production", "compacted", "Moderate"), ["cleanup.policy", "min.insync.replicas", "retention.ms", "segment.ms"]);
    }));

test("search, order and internal topics are in the address, and come back from it", () =>
    site.visit({}, (page) => findTopics(page, "riacho", "orders", ["orders.created", "orders.updated"])));

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
        await addPartitions(page, 1, 3);
        await emptyTopic(page, "payments.updated");
        await deleteTopic(page, "payments.updated");
    }));

test("a setting is read, changed, refused and put back", () => site.visit({}, (page) => changeSetting(page, "riacho", "orders.created")));
