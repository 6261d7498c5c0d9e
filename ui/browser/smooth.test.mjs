// The first view, a list of 10,000 topics, and a tail of 5,000 messages a second, of a `riacho up` that really has them. What is promised
// is that nothing holds the page up for longer than a fifth of a second; a machine that does other things gets ten times
// as much. What was measured is printed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Client } from "./clients.mjs";
import { launch, Site } from "./harness.mjs";
import { followFast } from "./messageSteps.mjs";
import { lines, names, valueOf } from "./steps.mjs";

const { RIACHO_CLUSTER: cluster, RIACHO_CONSOLE: console_, RIACHO_BROKER: broker, RIACHO_PYTHON: python } = process.env;
const crowd = new URL("../../tests/ui/crowd.py", import.meta.url).pathname;
const at = `/clusters/${cluster}`;
const count = 10_000;
const perSecond = 5_000;
const heldUpMax = 200;
const patience = 10;

let browser;
let site;
before(async () => {
    browser = await launch();
    site = Site.at(browser, console_);
});
after(() => browser.close());

/** A page that keeps what holds it up: tasks of more than 50 ms. */
async function watch(page) {
    await page.addInitScript(() => {
        window.heldUp = [];
        new PerformanceObserver((list) => window.heldUp.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: true });
    });
}
const worst = (page) => page.evaluate(() => Math.round(Math.max(0, ...window.heldUp)));

async function took(steps) {
    const begin = performance.now();
    await steps();
    return Math.round(performance.now() - begin);
}

function judge(what, measured, limits) {
    console.log(`${what}: ${JSON.stringify(measured)}`);
    for (const [name, most] of Object.entries(limits)) assert.ok(measured[name] <= most, `${name} is ${measured[name]}, more than ${most}`);
}

test("the first view is painted soon with a cold cache, of little that came over the network", () => {
    const measured = JSON.parse(execFileSync(process.execPath, [new URL("paint.mjs", import.meta.url).pathname, console_], { encoding: "utf8", timeout: 120_000 }));
    judge("the first view", measured, { first_contentful_paint_ms: 1000 * patience, transferred_bytes: 500_000 });
});

test("a list of 10,000 topics: rows in sight alone, and nothing holds it up", () =>
    site.visit({}, async (page) => {
        console.log(execFileSync(python, [crowd, "topics", broker, String(count)], { encoding: "utf8", timeout: 200_000 }).trim());
        await watch(page);
        const measured = { rows: 0 };
        const see = async () => {
            measured.rows = Math.max(measured.rows, await page.locator("tbody tr").count());
        };
        measured.opened_ms = await took(async () => {
            await page.open(`${at}/topics`);
            await page.getByText("10,000").waitFor();
            await page.locator("a.name").first().waitFor();
        });
        await page.mouse.move(700, 500);
        for (let turn = 0; turn < 40; ++turn) {
            await page.mouse.wheel(0, 2500);
            await see();
        }
        await page.waitForFunction(() => scrollY > 50_000 && !document.querySelector("tbody .bone"));
        measured.end_ms = await took(async () => {
            await page.keyboard.press("End");
            await page.locator(`tr[aria-rowindex="${count + 1}"] a.name`).waitFor();
        });
        await see();
        measured.found_ms = await took(async () => {
            await page.getByRole("searchbox").fill("orders.0999");
            await page.waitForFunction(() => document.querySelectorAll("a.name").length === 10);
        });
        assert.equal((await names(page))[0], "orders.09990");
        measured.held_up_ms = await worst(page);
        judge("10,000 topics", measured, { rows: 80, held_up_ms: heldUpMax * patience });
    }));

test("a tail of 5,000 messages a second: few rows, bounded memory, and it answers who reads", () =>
    site.visit({}, async (page) => {
        const flow = new Client(python, crowd, "flow", broker, "clicks", String(perSecond));
        try {
            await flow.says("flowing");
            await watch(page);
            const path = `${at}/topics/clicks/messages`;
            await followFast(page, path);
            await page.open(`${path}?live=true`);
            await lines(page).nth(5).waitFor();
            const received = async () => Number(/([\d,]+) found/.exec(await page.locator(".status").innerText())[1].replaceAll(",", ""));
            const measured = { rows: 0 };
            const [begin, first] = [performance.now(), await received()];
            for (let turn = 0; turn < 20; ++turn) {
                measured.rows = Math.max(measured.rows, await page.locator(".stream-item").count());
                await page.waitForTimeout(150);
            }
            measured.per_second = Math.round(((await received()) - first) / ((performance.now() - begin) / 1000));
            measured.typed_ms = await took(() => page.getByRole("textbox", { name: "Text" }).pressSequentially("order"));
            measured.opened_ms = await took(async () => {
                await lines(page).nth(3).click();
                await valueOf(page).waitFor();
            });
            measured.heap_mib = await page.evaluate(() => Math.round(performance.memory.usedJSHeapSize / 1048576));
            measured.held_up_ms = await worst(page);
            assert.ok(measured.per_second >= perSecond / patience, `${measured.per_second} in a second`);
            judge("a tail of 5,000 a second", measured, { rows: 60, heap_mib: 500, held_up_ms: heldUpMax * patience });
        } finally {
            await flow.stop();
        }
    }));
