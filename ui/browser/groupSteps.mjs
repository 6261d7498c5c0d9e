// The same for groups, and for what belongs to no list: steps.mjs.
import assert from "node:assert/strict";
import { heading, tab, typeName } from "./steps.mjs";

const apply = (page) => page.getByRole("button", { name: "Move offsets" });

async function preview(page, kind, field, value) {
    await page.getByLabel("Move to").selectOption(kind);
    if (field) await page.getByLabel(field, { exact: true }).fill(value);
    await page.getByRole("button", { name: "Preview" }).click();
    await page.locator("tbody tr td.number strong").first().waitFor();
}

/** Every way to say where to has its preview; then the group is moved by `shift`. */
export async function moveOffsets(page, groupPath, shift) {
    await page.open(`${groupPath}/reset`);
    assert.equal(await apply(page).isEnabled(), false);
    for (const [kind, field, value] of [["earliest"], ["latest"], ["time", "Time", "2026-01-02T03:04:05"], ["offset", "Offset", "3"], ["current"]]) {
        await preview(page, kind, field, value);
    }
    await preview(page, "shift", "By how many", shift);
    assert.ok(page.url().endsWith(`?to=shift&value=${shift}`), page.url());
    await apply(page).click();
    await page.getByText("The offsets are moved.").waitFor();
}

/** A group with members is looked at, not moved. */
export async function refuseToMove(page, groupPath) {
    await page.open(`${groupPath}/reset`);
    await page.getByText("Stop the members first").waitFor();
    await page.getByRole("button", { name: "Preview" }).click();
    await page.locator("tbody tr").first().waitFor();
    assert.equal(await apply(page).isEnabled(), false);
}

export async function forgetAndDelete(page, groupPath, group, topic) {
    await page.open(groupPath);
    await page.getByLabel("Topic to forget").selectOption(topic);
    await page.getByRole("button", { name: "Forget its offsets" }).click();
    await typeName(page, topic, "Forget");
    await page.getByRole("option", { name: topic, exact: true }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete group" }).click();
    await typeName(page, group, "Delete");
    await page.waitForURL(/\/groups$/);
}

export async function refuseToDelete(page, groupPath, group) {
    await page.open(groupPath);
    await page.getByRole("button", { name: "Delete group" }).click();
    await typeName(page, group, "Delete");
    await page.getByText("The group has members").waitFor();
}

/** Configs, with one that is secret, and log folders. */
export async function lookAtBroker(page, cluster) {
    await page.open(`/clusters/${cluster}/brokers`);
    await page.getByRole("link", { name: "1", exact: true }).click();
    await heading(page, "Broker 1").waitFor();
    await page.getByRole("searchbox").fill("keystore");
    await page.getByText("ssl.keystore.password").waitFor();
    await page.getByText("secret", { exact: true }).first().waitFor();
    await tab(page, "Log folders");
    await page.locator("tbody a.name").first().waitFor();
}

/** Language and appearance are the browser's, which is Portuguese and dark; they can be changed, and stay. */
export async function changeLanguageAndScheme(page, path) {
    const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
    await page.open(path);
    await heading(page, "Tópicos").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "pt-BR");
    assert.equal(await scheme(), "dark");
    await page.getByRole("button", { name: "Idioma" }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await heading(page, "Topics").waitFor();
    await page.getByRole("button", { name: "Appearance" }).click();
    await page.getByRole("menuitem", { name: "Light" }).click();
    await page.reload();
    await heading(page, "Topics").waitFor();
    assert.equal(await scheme(), "light");
}

/** Nothing that changes something is offered, and it says why. */
export async function findNothingToChange(page, topicPath, groupPath) {
    const offers = (name) => page.getByRole("button", { name }).or(page.getByRole("link", { name })).count();
    await page.open(topicPath);
    await page.locator("tbody tr td").first().waitFor();
    for (const name of ["Add topic", "Produce", "Actions"]) assert.equal(await offers(name), 0, name);
    await page.getByText("started read-only").waitFor();
    await page.open(`${topicPath}/configuration`);
    await page.locator(".config-name").first().waitFor();
    assert.equal(await offers(/^Edit /), 0);
    await page.open(groupPath);
    for (const name of ["Reset offsets", "Delete group"]) assert.equal(await offers(name), 0, name);
}
