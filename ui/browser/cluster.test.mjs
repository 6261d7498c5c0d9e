import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { changeLanguageAndScheme, findNothingToChange, forgetAndDelete, lookAtBroker, moveOffsets, refuseToDelete, refuseToMove } from "./groupSteps.mjs";
import { launch, Site } from "./harness.mjs";
import { tab } from "./steps.mjs";

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

test("the overview says what needs attention and why, and leads there", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/production");
        await page.getByText("8,123 messages behind, 640 more each minute.").waitFor();
        await page.locator(".u-over").first().waitFor();
        await page.getByRole("link", { name: "fraud-detection" }).click();
        await page.getByRole("heading", { level: 1, name: "fraud-detection" }).waitFor();
        await page.open("/clusters/riacho");
        await page.getByText("Nothing needs attention").waitFor();
    }));

test("groups: lag of each partition and over time, members", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/groups");
        await page.getByRole("button", { name: "Lag" }).click();
        await page.waitForURL(/sort=lag/);
        await page.getByRole("link", { name: "meu-grupo" }).click();
        await page.locator("tbody tr").first().waitFor();
        await page.getByText("Lag, last 15 minutes").waitFor();
        await page.waitForFunction(() => document.querySelectorAll(".u-over").length === 3);
        await page.getByText("Lag of meu-topico/0").waitFor();
        assert.match(await page.getByLabel("Partition of the chart").inputValue(), /^meu-topico\/0$/);
        await page.getByRole("link", { name: "Members" }).click();
        await page.waitForURL(/\/members$/);
    }));

test("offsets are moved after a preview, and a group with members says no", () =>
    site.visit({}, async (page) => {
        const groups = [...site.mock.clusters.get("production").groups.values()];
        const idle = groups.find((one) => one.members === 0 && one.offsets.length > 0);
        const busy = groups.find((one) => one.members > 0 && one.offsets.length > 0);
        const before = idle.offsets[0].committed;
        await moveOffsets(page, `/clusters/production/groups/${idle.group}`, "-5");
        assert.ok(idle.offsets[0].committed < before);
        await refuseToMove(page, `/clusters/production/groups/${busy.group}`);
    }));

test("offsets of a topic are forgotten and a group is deleted behind its typed name; one with members refuses", () =>
    site.visit({}, async (page) => {
        const groups = [...site.mock.clusters.get("large").groups.values()];
        const idle = groups.find((one) => one.members === 0 && one.offsets.length > 0);
        const busy = groups.find((one) => one.members > 0);
        await forgetAndDelete(page, `/clusters/large/groups/${idle.group}`, idle.group, idle.offsets[0].topic);
        await refuseToDelete(page, `/clusters/large/groups/${busy.group}`, busy.group);
    }));

test("brokers: configs and log folders", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/production/brokers");
        await page.getByText("Offline").waitFor();
        await lookAtBroker(page, "production");
        await page.getByRole("heading", { name: "/var/lib/riacho" }).waitFor();
        await tab(page, "Metrics");
        await page.waitForURL(/brokers\/1\/metrics$/);
        await page.getByText("Needs a metrics address").first().waitFor();
    }));

test("a topic's rates, lag and size over time", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics/meu-topico");
        await page.getByText("Lag of the group furthest behind").waitFor();
        await page.waitForFunction(() => document.querySelectorAll(".u-over").length === 4);
    }));

test("metrics have a range in the address", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/metrics");
        await page.getByText("1 hour").click();
        await page.waitForURL(/range=1h/);
        await page.waitForFunction(() => document.querySelectorAll(".u-over").length === 8);
        await page.getByRole("cell", { name: "Produce", exact: true }).waitFor();
        await page.getByText("http://127.0.0.1:9101/metrics").waitFor();
        await page.open("/clusters/production/metrics");
        await page.getByText("no whole answer within 5 seconds").waitFor();
        await page.getByText("Needs a metrics address").first().waitFor();
        await page.open("/clusters/large/metrics");
        await page.getByText("No metrics address").waitFor();
        await page.open("/clusters/empty/metrics");
        await page.locator(".u-over").first().waitFor();
    }));

test("language and appearance are chosen by the browser, can be changed, and stay", () =>
    site.visit({ language: "pt-BR", scheme: "dark" }, (page) => changeLanguageAndScheme(page, "/clusters/riacho/topics")));

test("the keyboard alone is enough to reach a topic's messages", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics");
        await page.locator("a.name").first().waitFor();
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
        for (let presses = 0; presses < 40; ++presses) {
            await page.keyboard.press("Tab");
            if ((await page.evaluate(() => document.activeElement?.textContent)) === "audit.created") break;
        }
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { level: 1, name: "audit.created" }).waitFor();
        await page.getByRole("link", { name: "Messages" }).focus();
        await page.keyboard.press("Enter");
        await page.locator(".stream-line").first().focus();
        await page.keyboard.press("Enter");
        await page.getByRole("region", { name: "Value", exact: true }).waitFor();
    }));

test("on a phone the menu opens, leads on and closes", () =>
    site.visit({ width: 390, height: 844 }, async (page) => {
        await page.open("/clusters/riacho");
        await page.getByRole("button", { name: "Menu" }).click();
        await page.getByRole("link", { name: "Consumer groups" }).click();
        await page.getByRole("heading", { level: 1, name: "Consumer groups" }).waitFor();
        assert.equal(await page.getByRole("navigation", { name: "Main" }).count(), 0);
    }));

test("services that are not here yet say so, and so does an address that leads nowhere", () =>
    site.visit({}, async (page) => {
        for (const [name, words] of [["Schemas", "Schema Registry"], ["Connectors", "Connect"], ["ksqlDB", "ksqlDB"]]) {
            await page.open("/clusters/riacho");
            await page.getByRole("link", { name }).click();
            await page.getByRole("heading", { name: new RegExp(`come with.*${words}`) }).waitFor();
        }
        await page.goto(`${site.base}/clusters/riacho/nowhere`);
        await page.getByText("There is no such page").waitFor();
    }));

test("a read-only console offers nothing that changes something", async () => {
    const other = await Site.open(browser, { readOnly: true });
    await other.visit({}, (page) => findNothingToChange(page, "/clusters/riacho/topics/meu-topico", "/clusters/riacho/groups/meu-grupo"));
    await other.close();
});

test("a console with a password asks for it, and lets go again", async () => {
    const other = await Site.open(browser, { password: "segredo" });
    await other.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics");
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        await page.getByLabel("Password", { exact: true }).first().fill("wrong");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByText("Wrong password").waitFor();
        await page.getByLabel("Password", { exact: true }).first().fill("segredo");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { name: "Topics" }).waitFor();
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        await page.getByLabel("Password", { exact: true }).first().fill("segredo");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { name: "Topics" }).waitFor();
        await page.context().clearCookies(); // as after a day, or a new start of the console
        await page.getByRole("link", { name: "Brokers" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
    });
    await other.close();
});
