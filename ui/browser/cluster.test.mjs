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
        await page.locator(".u-over").waitFor();
        await page.getByRole("link", { name: "Members" }).click();
        await page.waitForURL(/\/members$/);
    }));

test("offsets are moved after a preview, and a group with members says no", () =>
    site.visit({}, async (page) => {
        const groups = [...site.mock.clusters.get("production").groups.values()];
        const idle = groups.find((one) => one.members === 0 && one.offsets.length > 0);
        const busy = groups.find((one) => one.members > 0 && one.offsets.length > 0);
        await page.open(`/clusters/production/groups/${idle.group}/reset`);
        const apply = page.getByRole("button", { name: "Move offsets" });
        assert.equal(await apply.isEnabled(), false);
        await page.getByLabel("Move to").selectOption("shift");
        await page.getByLabel("By how many").fill("-5");
        await page.getByRole("button", { name: "Preview" }).click();
        await page.locator("tbody tr td.number strong").first().waitFor();
        assert.match(page.url(), /to=shift&value=-5/);
        const before = idle.offsets[0].committed;
        await apply.click();
        await page.getByText("The offsets are moved.").waitFor();
        assert.ok(idle.offsets[0].committed < before);
        for (const [kind, field, value] of [["earliest"], ["latest"], ["time", "Time", "2026-01-02T03:04:05"], ["offset", "Offset", "3"], ["current"]]) {
            await page.getByLabel("Move to").selectOption(kind);
            if (field) await page.getByLabel(field, { exact: true }).fill(value);
            await page.getByRole("button", { name: "Preview" }).click();
            await page.locator("tbody tr").first().waitFor();
        }
        await page.open(`/clusters/production/groups/${busy.group}/reset`);
        await page.getByText("Stop the members first").waitFor();
        await page.getByRole("button", { name: "Preview" }).click();
        await page.locator("tbody tr").first().waitFor();
        assert.equal(await apply.isEnabled(), false);
    }));

test("offsets of a topic are forgotten and a group is deleted behind its typed name; one with members refuses", () =>
    site.visit({}, async (page) => {
        const groups = [...site.mock.clusters.get("large").groups.values()];
        const idle = groups.find((one) => one.members === 0 && one.offsets.length > 0);
        const busy = groups.find((one) => one.members > 0);
        const typed = async (name, action) => {
            await page.getByRole("dialog").getByRole("textbox").fill(name);
            await page.getByRole("dialog").getByRole("button", { name: action }).click();
        };
        await page.open(`/clusters/large/groups/${idle.group}`);
        const topic = idle.offsets[0].topic;
        await page.getByRole("button", { name: `Forget ${topic}` }).click();
        await typed(topic, "Forget");
        await page.getByRole("button", { name: `Forget ${topic}` }).waitFor({ state: "detached" });
        await page.getByRole("button", { name: "Delete group" }).click();
        await typed(idle.group, "Delete");
        await page.waitForURL(/\/groups$/);
        await page.open(`/clusters/large/groups/${busy.group}`);
        await page.getByRole("button", { name: "Delete group" }).click();
        await typed(busy.group, "Delete");
        await page.getByText("The group has members").waitFor();
    }));

test("brokers: configs and log folders", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/production/brokers");
        await page.getByText("Offline").waitFor();
        await page.getByRole("link", { name: "1", exact: true }).click();
        await page.getByRole("searchbox").fill("keystore");
        await page.getByText("ssl.keystore.password").waitFor();
        await page.getByText("secret", { exact: true }).waitFor();
        await page.getByRole("link", { name: "Log folders" }).click();
        await page.getByRole("heading", { name: "/var/lib/riacho" }).waitFor();
        await page.locator("tbody a.name").first().waitFor();
    }));

test("metrics have a range in the address", () =>
    site.visit({}, async (page) => {
        await page.open("/clusters/riacho/metrics");
        await page.getByText("1 hour").click();
        await page.waitForURL(/range=1h/);
        await page.waitForFunction(() => document.querySelectorAll(".u-over").length === 6);
    }));

test("language and appearance are chosen by the browser, can be changed, and stay", () =>
    site.visit({ language: "pt-BR", scheme: "dark" }, async (page) => {
        await page.open("/clusters/riacho/topics");
        await page.getByRole("heading", { name: "Tópicos" }).waitFor();
        assert.equal(await page.locator("html").getAttribute("lang"), "pt-BR");
        assert.equal(await page.locator("html").getAttribute("data-mantine-color-scheme"), "dark");
        await page.getByRole("button", { name: "Idioma" }).click();
        await page.getByRole("menuitem", { name: "English" }).click();
        await page.getByRole("heading", { name: "Topics" }).waitFor();
        await page.getByRole("button", { name: "Appearance" }).click();
        await page.getByRole("menuitem", { name: "Light" }).click();
        await page.reload();
        await page.getByRole("heading", { name: "Topics" }).waitFor();
        assert.equal(await page.locator("html").getAttribute("data-mantine-color-scheme"), "light");
    }));

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
    await other.visit({}, async (page) => {
        await page.open("/clusters/riacho/topics");
        await page.locator("a.name").first().click();
        await page.locator("tbody tr td").first().waitFor();
        for (const name of ["Add topic", "Produce", "Actions"]) assert.equal(await page.getByRole("button", { name }).or(page.getByRole("link", { name })).count(), 0, name);
        await page.getByText("started read-only").waitFor();
        await page.open("/clusters/riacho/groups/meu-grupo");
        assert.equal(await page.getByRole("link", { name: "Reset offsets" }).count(), 0);
    });
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
