// The list of tokens: what it shows, and how rows are selected.

import { expect, test } from "../fixtures.ts";
import { readableDay, wire } from "../steps/owner.ts";
import { TokenList } from "../steps/tokens.ts";

const NAMES = ["Alpha", "Bravo", "Charlie", "Delta", "Echo"];

test("an empty list teaches the first step", async ({ page, enter, owner, server, axe }) => {
  await enter(page, "/settings/tokens");
  expect(await owner.descriptions()).toEqual([]);
  const list = new TokenList(page);
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(`curl ${server.url}/1.0/environment/control/rest/stopenv`);
  await expect(list.count).toHaveText("0 of 100 tokens");
  await axe(page);
  await page.getByRole("button", { name: "Make the first token" }).click();
  await expect((await list.dialog("Generate Access Token")).description).toBeFocused();
});

test("every token is a row: dates, sets, what is absent", async ({ page, enter, owner, api, axe }) => {
  const used = await owner.token("Deploy", { expiresAt: wire(Date.now() + 40 * 86_400_000).slice(0, 10) });
  await owner.token("Plug-in", { tokenTemplate: "IDE Plugins" });
  await owner.expiredToken("Old");
  await api("users.authentication.CheckSign", {}, used.secret);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.grid.getByRole("columnheader")).toHaveText(["", "Description", "API", "Expires", "Last Used", "Created"]);
  const cells = (description: string) => list.cells(description);
  const today = readableDay(0);
  await expect(cells("Deploy")).toHaveText(["Deploy", "Custom · StopEnv", `${readableDay(40)} in 40 days`, today, today]);
  await expect(cells("Plug-in")).toHaveText(["Plug-in", "IDE Plugins", "Never", "-", today]);
  await expect(cells("Old"), "expired rows stay, marked").toHaveText(["Old", "Custom · StopEnv", /, \d\d:\d\d:\d\d Expired$/, /.*/, today]);
  await expect(list.row("Deploy").getByText(readableDay(40))).toHaveAttribute("title", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  await axe(page);

  // What Custom means, by pointer; Esc puts it away.
  const methods = page.getByRole("group", { name: "Methods of Deploy" });
  await list.row("Deploy").getByText("Custom").hover();
  await expect(methods).toHaveText("1 methodenvironment.control.StopEnv");
  await axe(page);
  await page.mouse.move(0, 0);
  await expect(methods).toBeHidden();
  await list.row("Deploy").getByText("Custom").hover();
  await list.row("Deploy").getByRole("button", { name: "Custom · StopEnv" }).focus();
  await page.keyboard.press("Escape");
  await expect(methods).toBeHidden();
});

test("nothing of a secret is in the page or in what the server sends for it", async ({ page, enter, owner }) => {
  const { secret } = await owner.token("Hidden");
  await enter(page, "/settings/tokens");
  await expect(new TokenList(page).row("Hidden")).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  const html = await (await page.request.get("/settings/tokens")).text();
  expect(html).not.toContain(secret);
});

test("the pointer selects: click, Ctrl, Shift", async ({ page, enter, owner, axe }) => {
  for (const name of NAMES) await owner.token(name);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const selected = list.selected.locator("td.cell-description");
  await expect(list.descriptions).toHaveText(NAMES);
  await expectButtons(list, { Edit: false, Copy: false, Remove: false });
  await list.cells("Bravo").first().click();
  await expect(selected).toHaveText(["Bravo"]);
  await expectButtons(list, { Edit: true, Copy: true, Remove: true });
  await list.cells("Delta").first().click({ modifiers: ["ControlOrMeta"] });
  await expect(selected).toHaveText(["Bravo", "Delta"]);
  await expectButtons(list, { Edit: false, Copy: false, Remove: true });
  await expect(list.count).toHaveText("2 selected, 5 of 100 tokens");
  await axe(page);
  await list.cells("Delta").first().click({ modifiers: ["ControlOrMeta"] });
  await expect(selected).toHaveText(["Bravo"]);
  await list.cells("Echo").first().click({ modifiers: ["Shift"] });
  await expect(selected, "from where the last single click was").toHaveText(["Delta", "Echo"]);
  await list.cells("Bravo").first().click();
  await list.cells("Delta").first().click({ modifiers: ["Shift"] });
  await expect(selected).toHaveText(["Bravo", "Charlie", "Delta"]);
  await list.cells("Alpha").first().click({ modifiers: ["Shift"] });
  await expect(selected, "a range turns around its beginning").toHaveText(["Alpha", "Bravo"]);
  expect(await page.evaluate(() => getSelection()?.toString()), "no text is selected by it").toBe("");
  await list.cells("Echo").first().click({ modifiers: ["ControlOrMeta", "Shift"] });
  await list.cells("Charlie").first().click();
  await expect(selected).toHaveText(["Charlie"]);
  await list.cells("Echo").first().dblclick();
  await expect((await list.dialog("Edit Access Token")).description).toHaveValue("Echo");
});

test("the keyboard does the same", async ({ page, enter, owner }) => {
  for (const name of NAMES) await owner.token(name);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const selected = list.selected.locator("td.cell-description");
  await list.button("Refresh").focus();
  await expect(async () => {
    await page.keyboard.press("Tab");
    await expect(list.row("Alpha")).toBeFocused({ timeout: 100 });
  }, "the list is one stop, after the headings").toPass({ intervals: [100], timeout: 15_000 });
  await expect(list.selected).toHaveCount(0);
  await page.keyboard.press("Space");
  await expect(selected).toHaveText(["Alpha"]);
  await page.keyboard.press("Space");
  await expect(list.selected).toHaveCount(0);
  await page.keyboard.press("ArrowDown");
  await expect(list.row("Bravo")).toBeFocused();
  await expect(selected).toHaveText(["Bravo"]);
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(selected).toHaveText(["Bravo", "Charlie", "Delta"]);
  await page.keyboard.press("Shift+ArrowUp");
  await expect(selected).toHaveText(["Bravo", "Charlie"]);
  await page.keyboard.press("Control+End");
  await expect(list.row("Echo")).toBeFocused();
  await expect(selected, "Ctrl moves without selecting").toHaveText(["Bravo", "Charlie"]);
  await page.keyboard.press("Space");
  await expect(selected).toHaveText(["Bravo", "Charlie", "Echo"]);
  await page.keyboard.press("Control+a");
  await expect(selected).toHaveText(NAMES);
  await page.keyboard.press("Home");
  await expect(selected).toHaveText(["Alpha"]);
  await page.keyboard.press("Enter");
  const dialog = await list.dialog("Edit Access Token");
  await expect(dialog.description).toHaveValue("Alpha");
  await page.keyboard.press("Escape");
  await expect(dialog.root).toBeHidden();
  await expect(list.row("Alpha"), "the keyboard is back where it was").toBeFocused();
  await page.keyboard.press("Delete");
  await expect(page.getByRole("dialog", { name: "Remove Access Tokens" })).toBeVisible();
});

test("the toolbar is walked with arrows", async ({ page, enter, owner }) => {
  await owner.token("Alpha");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells("Alpha").first().click();
  await list.button("Generate").focus();
  for (const name of ["Edit", "Copy", "Remove", "Refresh", "Generate"] as const) {
    await page.keyboard.press("ArrowRight");
    await expect(list.button(name)).toBeFocused();
  }
  await page.keyboard.press("ArrowLeft");
  await expect(list.button("Refresh")).toBeFocused();
});

test("a selection survives Refresh, less what is gone", async ({ page, enter, owner }) => {
  const made = [];
  for (const name of NAMES) made.push(await owner.token(name));
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const selected = list.selected.locator("td.cell-description");
  await list.cells("Bravo").first().click();
  await list.cells("Delta").first().click({ modifiers: ["ControlOrMeta"] });
  await owner.remove(made[3]!.id);
  await owner.edit(made[1]!.id, { description: "Zulu" });
  await owner.token("Foxtrot");
  await list.button("Refresh").click();
  await expect(list.descriptions).toHaveText(["Alpha", "Charlie", "Echo", "Foxtrot", "Zulu"]);
  await expect(selected).toHaveText(["Zulu"]);
  await expect(list.button("Edit")).toBeEnabled();
});

test("headings sort, and the address keeps the order", async ({ page, enter, owner }) => {
  await owner.token("bravo", { expiresAt: wire(Date.now() + 3 * 86_400_000) });
  await owner.token("Alpha");
  await owner.token("Charlie", { expiresAt: wire(Date.now() + 2 * 86_400_000) });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const heading = (name: string) => list.grid.getByRole("columnheader", { name });
  await expect(list.descriptions).toHaveText(["Alpha", "bravo", "Charlie"]);
  await expect(heading("Description")).toHaveAttribute("aria-sort", "ascending");
  await heading("Expires").getByRole("button").click();
  await expect(list.descriptions).toHaveText(["Charlie", "bravo", "Alpha"]);
  await heading("Expires").getByRole("button").click();
  await expect(list.descriptions).toHaveText(["Alpha", "bravo", "Charlie"]);
  await expect(heading("Expires")).toHaveAttribute("aria-sort", "descending");
  await expect(heading("Description")).not.toHaveAttribute("aria-sort");
  await expect(page).toHaveURL("/settings/tokens?sort=-expires");
  await page.reload();
  await page.locator("html[data-hydrated]").waitFor();
  await expect(heading("Expires")).toHaveAttribute("aria-sort", "descending");
  await heading("Description").getByRole("button").click();
  await expect(list.descriptions).toHaveText(["Alpha", "bravo", "Charlie"]);
  await expect(page).toHaveURL("/settings/tokens");
});

test("every column sorts, for the server and the browser alike, and its cells carry its heading", async ({
  page,
  enter,
  owner,
  api,
}) => {
  const used = await owner.token("bravo", { expiresAt: wire(Date.now() + 3 * 86_400_000) });
  await owner.token("Alpha", { tokenTemplate: "IDE Plugins" });
  await owner.token("Charlie", { expiresAt: wire(Date.now() + 2 * 86_400_000) });
  await api("users.authentication.CheckSign", {}, used.secret);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const names = (await list.grid.getByRole("columnheader").allTextContents()).slice(1);
  for (const [at, name] of names.entries()) {
    const heading = list.grid.getByRole("columnheader", { name, exact: true });
    for (const direction of ["descending", "ascending"]) {
      while ((await heading.getAttribute("aria-sort")) !== direction) {
        const before = await heading.getAttribute("aria-sort");
        await heading.getByRole("button").click();
        await expect(heading).not.toHaveAttribute("aria-sort", before ?? "none");
        await expect(heading).toHaveAttribute("aria-sort");
      }
      const sorted = await list.descriptions.allTextContents();
      const html = await (await page.request.get(page.url())).text();
      const places = sorted.map((description) => html.indexOf(`title="${description.trim()}"`));
      expect(places, `${name}, ${direction}`).toEqual(places.toSorted((a, b) => a - b));
    }
    const cell = list.rows.first().locator("td:not(.cell-select)").nth(at);
    if (at > 0) await expect(cell).toHaveAttribute("data-label", name);
  }
});

test("Refresh says when the server does not answer, and when the session is over", async ({
  page,
  enter,
  owner,
  allowConsole,
}) => {
  allowConsole(/ERR_FAILED/);
  await owner.token("Alpha");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await page.route("**/fn/tokens/**", (route) => route.abort());
  await list.button("Refresh").click();
  await expect(page.getByRole("alert").filter({ hasText: "The server did not answer" })).toBeVisible();
  await expect(list.row("Alpha"), "what was there stays").toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("The server did not answer")).toBeHidden();
  await page.unroute("**/fn/tokens/**");
  await owner.endBrowserSessions();
  await list.button("Refresh").click();
  await expect(page).toHaveURL("/signin?next=/settings/tokens&ended=1");
});

async function expectButtons(list: TokenList, enabled: { Edit: boolean; Copy: boolean; Remove: boolean }): Promise<void> {
  for (const [name, on] of Object.entries({ ...enabled, Generate: true, Refresh: true })) {
    await expect(list.button(name as "Edit"), name).toBeEnabled({ enabled: on });
  }
}

test("accents are sorted beside their base letters, by the server and in the browser", async ({ page, enter, owner }) => {
  for (const name of ["zoo", "Étape", "apple", "Ärger"]) await owner.token(name);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const heading = list.grid.getByRole("columnheader", { name: "Description" }).getByRole("button");
  await expect(list.descriptions).toHaveText(["apple", "Ärger", "Étape", "zoo"]);
  await heading.click();
  await expect(list.descriptions).toHaveText(["zoo", "Étape", "Ärger", "apple"]);
  await heading.click();
  await expect(list.descriptions).toHaveText(["apple", "Ärger", "Étape", "zoo"]);
});

test("a token that ends within a day tells the time", async ({ page, enter, owner }) => {
  const day = wire(Date.now() + 3 * 86_400_000).slice(0, 10);
  await owner.token("early", { expiresAt: `${day} 00:30:00` });
  await owner.token("late", { expiresAt: `${day} 23:59:59` });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.grid.locator("time", { hasText: ", 00:30" })).toHaveCount(1);
  await expect(list.grid.locator("time", { hasText: "23:59" })).toHaveCount(0);
});
