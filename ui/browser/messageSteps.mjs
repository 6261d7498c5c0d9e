// The same for messages: steps.mjs.
import assert from "node:assert/strict";
import { lines, valueOf } from "./steps.mjs";

export const ended = (page) => page.getByText(/^(Stopped at .* found|All searched)$/).waitFor();

/** Where to start, partitions and filter are in the address, and come back from it. */
export async function searchFrom(page, path, { offset, partitions, text }) {
    await page.open(path);
    await lines(page).first().waitFor();
    await page.getByLabel("Start at").selectOption("offset");
    await page.getByLabel("Offset", { exact: true }).fill(offset);
    await page.getByLabel("Partitions", { exact: true }).fill(partitions);
    await page.getByRole("textbox", { name: "Text" }).fill(text);
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL((url) => url.searchParams.get("from") === `offset:${offset}` && url.searchParams.get("text") === text);
    await ended(page);
    assert.ok((await lines(page).first().innerText()).includes(text));
    await page.reload();
    await lines(page).first().waitFor();
    assert.equal(await page.getByLabel("Offset", { exact: true }).inputValue(), offset);
    await page.getByRole("button", { name: "Load more" }).click();
    await page.getByText("Stopped at 400 found").waitFor();
}

/** An expression completes, says where it is wrong, and finds what has a total above 900. */
export async function searchByExpression(page, path) {
    await page.open(path);
    await page.getByText(/^(The newest \d|All searched)/).first().waitFor(); // then all is known that can be completed
    await page.getByText("Expression", { exact: true }).click();
    const editor = page.getByRole("textbox", { name: "Expression" });
    await editor.click();
    await page.keyboard.type("value.tot");
    await page.getByRole("option", { name: "value.total" }).click();
    await editor.pressSequentially(" >");
    await page.getByText("Position 14: a value is missing here").waitFor();
    await page.getByText("a text in quotes").waitFor();
    await editor.press("Control+a");
    await page.keyboard.type("value.total > 900");
    await page.getByText("Position").waitFor({ state: "detached" });
    await editor.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("where") === "value.total > 900");
    await ended(page);
    await lines(page).first().click();
    const total = /"total": (\d+)/.exec(await valueOf(page).innerText());
    assert.ok(Number(total[1]) > 900);
}

/** What the page itself may say then: where a coloured selection is typed over, Chromium's own editing tries to keep its style inline, and the policy refuses. */
export const typedOver = /Applying inline style .* style attributes/s;

/** The first found has more than is shown of it; whole it has `least` characters. */
export async function loadWhole(page, path, least) {
    await page.open(path);
    await lines(page).first().click();
    await page.getByText(/The first 4 KiB of/).waitFor();
    await page.getByRole("button", { name: "Load whole" }).click();
    await page.getByText(/The first 4 KiB of/).waitFor({ state: "detached" });
    assert.ok((await valueOf(page).innerText()).length >= least);
}

/** Follows what comes, waits for who reads, goes on and stops. */
export async function followFast(page, path) {
    await page.open(`${path}?live=true`);
    await page.getByText("Following").waitFor();
    await page.getByText(/The newest 10,000 are kept/).waitFor();
    assert.ok((await page.locator(".stream-item").count()) < 60, "few rows are in the page");
    await lines(page).nth(2).click();
    await valueOf(page).waitFor();
    await page.getByRole("button", { name: /new – show/ }).click();
    await valueOf(page).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
}

/** Produces with key, header and partition, finds it as `at`, and produces it again as `next`. */
export async function produceTwice(page, topicPath, at, next) {
    await page.open(`${topicPath}/produce`);
    await page.getByLabel("Partition").selectOption(at.split("/")[0]);
    await page.getByRole("radiogroup", { name: "Key as" }).getByText("Text").click();
    await page.getByRole("textbox", { name: "Key" }).fill("chave");
    await page.getByRole("textbox", { name: "Value", exact: true }).fill('{"a":9007199254740993}');
    await page.getByRole("button", { name: "Format JSON" }).click();
    await page.getByRole("button", { name: "Add header" }).click();
    await page.getByRole("textbox", { name: "Name 1" }).fill("origem");
    await page.getByRole("textbox", { name: "Value 1" }).fill("teste");
    await page.getByRole("button", { name: "Produce", exact: true }).click();
    await page.getByText(`Produced to ${at}`).waitFor();
    await page.getByRole("link", { name: "Show it" }).click();
    await lines(page).first().click();
    assert.match(await valueOf(page).innerText(), /"a": 9007199254740993/);
    await page.getByText("origem").waitFor();
    await page.getByRole("link", { name: "Produce again" }).click();
    await page.getByText(`From ${at}`).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Key" }).inputValue(), "chave");
    assert.equal(await page.getByRole("textbox", { name: "Value 1" }).inputValue(), "teste");
    await page.getByRole("button", { name: "Produce", exact: true }).click();
    await page.getByText(`Produced to ${next}`).waitFor();
}

/** What cannot be produced is said before and after it is sent. */
export async function produceWrongly(page, topicPath) {
    await page.open(`${topicPath}/produce`);
    await page.getByRole("radiogroup", { name: "Value as" }).getByText("Base64").click();
    await page.getByRole("textbox", { name: "Value", exact: true }).fill("not base64");
    await page.getByText("Not Base64.").waitFor();
    await page.getByRole("radiogroup", { name: "Value as" }).getByText("Text").click();
    await page.getByRole("textbox", { name: "Value", exact: true }).fill("x".repeat(1_100_000));
    await page.getByRole("button", { name: "Produce", exact: true }).click();
    await page.getByText("The message is too large").waitFor();
}

/** What a text finds, as files. */
export async function download(page, path, text) {
    await page.open(`${path}?from=earliest&text=${encodeURIComponent(text)}`);
    await lines(page).first().waitFor();
    await page.getByRole("button", { name: "Download" }).click();
    for (const [format, type] of [["JSON", "application/json"], ["CSV", "text/csv"]]) {
        const href = await page.getByRole("menuitem", { name: format }).getAttribute("href");
        assert.match(href, /from=earliest/);
        const response = await page.request.get(new URL(href, page.url()).href);
        assert.ok(response.headers()["content-type"].startsWith(type), response.headers()["content-type"]);
        assert.ok((await response.text()).includes(text));
    }
}
