// Lists of many tokens: what stays in sight, how rows are chosen without Ctrl and Shift, how one is found.

import type { Locator, Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { expectToFit } from "../steps/looks.ts";
import { type Owner, STOP_ENV } from "../steps/owner.ts";
import { Remove, Save, TokenList } from "../steps/tokens.ts";

const NUMBER = 30;
const name = (number: number) => `Token ${String(number).padStart(2, "0")}`;

/** So many that they need scrolling. */
async function manyTokens(owner: Owner): Promise<void> {
  for (let number = 1; number <= NUMBER; number++) await owner.token(name(number));
}

/** Nothing is drawn above the middle of an element. */
async function expectUncovered(element: Locator): Promise<void> {
  const covered = () =>
    element.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const at = document.elementFromPoint(left + width / 2, top + height / 2);
      return at === element || element.contains(at) ? "" : (at?.outerHTML.slice(0, 200) ?? "out of sight");
    });
  await expect.poll(covered).toBe("");
}

const scrolled = (page: Page) => page.evaluate(() => Math.round(scrollY));

test("toolbar and headings stay in sight, and nothing hides behind them", async ({ page, enter, owner, axe }) => {
  await manyTokens(owner);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells(name(1)).first().click();
  await page.keyboard.press("End");
  await expect(list.row(name(NUMBER))).toBeFocused();
  expect(await scrolled(page)).toBeGreaterThan(200);
  await expectUncovered(list.button("Generate"));
  await expectUncovered(list.grid.getByRole("button", { name: "Expires" }));
  await expect(list.count).toBeInViewport({ ratio: 1 });
  await axe(page);
  for (let number = NUMBER - 1; number > 0; number--) {
    await page.keyboard.press("ArrowUp");
    await expect(list.row(name(number))).toBeFocused();
    await expectUncovered(list.cells(name(number)).first());
  }
});

test("checkboxes choose one by one, in ranges and all at once", async ({ page, enter, owner, server, axe }) => {
  for (let number = 1; number <= 5; number++) await owner.token(name(number));
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const selected = list.selected.locator("td.cell-description");
  await list.checkbox(name(2)).click();
  await list.checkbox(name(4)).click();
  await expect(selected).toHaveText([name(2), name(4)]);
  await expect(list.count).toHaveText("2 selected, 5 of 100 tokens");
  await expect(list.selectAll).not.toBeChecked();
  await expect(list.selectAll).toHaveJSProperty("indeterminate", true);
  await axe(page);
  await list.checkbox(name(2)).click({ modifiers: ["Shift"] });
  await expect(selected, "as the last box was left").toHaveText([]);
  await list.checkbox(name(1)).check();
  await list.checkbox(name(3)).click({ modifiers: ["Shift"] });
  await expect(selected).toHaveText([name(1), name(2), name(3)]);
  await list.selectAll.check();
  await expect(list.selected).toHaveCount(5);
  await list.checkbox(name(5)).uncheck();
  await expect(list.selectAll).toHaveJSProperty("indeterminate", true);

  // By keyboard: the box of the row that has it is the next stop.
  await list.row(name(5)).focus();
  await page.keyboard.press("Tab");
  await expect(list.checkbox(name(5))).toBeFocused();
  await page.keyboard.press("Space");
  await expect(list.checkbox(name(5))).toBeChecked();
  await expect(list.selectAll).toBeChecked();
  await page.keyboard.press("ArrowUp");
  await expect(list.row(name(4))).toBeFocused();
  await list.selectAll.check();
  await list.button("Remove").click();
  await expect(new Remove(page).tokens).toHaveCount(5);
  await new Remove(page).with(server.password);
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
});

test.describe("a finger", () => {
  test.use({ hasTouch: true, viewport: { width: 320, height: 640 } });

  test("chooses several rows, opens the list of methods, and has the toolbar in reach", async ({ page, enter, owner, axe }) => {
    await manyTokens(owner);
    await enter(page, "/settings/tokens");
    const list = new TokenList(page);
    await list.checkbox(name(2)).tap();
    await list.checkbox(name(NUMBER)).tap();
    await expect(list.selected).toHaveCount(2);
    await expectUncovered(list.button("Remove"));
    await expectToFit(page);
    const methods = page.getByRole("group", { name: `Methods of ${name(NUMBER)}` });
    await list.row(name(NUMBER)).getByRole("button", { name: "Custom · StopEnv" }).tap();
    await expect(methods).toContainText(STOP_ENV);
    await expectToFit(page);
    await axe(page);
    await expect(list.selected, "it is not a press on the row").toHaveCount(2);
    await list.row(name(NUMBER)).getByRole("button", { name: "Custom · StopEnv" }).tap();
    await expect(methods).toBeHidden();
    await list.selectAll.tap();
    await expect(list.selected).toHaveCount(NUMBER);
  });
});

test("the column API says what a choice is, and the keyboard reads and scrolls all of it", async ({
  page,
  enter,
  owner,
  axe,
}) => {
  const all = await owner.methodsOf((await owner.token("Everything", { tokenTemplate: "Extended Access" })).id);
  await owner.token("Two", { apiList: `${STOP_ENV};environment.control.StartEnv` });
  await owner.token("Many", { apiList: all.slice(0, 120).join(";") });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.cells("Everything").nth(1)).toHaveText("Extended Access");
  await expect(list.cells("Two").nth(1)).toHaveText(/^Custom · StartEnv\s\+1$/);
  const button = list.row("Many").getByRole("button", { name: "Custom · 120 methods" });
  await list.row("Many").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(button).toBeFocused();
  await expect(button).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Enter");
  const methods = page.getByRole("group", { name: "Methods of Many" });
  await expect(methods.getByRole("listitem")).toHaveText(all.slice(0, 120));
  await axe(page);
  await page.keyboard.press("Tab");
  await expect(methods).toBeFocused();
  await page.keyboard.press("End");
  await expect.poll(() => methods.evaluate((list) => list.scrollTop)).toBeGreaterThan(100);
  await expect(list.row("Many"), "keys for the list do not move in the table").toHaveAttribute("aria-selected", "false");
  await page.keyboard.press("Escape");
  await expect(methods).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press("Space");
  await expect(methods).toBeVisible();
  await page.keyboard.press("Shift+Tab");
  await expect(methods, "leaving puts it away").toBeHidden();
});

test("a new token is brought into sight, and what is left after Remove keeps its place", async ({
  page,
  enter,
  owner,
  server,
}) => {
  await manyTokens(owner);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.search.fill("token 01");
  await expect(list.rows).toHaveCount(1);
  const dialog = await list.generate();
  await dialog.description.fill("Zulu");
  await dialog.api.selectOption("Marketplace");
  await (await dialog.submit()).with(server.password);
  await new Save(page).take();
  await expect(list.row("Zulu"), "it would not match").toBeFocused();
  await expect(list.row("Zulu")).toBeInViewport({ ratio: 1 });
  await expect(list.search).toHaveValue("");
  await expect(page).toHaveURL("/settings/tokens");

  await list.cells(name(20)).first().click();
  const before = await scrolled(page);
  expect(before).toBeGreaterThan(0);
  await list.button("Remove").click();
  await new Remove(page).with(server.password);
  await expect(list.row(name(21)), "the next row").toBeFocused();
  await expect(list.row(name(20))).toHaveCount(0);
  expect(Math.abs((await scrolled(page)) - before)).toBeLessThanOrEqual(40);
  await page.keyboard.press("End");
  await page.keyboard.press("Delete");
  await new Remove(page).with(server.password);
  await expect(list.row(name(NUMBER)), "the last row: the one before it").toBeFocused();
});

test("the first token has the keyboard", async ({ page, enter, owner, server }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.api.selectOption("Marketplace");
  await (await dialog.submit()).with(server.password);
  await new Save(page).take();
  await expect(list.row("Marketplace")).toBeFocused();
});

test.describe("an account at its limit", () => {
  test.use({ serverArgs: ["--token-limit", "2"] });

  test("says so before the form, and why", async ({ page, enter, owner, axe }) => {
    const why = "This account has 2 tokens, and 2 is the limit; expired ones count too.";
    await owner.token("One");
    const two = await owner.token("Two");
    await enter(page, "/settings/tokens");
    const list = new TokenList(page);
    await expect(page.getByRole("note")).toContainText(why);
    await list.cells("One").first().click();
    for (const button of [list.button("Generate"), list.button("Copy")]) {
      await expect(button).toHaveAttribute("aria-disabled", "true");
      await expect(button).toHaveAccessibleDescription(new RegExp(`^${why}`));
      await button.click({ force: true });
      await expect(list.toast(why)).toBeVisible();
      await expect(page.getByRole("dialog")).toBeHidden();
    }
    await axe(page);
    await expect(list.button("Edit")).toBeEnabled();
    await owner.remove(two.id);
    await list.button("Refresh").click();
    await expect(page.getByRole("note")).toBeHidden();
    await list.generate();
  });
});

test("search and Show narrow the list, in the address too", async ({ page, enter, owner, api, axe }) => {
  const used = await owner.token("Deploy script", { expiresAt: "2099-12-31" });
  await owner.token("Nightly backup", { apiList: "environment.control.GetEnvs" });
  await owner.token("Soon over", { expiresAt: new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10) });
  await owner.expiredToken("Old deploy");
  await api("users.authentication.CheckSign", {}, used.secret);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells("Nightly backup").first().click();
  await list.search.fill("DEPLOY");
  await expect(list.descriptions).toHaveText(["Deploy script", "Old deploy"]);
  await expect(list.count).toHaveText("2 shown, 4 of 100 tokens");
  await expect(list.button("Remove"), "what is out of sight is not selected").toBeDisabled();
  await expect(page).toHaveURL("/settings/tokens?search=DEPLOY");
  await list.show.selectOption("Expired");
  await expect(list.descriptions).toHaveText(["Old deploy"]);
  await expect(page).toHaveURL("/settings/tokens?search=DEPLOY&show=expired");
  await list.grid.getByRole("button", { name: "Created" }).click();
  await expect(page).toHaveURL("/settings/tokens?search=DEPLOY&show=expired&sort=created");
  await page.reload();
  await page.locator("html[data-hydrated]").waitFor();
  await expect(list.search).toHaveValue("DEPLOY");
  await expect(list.show).toHaveValue("expired");
  await expect(list.descriptions).toHaveText(["Old deploy"]);
  await list.search.fill("nothing like it");
  await expect(page.getByText("No token matches.")).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: "Show all tokens" }).click();
  await expect(list.rows).toHaveCount(4);
  await expect(list.search).toHaveValue("");
  await expect(list.show).toHaveValue("");
  for (const [show, descriptions] of [
    ["Active", ["Deploy script", "Nightly backup", "Soon over"]],
    ["Expiring", ["Soon over"]],
    // The old one was called until it had ended.
    ["Never used", ["Nightly backup", "Soon over"]],
    ["All", ["Deploy script", "Nightly backup", "Old deploy", "Soon over"]],
  ] as const) {
    await list.show.selectOption(show);
    await expect.poll(async () => (await list.descriptions.allTextContents()).toSorted(), show).toEqual(descriptions);
  }
  await list.search.fill("getenvs");
  await expect(list.descriptions, "by what it opens").toHaveText(["Nightly backup"]);
});

test("an expiry is a press, a typed day in any clear form, and is said back in words", async ({ page, enter, server, axe }) => {
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  const choose = (text: string) => dialog.root.getByRole("button", { name: text, exact: true }).click();
  const words = (days: number) => {
    const part = (options: Intl.DateTimeFormatOptions) =>
      new Date(Date.now() + days * 86_400_000).toLocaleString("en-US", { ...options, timeZone: "UTC" });
    return `${part({ weekday: "long" })}, ${part({ day: "numeric" })} ${part({ month: "long" })} ${part({ year: "numeric" })}`;
  };
  await choose("30 days");
  await expect(dialog.expires).toHaveAccessibleDescription(`To the end of ${words(30)}, in 30 days (UTC).`);
  await choose("90 days");
  await expect(dialog.expires).toHaveAccessibleDescription(new RegExp(`^To the end of ${words(90)}, in \\d months \\(UTC\\)\\.$`));
  await choose("1 year");
  await expect(dialog.expires).toHaveAccessibleDescription(/, in 12 months \(UTC\)\.$/);
  await choose("Never");
  await expect(dialog.expires).toHaveValue("");
  for (const text of ["2099-12-31", "31.12.2099", " 31-12-2099 "]) {
    await dialog.expires.fill(text);
    await expect(dialog.expires).toHaveAccessibleDescription(/^To the end of Thursday, 31 December 2099, in \d+ years \(UTC\)\.$/);
  }
  await dialog.expires.fill("03/04/2099");
  await dialog.api.selectOption("Marketplace");
  await dialog.button("Generate").click();
  await dialog.expectError(dialog.expires, "With slashes, 03/04/2027 is a day in March to some and in April to others.");
  await axe(page);
  await choose("30 days");
  await expect(dialog.expires, "a press mends it").not.toHaveAttribute("aria-invalid");
  await dialog.expires.fill("2099-12-31");
  await (await dialog.submit()).with(server.password);
  await new Save(page).take();
  await expect(list.cells("Marketplace").nth(2)).toHaveText(/^31 Dec 2099 in \d+ years$/);
});
