// Page weight, time to interactive, and a keystroke in the tree of methods, in Chromium. Started by bench/browser, which says
// where the server is; prints Markdown.

import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../end2end/package.json", import.meta.url))("playwright-core");
const { URL: url, EMAIL: email, PASSWORD: password, CHROMIUM: executablePath } = process.env;
const rounds = Number(process.env.ROUNDS);
const methods = Number(process.env.METHODS);

/** Signed in, and what strangers see. */
const PAGES = ["/", "/settings/tokens", "/settings/security", "/settings/members", "/settings/audit", "/docs/api"];
const DOOR = "/signin";
/** What a page without anything costs here: the part of each figure that is the browser's and the machine's own. */
const BARE = "a page that is empty";
const BARE_HTML = "<!DOCTYPE html><html data-hydrated><title>Bare</title><link rel=icon href=data:,><p>Bare</p></html>";
/** Typed one after the other: more and more of a name that many methods have, then a name of one. */
const TYPED = "method4217";
/** So long after it was opened a window is at rest. */
const SETTLED_MS = 2000;
/** After a key nothing is left to do for the page. */
const QUIET_MS = 250;

const bare = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(BARE_HTML));
await once(bare.listen(0, "127.0.0.1"), "listening");
const bareUrl = `http://127.0.0.1:${bare.address().port}/`;

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});

/** The value in the middle. */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

/** Signs in once; the cookies of all later visits. */
async function signIn() {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  await page.goto(DOOR);
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${url}/`);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** One visit with an empty cache, and one more with what it left: bytes on the wire by kind, and moments in ms. */
async function visit(storageState, path) {
  const context = await browser.newContext({ baseURL: url, storageState });
  await context.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.documentElement?.hasAttribute("data-hydrated")) return;
      globalThis.interactive = performance.now();
      observer.disconnect();
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-hydrated"] });
  });
  const page = await context.newPage();
  if (path === BARE) path = bareUrl;
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const kinds = new Map();
  const weight = { all: 0, wasm: 0, unpacked: [] };
  session.on("Network.responseReceived", ({ requestId, response }) => {
    kinds.set(requestId, response);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const response = kinds.get(requestId);
    if (!response?.url.startsWith("http") || response.fromDiskCache) return;
    weight.all += encodedDataLength;
    if (response.url.endsWith(".wasm")) weight.wasm += encodedDataLength;
    const encoding = response.headers["content-encoding"] ?? response.headers["Content-Encoding"];
    if (encoding !== "br" && encodedDataLength > 2000) weight.unpacked.push(new URL(response.url).pathname);
  });
  const moments = async () => {
    await page.waitForFunction(() => globalThis.interactive !== undefined, undefined, { timeout: 20_000 });
    return page.evaluate(() => ({
      painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
      interactive: globalThis.interactive,
    }));
  };
  // A new window makes Chromium load its own surroundings, which is no part of a visit.
  await page.waitForTimeout(SETTLED_MS);
  await page.goto(path, { waitUntil: "networkidle" });
  const first = await moments();
  const { all, wasm, unpacked } = weight;
  await page.goto(path, { waitUntil: "networkidle" });
  const again = await moments();
  const second = weight.all - all;
  await context.close();
  return { first, again, all, wasm, second, unpacked };
}

/** What a traced piece of work took of its thread, in ms: less than the clock says on a busy machine. */
const cpu = (event) => (event.tdur ?? event.dur) / 1000;

/** The page's own list of methods with more and more of them, as if this server answered so many. */
function withMethods(html) {
  return html.replace(/data-props="([^"]*)"/g, (whole, escaped) => {
    if (!escaped.includes("methods")) return whole;
    const plain = escaped.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">");
    const props = JSON.parse(plain.replaceAll("&#x27;", "'").replaceAll("&#39;", "'").replaceAll("&amp;", "&"));
    const one = props.methods?.[0];
    if (!one) return whole;
    for (let at = props.methods.length; at < methods; at += 1) {
      const [service, group] = [Math.floor(at / 1000), Math.floor(at / 50)];
      const name = `service${service}.class${group}.Method${at}`;
      props.methods.push({ ...one, name, summary: `Does what number ${at} is for.` });
    }
    props.methods.sort((a, b) => (a.name < b.name ? -1 : 1));
    return `data-props="${JSON.stringify(props).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;")}"`;
  });
}

/** Milliseconds of the page's main thread for each key: the handler, all until the frame that shows it, the longest task. */
async function keystrokes(storageState) {
  const context = await browser.newContext({ baseURL: url, storageState });
  const page = await context.newPage();
  await page.route("**/settings/tokens", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: withMethods(await response.text()) });
  });
  await page.goto("/settings/tokens");
  await page.locator("html[data-hydrated]").waitFor();
  await page.getByRole("button", { name: "Generate", exact: true }).first().click();
  const search = page.getByRole("searchbox", { name: "Search methods" });
  await search.click();
  await page.getByRole("status").filter({ hasText: `of ${methods} ticked` }).waitFor();
  const folder = await mkdtemp(join(tmpdir(), "keyrack-trace-"));
  const path = join(folder, "trace.json");
  const categories = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "blink.user_timing"];
  await browser.startTracing(page, { path, categories });
  for (const key of TYPED) {
    await page.keyboard.press(key);
    await page.waitForTimeout(QUIET_MS);
  }
  for (let at = 0; at < TYPED.length; at += 1) {
    await page.keyboard.press("Backspace");
    await page.waitForTimeout(QUIET_MS);
  }
  await browser.stopTracing();
  const events = JSON.parse(await readFile(path, "utf8")).traceEvents;
  await rm(folder, { recursive: true });
  await context.close();

  const keys = events.filter((event) => event.name === "EventDispatch" && event.args?.data?.type === "keydown");
  const { pid, tid } = keys[0];
  const main = events.filter((event) => event.pid === pid && event.tid === tid && event.dur !== undefined);
  const tasks = main.filter((event) => event.name === "ThreadControllerImpl::RunTask");
  return keys.map((key, at) => {
    const end = keys[at + 1]?.ts ?? key.ts + QUIET_MS * 1000;
    const mine = main.filter((event) => event.ts >= key.ts && event.ts < end);
    const input = mine.find((event) => event.name === "EventDispatch" && event.args.data.type === "input");
    const frame = mine.find((event) => ["Paint", "PrePaint", "Layerize", "Commit"].includes(event.name) && event.ts > input.ts);
    const commit = mine.find((event) => event.name === "Commit" && event.ts > input.ts) ?? frame;
    const shown = commit.ts + commit.dur;
    const all = tasks.filter((task) => task.ts + task.dur > key.ts && task.ts < end);
    const within = all.filter((task) => task.ts < shown);
    return {
      handler: cpu(input),
      frame: within.reduce((sum, task) => sum + cpu(task), 0),
      wall: (shown - key.ts) / 1000,
      longest: Math.max(...all.map(cpu)),
    };
  });
}

try {
  const signedIn = await signIn();
  console.log("### Pages\n");
  const version = browser.version().split(".")[0];
  console.log("Bars: first page ≤ 250 KB of WASM, interactive ≤ 200 ms.");
  console.log(`Chromium ${version} on loopback, medians of ${rounds} visits with an empty cache; bytes on the wire with headers.\n`);
  console.log("| page | all | WASM | second visit | first paint | interactive | interactive, second visit |");
  console.log("|---|---|---|---|---|---|---|");
  const unpacked = new Set();
  for (const path of [BARE, DOOR, ...PAGES]) {
    const visits = [];
    const state = path === DOOR || path === BARE ? undefined : signedIn;
    for (let round = 0; round < rounds; round += 1) visits.push(await visit(state, path));
    if (path !== BARE) for (const one of visits) for (const name of one.unpacked) unpacked.add(name);
    const of = (pick) => median(visits.map(pick));
    console.log(
      `| \`${path}\` | ${kb(of((one) => one.all))} | ${kb(of((one) => one.wasm))} | ${kb(of((one) => one.second))}` +
        ` | ${ms(of((one) => one.first.painted))} | **${ms(of((one) => one.first.interactive))}** | ${ms(of((one) => one.again.interactive))} |`,
    );
  }
  if (unpacked.size > 0) console.log(`\nNot sent with brotli: ${[...unpacked].join(", ")}.`);

  console.log(`\n### A key in the search of ${methods} methods\n`);
  const keys = await keystrokes(signedIn);
  const most = (pick) => Math.max(...keys.map(pick));
  console.log("Bar: ≤ 16 ms.");
  console.log(`From a trace of ${keys.length} keys: “${TYPED}” typed and deleted again.\n`);
  console.log("| time of the main thread | median | slowest |");
  console.log("|---|---|---|");
  for (const [what, pick] of [
    ["the handler of the key", (key) => key.handler],
    ["**from the key to the frame that shows it**", (key) => key.frame],
    ["the same by the clock", (key) => key.wall],
    ["longest task until it rests", (key) => key.longest],
  ]) {
    console.log(`| ${what} | ${ms(median(keys.map(pick)))} | ${ms(most(pick))} |`);
  }
} finally {
  await browser.close();
  bare.close();
}
