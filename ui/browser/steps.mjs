// What a person does on the page, by role and name as a screen reader has them. The tests against the mock and those
// against a running `riacho up` take the same steps.
import assert from "node:assert/strict";

export const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });
export const lines = (page) => page.locator(".stream-line");
export const valueOf = (page) => page.getByRole("region", { name: "Value", exact: true });
export const names = (page) => page.locator("a.name").allInnerTexts();
export const tile = (page, name) => page.locator(".tile", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd").first();
export const tab = (page, name) => page.locator(".tabs").getByRole("link", { name, exact: true }).click();

/** Waits for what a tile says: "Messages" is "3". */
export const tileSays = (page, name, words) => tile(page, name).filter({ hasText: new RegExp(`^${words}$`) }).waitFor();

/** The article's first act: open, choose the cluster, Topics, Add topic, create with defaults. */
export async function articleTopic(page, cluster, topic, partitions) {
    await page.open("/");
    await page.getByRole("link", { name: new RegExp(`^${cluster}`) }).click();
    await page.getByRole("link", { name: "Topics", exact: true }).click();
    await page.getByRole("link", { name: "Add topic" }).first().click();
    await page.getByLabel("Topic name").fill(topic);
    await page.getByLabel("Number of partitions").fill(String(partitions));
    await page.getByRole("button", { name: "Create with defaults" }).click();
    await heading(page, topic).waitFor();
    assert.equal(new URL(page.url()).pathname, `/clusters/${cluster}/topics/${topic}`);
    await page.waitForFunction((count) => document.querySelectorAll("tbody tr").length === count, partitions);
}

/** A topic with settings: what Kafka refuses is shown in Kafka's words, what it takes is changed afterwards. */
export async function compactedTopic(page, cluster, topic, replicas) {
    await page.open(`/clusters/${cluster}/add-topic`);
    await page.getByLabel("Topic name").fill(topic);
    await page.getByRole("button", { name: "Customize settings" }).click();
    await page.getByRole("group", { name: "Availability" }).getByText(replicas).click();
    await page.getByLabel("Cleanup policy").selectOption("compact");
    await page.getByLabel("Retention time", { exact: true }).fill("2");
    await page.getByRole("switch", { name: "Expert mode" }).click();
    const interval = page.getByRole("textbox", { name: "segment.ms" });
    await interval.fill("soon");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText("Invalid value soon for configuration segment.ms").waitFor();
    await interval.fill("60000");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await heading(page, topic).waitFor();
    await tab(page, "Configuration");
    await page.getByRole("switch", { name: "Changed only" }).click();
    await page.getByText("172800000").first().waitFor();
    return page.locator(".config-name").allInnerTexts();
}

/** Search and order are in the address, and come back from it. */
export async function findTopics(page, cluster, search, found) {
    await page.open(`/clusters/${cluster}/topics`);
    await page.getByRole("searchbox").fill(search);
    await page.waitForURL((url) => url.searchParams.get("search") === search);
    await page.getByRole("button", { name: "Messages" }).click();
    await page.waitForURL(/sort=messages&order=desc/);
    await page.waitForFunction((count) => document.querySelectorAll("a.name").length === count, found.length);
    assert.deepEqual((await names(page)).sort(), found);
    const address = page.url();
    await page.reload();
    await page.locator("a.name").first().waitFor();
    assert.equal(page.url(), address);
    assert.equal(await page.getByRole("searchbox").inputValue(), search);
    await page.getByRole("searchbox").fill("nowhere");
    await page.getByText("No name contains “nowhere”").waitFor();
    await page.getByRole("button", { name: "Clear the search" }).click();
    await page.getByRole("switch", { name: "Internal topics" }).click();
    await page.getByRole("link", { name: "__consumer_offsets" }).waitFor();
}

export async function typeName(page, name, action) {
    const dialog = page.getByRole("dialog");
    const button = dialog.getByRole("button", { name: action });
    assert.equal(await button.isEnabled(), false);
    await dialog.getByRole("textbox").fill(name);
    await button.click();
}

export async function topicAction(page, name) {
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name }).click();
}

export async function addPartitions(page, now, total) {
    await topicAction(page, "Add partitions");
    const field = page.getByRole("dialog").getByRole("textbox");
    await field.fill(String(now));
    await page.getByText(`More than ${now}.`).waitFor();
    await field.fill(String(total));
    await page.getByRole("dialog").getByRole("button", { name: "Add partitions" }).click();
    await page.locator("tbody tr").nth(total - 1).waitFor();
}

export async function emptyTopic(page, topic) {
    await topicAction(page, "Empty topic");
    await typeName(page, topic, "Empty");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await tileSays(page, "Messages", "0");
}

export async function deleteTopic(page, topic) {
    await topicAction(page, "Delete topic");
    await typeName(page, topic, "Delete");
    await page.waitForURL(/\/topics$/);
    await page.locator("a.name, .state").first().waitFor();
    assert.equal(await page.getByRole("link", { name: topic, exact: true }).count(), 0);
}

/** A setting is read, changed, refused and put back. */
export async function changeSetting(page, cluster, topic) {
    await page.open(`/clusters/${cluster}/topics/${topic}/configuration?search=max.message.bytes`);
    const edit = page.getByRole("button", { name: "Edit max.message.bytes", exact: true });
    await edit.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("message.max.bytes = 1048588").waitFor();
    await dialog.getByRole("textbox").fill("2097152");
    await dialog.getByText("2 MiB").waitFor();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("max.message.bytes is changed.").waitFor();
    await page.getByText("2097152").first().waitFor();
    await edit.click();
    await dialog.getByRole("textbox").fill("large");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Invalid value large for configuration max.message.bytes").waitFor();
    await dialog.getByRole("button", { name: "Back to the default" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("1048588").first().waitFor();
}
