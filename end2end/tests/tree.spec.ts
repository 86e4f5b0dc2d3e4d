// The methods in the token dialog: search, Only Checked, ticks, keyboard, and the way to the docs.

import type { Locator } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { Confirm, Save, type TokenDialog, TokenList } from "../steps/tokens.ts";

async function ticked(dialog: TokenDialog, count: number | string): Promise<void> {
  await expect(dialog.status).toContainText(new RegExp(`(^| )${count} of \\d+ ticked`));
}

/** How many methods a service or class has, as it says beside its box; lines are drawn bit by bit. */
async function sizeOf(group: Locator): Promise<number> {
  const count = group.locator(".tree-count").first();
  await expect(count).toHaveText(/\d$/);
  return Number(/\d+$/.exec(await count.innerText())?.[0]);
}

/** How many methods are ticked, as the dialog says, once the tree has a line for each. */
async function allTicked(dialog: TokenDialog): Promise<number> {
  const said = async () => Number(/(\d+) of \d+ ticked/.exec(await dialog.status.innerText())?.[1]);
  await expect(async () => expect(dialog.methods).toHaveCount(await said(), { timeout: 1_000 })).toPass({ timeout: 30_000 });
  return said();
}

test.beforeEach(async ({ page, enter, owner }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
});

test("search looks anywhere in names and summaries, and keeps the path to each hit", async ({ page, axe }) => {
  const dialog = await new TokenList(page).generate();
  await expect(dialog.methods).toHaveCount(0);
  await ticked(dialog, 0);
  await dialog.search.fill("OPENV");
  await expect(dialog.methods).toHaveCount(1);
  await expect(dialog.item("StopEnv")).toBeVisible();
  await expect(dialog.item("StopEnv").locator("mark")).toHaveText("opEnv");
  for (const name of ["API Access", "environment", "control"]) {
    await expect(dialog.item(name)).toHaveAttribute("aria-expanded", "true");
  }
  await expect(dialog.item("users")).toHaveCount(0);
  await expect(dialog.status).toHaveText(/^1 method matches\. 0 of \d+ ticked\.$/);
  await axe(page);
  // The summary: "Ends sessions of the user."
  await dialog.search.fill("ends sessions");
  await expect(dialog.item("SignoutSessions")).toBeVisible();
  await expect(dialog.item("SignoutSessions").locator("mark").last()).toHaveText("Ends sessions");
  // The path of a full name.
  await dialog.search.fill("control.sle");
  await expect(dialog.methods).toHaveCount(1);
  await expect(dialog.item("SleepEnv")).toBeVisible();
  // Words in any order, the path of a call, the short names that clients use.
  for (const text of ["env stop", "environment/control/rest/stopenv", "env.control.StopEnv"]) {
    await dialog.search.fill(text);
    await expect(dialog.item("StopEnv")).toBeVisible();
    await expect(dialog.item("GetEnvs")).toHaveCount(0);
    await expect(dialog.item("StopEnv").locator(".tree-label mark").first()).toHaveText("StopEnv");
  }
  await dialog.search.fill("<img src=x onerror=alert(1)>");
  await expect(dialog.status).toHaveText(/^No method matches the search\. 0 of \d+ ticked\.$/);
  await expect(dialog.methods).toHaveCount(0);
  await axe(page);
  // Esc empties the field first and closes nothing.
  await page.keyboard.press("Escape");
  await expect(dialog.search).toHaveValue("");
  await expect(dialog.root).toBeVisible();
  await expect(dialog.status).toHaveText(/^0 of \d+ ticked$/);
  await expect(dialog.item("users")).toBeVisible();
  await dialog.search.press("Enter");
  await expect(new Confirm(page).root, "Enter looks, it does not send").toBeHidden();
});

test("ticking a class while a search hides some of its methods ticks only what is shown", async ({
  page,
  server,
  owner,
}) => {
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.search.fill("stopenv");
  await dialog.item("control").click();
  await ticked(dialog, 1);
  await expect(dialog.item("control"), "it must not look wholly granted").toHaveAttribute("aria-checked", "mixed");
  await dialog.search.fill("sleepenv");
  await dialog.item("API Access").click();
  await ticked(dialog, 2);
  await dialog.search.fill("stopenv");
  await dialog.item("environment").click();
  await ticked(dialog, 1);
  await dialog.item("environment").click();
  await dialog.search.fill("");
  await expect(dialog.item("control")).toHaveAttribute("aria-checked", "mixed");
  const confirm = await dialog.submit();
  await expect(confirm.lines.first()).toHaveText("It opens environment.control.SleepEnv, environment.control.StopEnv.");
  await confirm.with(server.password);
  await new Save(page).take();
  const { apiTokens } = await owner.call("users.authentication.GetTokens");
  expect(await owner.methodsOf((apiTokens as { id: number }[])[0]!.id)).toEqual([
    "environment.control.SleepEnv",
    "environment.control.StopEnv",
  ]);
});

test("boxes have three states and counts", async ({ page }) => {
  const dialog = await new TokenList(page).generate();
  const control = dialog.item("control");
  await control.locator(".tree-twist").click();
  const total = await sizeOf(control);
  await expect(dialog.methods).toHaveCount(total);
  await expect(control).toHaveAccessibleDescription(`0 of ${total}`);
  await control.click();
  await expect(control).toBeChecked();
  await expect(control).toHaveAccessibleDescription(`${total} of ${total}`);
  await expect(dialog.item("environment")).toHaveAttribute("aria-checked", "mixed");
  await dialog.item("StopEnv").click();
  await expect(dialog.item("StopEnv")).not.toBeChecked();
  await expect(control).toHaveAttribute("aria-checked", "mixed");
  await expect(control).toHaveAccessibleDescription(`${total - 1} of ${total}`);
  await control.click();
  await expect(dialog.item("StopEnv"), "a part becomes the whole").toBeChecked();
  await control.click();
  await expect(control).not.toBeChecked();
  await ticked(dialog, 0);
});

test("Only Checked and Search work together, and a set can be chosen meanwhile", async ({ page, axe }) => {
  const dialog = await new TokenList(page).generate();
  await dialog.onlyChecked.click();
  await expect(dialog.onlyChecked).toHaveAttribute("aria-pressed", "true");
  await expect(dialog.status).toContainText("Nothing to show: no method is ticked.");
  await axe(page);
  await dialog.api.selectOption("Marketplace");
  await ticked(dialog, "[1-9]\\d*");
  const few = await allTicked(dialog);
  await dialog.api.selectOption("IDE Plugins");
  await expect(dialog.status).not.toContainText(new RegExp(`(^| )${few} of`));
  const ide = await allTicked(dialog);
  expect(ide).toBeGreaterThan(few);
  await dialog.search.fill("stopenv");
  await expect(dialog.methods).toHaveCount(1);
  await expect(dialog.item("StopEnv")).toBeChecked();
  await dialog.search.fill("getsumstat");
  await expect(dialog.status).toContainText("No ticked method matches the search.");
  await dialog.onlyChecked.click();
  await expect(dialog.item("GetSumStat")).not.toBeChecked();
  await dialog.onlyChecked.click();
  await dialog.search.fill("");
  await expect(dialog.methods).toHaveCount(ide);
  await dialog.item("StopEnv").click();
  await expect(dialog.item("StopEnv"), "what is unticked leaves at once").toHaveCount(0);
  await expect(dialog.methods).toHaveCount(ide - 1);
  await expect(dialog.api).toHaveValue("Custom");
  await expect(dialog.onlyChecked).toHaveAttribute("aria-pressed", "true");
});

test("the tree is one stop and is walked by keys", async ({ page }) => {
  const dialog = await new TokenList(page).generate();
  await dialog.search.focus();
  await page.keyboard.press("ArrowDown");
  await expect(dialog.item("API Access")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(dialog.item("environment")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(dialog.item("control")).toBeFocused();
  await expect(dialog.item("control")).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("ArrowRight");
  await expect(dialog.item("control")).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("ArrowRight");
  await expect(dialog.methods.first()).toBeFocused();
  await page.keyboard.type("sto");
  await expect(dialog.item("StopEnv")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(dialog.item("StopEnv")).toBeChecked();
  await expect(dialog.item("StopEnv")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.item("StopEnv")).not.toBeChecked();
  await page.keyboard.press("ArrowLeft");
  await expect(dialog.item("control")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(dialog.item("control")).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("End");
  await expect(dialog.tree.getByRole("treeitem").last()).toBeFocused();
  await page.keyboard.press("Home");
  await expect(dialog.item("API Access")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(dialog.button("Cancel"), "past the tree with one Tab").toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(dialog.item("API Access")).toBeFocused();
});

test("each method leads to its section of the docs", async ({ page, context }) => {
  const dialog = await new TokenList(page).generate();
  await dialog.search.fill("stopenv");
  const item = dialog.item("StopEnv");
  const link = item.getByRole("link", { name: "API docs: environment.control.StopEnv" });
  await expect(link).toHaveAttribute("href", "/docs/api/environment.control#StopEnv");
  // Its picture is drawn by the style sheet, or not at all.
  const picture = async () => link.evaluate((element) => getComputedStyle(element, "::before").content);
  await page.mouse.move(0, 0);
  await expect.poll(picture).toBe("none");
  await item.hover();
  await expect.poll(picture).toBe('""');
  await page.mouse.move(0, 0);
  await expect.poll(picture).toBe("none");
  await item.focus();
  await expect.poll(picture, "also for the keyboard").toBe('""');
  await page.keyboard.press("Tab");
  await expect(link).toBeFocused();
  const opening = context.waitForEvent("page");
  await page.keyboard.press("Enter");
  const docs = await opening;
  await expect(docs).toHaveURL("/docs/api/environment.control#StopEnv");
  await expect(docs.getByRole("heading", { name: "StopEnv", exact: true })).toBeInViewport();
  await expect(item, "looking it up ticks nothing").not.toBeChecked();
});

test("it opens at what an edited token holds", async ({ page, owner, open }) => {
  await owner.token("Deploy");
  await open(page, "/settings/tokens");
  const dialog = await new TokenList(page).edit("Deploy");
  await expect(dialog.item("StopEnv")).toBeChecked();
  await expect(dialog.item("StopEnv")).toBeVisible();
  await ticked(dialog, 1);
  await dialog.api.selectOption("Custom");
  await ticked(dialog, 1);
});
