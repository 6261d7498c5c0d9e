// The page against a broker that runs: tests/ui/real.py starts it. One story, in order: what an earlier part makes
// is there for the later ones.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { articleConsumer, articleProducer, member, produce } from "./clients.mjs";
import {
    changeLanguageAndScheme, findNothingToChange, forgetAndDelete, lookAtBroker, moveOffsets, refuseToDelete, refuseToMove,
} from "./groupSteps.mjs";
import { launch, Site } from "./harness.mjs";
import { lookAt, views } from "./looks.mjs";
import { download, loadWhole, produceTwice, produceWrongly, searchByExpression, searchFrom, typedOver } from "./messageSteps.mjs";
import {
    addPartitions, articleTopic, changeSetting, compactedTopic, deleteTopic, emptyTopic, findTopics, heading, lines, tab, tileSays, valueOf,
} from "./steps.mjs";

const { RIACHO_CLUSTER: cluster, RIACHO_CONSOLE: console_, RIACHO_READER: reader } = process.env;
const at = `/clusters/${cluster}`;
const orders = `${at}/topics/orders.created`;

let browser;
let site;
const running = [];
before(async () => {
    browser = await launch();
    site = Site.at(browser, console_);
});
after(async () => {
    await Promise.all(running.map((one) => one.stop()));
    await browser.close();
});
const started = (client) => {
    running.push(client);
    return client;
};

test("the article's path: cluster, Topics, Add topic; then its producer and consumer, the messages and the group", () =>
    site.visit({}, async (page) => {
        await articleTopic(page, cluster, "meu-topico", 1);
        articleProducer();
        await tileSays(page, "Messages", "3");
        await tab(page, "Messages");
        await lines(page).nth(2).waitFor();
        assert.deepEqual(await page.locator(".stream-line .value").allInnerTexts(), ["World", "Kafka", "Hello"]);
        await page.getByRole("link", { name: "Consumer groups" }).first().click();
        await page.getByText("No consumer group").waitFor();
        const consumer = started(articleConsumer());
        await consumer.says("Committed offsets: [meu-topico[0]@3]");
        await page.getByRole("link", { name: "meu-grupo" }).click();
        await heading(page, "meu-grupo").waitFor();
        await page.getByText("Stable").waitFor();
        await tileSays(page, "Members", "1");
        await tileSays(page, "Lag", "0");
        await tab(page, "Members");
        await page.getByText("meu-topico: 0").waitFor();
        await refuseToMove(page, `${at}/groups/meu-grupo`);
        await refuseToDelete(page, `${at}/groups/meu-grupo`, "meu-grupo");
        await consumer.stop();
        articleProducer();
        await page.open(`${at}/groups/meu-grupo`);
        await tileSays(page, "Lag", "3");
        await page.locator(".mark", { hasText: "Empty" }).waitFor();
    }));

test("the overview counts what is there, and says whose messages nobody reads", () =>
    site.visit({}, async (page) => {
        await page.open(at);
        await tileSays(page, "Brokers", "1");
        await tileSays(page, "Groups", "1");
        await tileSays(page, "Lag", "3");
        await page.getByText("Nobody reads for this group; it is 3 messages behind.").waitFor();
        await page.locator(".attention").getByRole("link", { name: "meu-grupo" }).click();
        await heading(page, "meu-grupo").waitFor();
    }));

test("offsets are moved after a preview, forgotten, and the group is deleted", () =>
    site.visit({}, async (page) => {
        await moveOffsets(page, `${at}/groups/meu-grupo`, "-2");
        await tab(page, "Lag");
        await tileSays(page, "Lag", "5");
        await page.open(`${at}/topics/meu-topico/groups`);
        await page.getByRole("link", { name: "meu-grupo" }).click();
        await forgetAndDelete(page, `${at}/groups/meu-grupo`, "meu-grupo", "meu-topico");
        await page.getByText("No consumer group").waitFor();
    }));

test("topics: more of them, found by name, sorted, with their address", () =>
    site.visit({}, async (page) => {
        await articleTopic(page, cluster, "orders.created", 2);
        await articleTopic(page, cluster, "orders.updated", 1);
        const filled = Array.from({ length: 3000 }, (_, number) => `k${number}:{"n":${number},"customer":{"name":"Ana Souza"},"total":${(number * 7) % 1000}}`);
        produce("orders.created", filled, ["source=web", "trace-id=4bf92f35"]);
        produce("orders.updated", ["k:{\"html\":\"<b>Bobby</b>\"}", `big:${"All work and no play. ".repeat(20_000)}`]);
        await findTopics(page, cluster, "orders", ["orders.created", "orders.updated"]);
    }));

test("messages: from an offset by text, by an expression, more of them, and all of this in the address", () =>
    site.visit({ allowed: typedOver }, async (page) => {
        await searchFrom(page, `${orders}/messages`, { offset: "10", partitions: "0-1", text: "Souza" });
        await searchByExpression(page, `${orders}/messages`);
        await page.getByText("trace-id").first().waitFor();
        await download(page, `${orders}/messages`, "Souza");
        await page.open(`${orders}/messages?from=earliest&text=nowhere-to-be-found`);
        await page.getByText("No message matches").waitFor();
    }));

test("messages: from a time, whole where they are long, never HTML, and copied", () =>
    site.visit({}, async (page) => {
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        const path = `${at}/topics/orders.updated/messages`;
        await loadWhole(page, `${path}?from=earliest&text=no+play`, 400_000);
        await page.open(`${path}?from=${encodeURIComponent("time:2026-01-02T03:04:05")}`);
        await lines(page).nth(1).waitFor();
        await lines(page).first().click();
        assert.match(await valueOf(page).innerText(), /"<b>Bobby<\/b>"/);
        assert.equal(await page.locator(".stream b").count(), 0);
        await page.getByRole("button", { name: "Copy value" }).click();
        await page.getByText("Copied").waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '{"html":"<b>Bobby</b>"}');
    }));

test("a message is produced with key, headers and partition, and again; a live tail has it at once", () =>
    site.visit({}, async (page) => {
        await produceTwice(page, `${at}/topics/meu-topico`, "0/6", "0/7");
        await produceWrongly(page, `${at}/topics/meu-topico`);
        await page.open(`${at}/topics/meu-topico/messages?live=true`);
        await page.getByText("Following").waitFor();
        await lines(page).first().waitFor();
        produce("meu-topico", ["agora:mesmo"]);
        await page.locator(".stream-line", { hasText: "mesmo" }).waitFor();
        await page.getByRole("button", { name: "Stop" }).click();
        await page.getByText("Stopped", { exact: true }).waitFor();
    }));

test("a group of two members, with lag of each partition", () =>
    site.visit({}, async (page) => {
        for (const id of ["first", "second"]) started(member("billing", "orders.created", id));
        await page.open(`${at}/groups?search=bill`);
        await page.getByRole("link", { name: "billing" }).click();
        await tab(page, "Members");
        await page.getByText("orders.created: 1").waitFor();
        assert.deepEqual((await page.locator("tbody strong").allInnerTexts()).sort(), ["first", "second"]);
        await tab(page, "Lag");
        await page.locator("tbody tr").nth(1).waitFor();
        await page.open(`${at}/groups?state=empty`);
        await page.getByText("No consumer group").waitFor();
    }));

test("settings are changed, partitions added, a topic emptied and deleted behind its name", () =>
    site.visit({}, async (page) => {
        await changeSetting(page, cluster, "orders.updated");
        await tab(page, "Overview");
        await addPartitions(page, 1, 3);
        await emptyTopic(page, "orders.updated");
        await deleteTopic(page, "orders.updated");
    }));

test("a topic with settings: what Kafka refuses, in its words, and what it takes", () =>
    site.visit({}, async (page) => {
        assert.deepEqual(await compactedTopic(page, cluster, "customers.snapshot", "Low"), ["cleanup.policy", "min.insync.replicas", "retention.ms", "segment.ms"]);
    }));

test("brokers: configs and log folders", () => site.visit({}, (page) => lookAtBroker(page, cluster)));

test("what a group was behind is drawn over time", () =>
    site.visit({}, async (page) => {
        const consumer = started(articleConsumer());
        await consumer.says("Committed offsets: [meu-topico[0]@");
        await consumer.stop();
        articleProducer();
        await page.open(`${at}/groups/meu-grupo`);
        await page.locator(".u-over").first().waitFor();
        await page.getByText(/^now \d/).first().waitFor();
    }));

test("language and appearance", () => site.visit({ language: "pt-BR", scheme: "dark" }, (page) => changeLanguageAndScheme(page, `${at}/topics`)));

test("a console that only reads offers nothing else; a cluster that does not answer says so", () =>
    Site.at(browser, reader).visit({}, async (page) => {
        await findNothingToChange(page, `${at}/topics/meu-topico`, `${at}/groups/billing`);
        await page.open("/");
        await page.getByText("Offline").waitFor();
        await page.getByRole("link", { name: /^away/ }).click();
        await page.getByRole("alert").first().waitFor();
    }));

const meu = `${at}/topics/meu-topico`;
const pages = {
    clusters: ["/"], overview: [at], topics: [`${at}/topics`], add_topic: [`${at}/add-topic`, (page) => page.locator("form button").nth(1).click()], topic: [orders],
    messages: [`${orders}/messages`, (page) => lines(page).first().click()], produce: [`${orders}/produce?partition=0&offset=1`], configuration: [`${orders}/configuration`],
    topic_groups: [`${orders}/groups`], groups: [`${at}/groups`], group: [`${at}/groups/meu-grupo`], members: [`${at}/groups/billing/members`], reset: [`${at}/groups/meu-grupo/reset`, (page) => page.locator("form button[type=submit]").click()],
    brokers: [`${at}/brokers`], broker: [`${at}/brokers/1`], log_folders: [`${at}/brokers/1/log-folders`], metrics: [`${at}/metrics`],
    no_groups: [`${meu}/groups?search=none`], nothing_found: [`${at}/topics?search=nowhere`], no_such_topic: [`${at}/topics/nix`],
};
for (const view of views(2)) {
    test(`in bounds: ${Object.values(view).slice(0, 3).join(", ")}`, () =>
        site.visit(view, async (page) => {
            assert.deepEqual(await lookAt(page, site.base, pages, view, null), []);
        }));
}
