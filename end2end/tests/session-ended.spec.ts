// A session that ends in the middle of a dialog leads to sign-in and back, and the draft is there again.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { typedDay } from "../steps/owner.ts";
import { Confirm, Remove, Save, TokenList } from "../steps/tokens.ts";

async function signInAgain(page: Page, email: string, password: string): Promise<void> {
  await expect(page).toHaveURL("/signin?next=/settings/tokens&ended=1");
  await expect(page.getByRole("status")).toHaveText("Your session has ended. Sign in to go on.");
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/settings/tokens");
}

const BACK = "Your session had ended. Here is your draft again, nothing of it was carried out.";

test("while a new token is drafted", async ({ page, enter, owner, server, axe }) => {
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.description.fill("Survivor");
  await dialog.expires.fill(typedDay(12));
  await dialog.search.fill("stopenv");
  await dialog.item("StopEnv").click();
  await owner.endBrowserSessions();
  await dialog.button("Generate").click();
  await signInAgain(page, server.email, server.password);
  await expect(dialog.root).toBeVisible();
  await expect(dialog.root.getByRole("alert").first()).toHaveText(BACK);
  await expect(dialog.description).toHaveValue("Survivor");
  await expect(dialog.expires).toHaveValue(typedDay(12));
  await expect(dialog.item("StopEnv")).toBeChecked();
  await axe(page);
  await page.reload();
  await page.locator("html[data-hydrated]").waitFor();
  await expect(dialog.root, "it comes back once").toBeHidden();
});

test("an untouched description still follows the set", async ({ page, enter, owner, server }) => {
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  await owner.endBrowserSessions();
  await dialog.button("Generate").click();
  await signInAgain(page, server.email, server.password);
  await expect(dialog.api).toHaveValue("Marketplace");
  await dialog.api.selectOption("IDE Plugins");
  await expect(dialog.description).toHaveValue("IDE Plugins");
});

test("while the password is asked; no password is kept", async ({ page, enter, owner, server }) => {
  const token = await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Deploy");
  await dialog.description.fill("Deploy again");
  const confirm = await dialog.submit();
  await owner.endBrowserSessions();
  await confirm.with(server.password);
  await expect(page).toHaveURL("/signin?next=/settings/tokens&ended=1");
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  expect(kept).toContain("Deploy again");
  expect(kept).not.toContain(server.password);
  expect(kept).not.toContain("krp_");
  await signInAgain(page, server.email, server.password);
  await expect(dialog.description).toHaveValue("Deploy again");
  expect(await owner.descriptions(), "nothing was carried out").toEqual(["Deploy"]);
  expect(await page.evaluate(() => sessionStorage.length), "and nothing is kept on").toBe(0);
  await (await dialog.submit()).with(server.password);
  await expect(dialog.root).toBeHidden();
  expect(await owner.descriptions()).toEqual(["Deploy again"]);
  expect(await owner.methodsOf(token.id)).toEqual(["environment.control.StopEnv"]);
});

test("what somebody else changed meanwhile is told after the return", async ({ page, enter, owner, server }) => {
  const token = await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).edit("Deploy");
  await dialog.description.fill("Mine");
  await owner.endBrowserSessions();
  await owner.edit(token.id, { description: "Theirs" });
  await dialog.button("Apply").click();
  await signInAgain(page, server.email, server.password);
  await expect(dialog.description).toHaveValue("Mine");
  await dialog.button("Apply").click();
  await expect(dialog.root.getByRole("alert").filter({ hasText: "Changed by somebody else" })).toBeVisible();
  expect(await owner.descriptions()).toEqual(["Theirs"]);
});

test("the draft is for its author only", async ({ page, enter, owner, server }) => {
  const guest = await owner.token("Guest", { tokenTemplate: "Extended Access" });
  const someone = `someone-${guest.id}-${Date.now()}@example.org`;
  await server.createAccount(someone, "a password of some length");
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  await dialog.description.fill("Private thoughts");
  await owner.endBrowserSessions();
  await dialog.button("Generate").click();
  await signInAgain(page, someone, "a password of some length");
  await page.locator("html[data-hydrated]").waitFor();
  await expect(page.getByRole("heading", { name: "No tokens yet" }), "nor are the tokens theirs").toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await page.content()).not.toContain("Private thoughts");
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test("who is back with a token instead of the password gets no dialog", async ({ page, enter, owner }) => {
  const guest = await owner.token("Guest", { tokenTemplate: "Extended Access" });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.api.selectOption("Marketplace");
  await owner.endBrowserSessions();
  await dialog.button("Generate").click();
  await expect(page).toHaveURL(/\/signin/);
  await page.getByText("Sign in with an Extended Access token").click();
  await page.getByRole("textbox", { name: "Access token" }).fill(guest.secret);
  await page.getByRole("button", { name: "Sign in with token" }).click();
  await expect(page).toHaveURL("/settings/tokens");
  await page.locator("html[data-hydrated]").waitFor();
  await expect(list.button("Generate")).toBeDisabled();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("while tokens are removed, or regenerated", async ({ page, enter, owner, server, api }) => {
  const token = await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells("Deploy").first().click();
  await list.button("Remove").click();
  await expect(new Remove(page).root).toBeVisible();
  await owner.endBrowserSessions();
  await new Remove(page).with(server.password);
  await signInAgain(page, server.email, server.password);
  await page.locator("html[data-hydrated]").waitFor();
  await expect(list.row("Deploy")).toBeVisible();
  expect(await owner.descriptions()).toEqual(["Deploy"]);

  const dialog = await list.edit("Deploy");
  await dialog.button("Regenerate token").click();
  await expect(new Confirm(page).root).toBeVisible();
  await owner.endBrowserSessions();
  await new Confirm(page).with(server.password);
  await signInAgain(page, server.email, server.password);
  await expect(dialog.root).toBeVisible();
  await expect(new Save(page).root).toBeHidden();
  expect(await api("users.authentication.CheckSign", {}, token.secret)).toMatchObject({ result: 0 });
});
