// paint.mjs ADDRESS: opens a page with a cold cache in a new browser, and says how long until something was painted and
// how many bytes the first view took over the network, headers included.
import { launch } from "./harness.mjs";

const browser = await launch();
try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.setDefaultTimeout(60_000);
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    let bytes = 0;
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.goto(process.argv[2], { waitUntil: "load" });
    await page.locator("h1").first().waitFor();
    await page.evaluate(() => document.fonts.ready.then(() => true));
    // The browser tells of a paint some time after it.
    const entry = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const painted = await (await page.waitForFunction(entry)).jsonValue();
    console.log(JSON.stringify({ first_contentful_paint_ms: painted, transferred_bytes: bytes }));
} finally {
    await browser.close();
}
