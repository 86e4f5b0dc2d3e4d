// Leaving the page while something is on it that is shown only once.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { MembersPage, Once } from "../steps/people.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

/** Tries to leave in this way, and stays when the browser asks; answers what it asked. */
async function stay(page: Page, leave: () => Promise<unknown>): Promise<string | undefined> {
  const asked = page.waitForEvent("dialog", { timeout: 3_000 }).catch(() => undefined);
  // Where it stays, the way out never arrives.
  const left = leave().catch(() => undefined);
  const dialog = await asked;
  await dialog?.dismiss();
  await left;
  return dialog?.type();
}

const ways: [string, (page: Page) => Promise<unknown>][] = [
  ["reloading", (page) => page.reload({ timeout: 5_000 })],
  ["another address", (page) => page.goto("/docs/api", { timeout: 5_000 })],
  ["the way back", (page) => page.evaluate(() => history.back())],
  ["a link", (page) => page.evaluate(() => document.querySelector<HTMLAnchorElement>("a.brand")?.click())],
];

test("a new token is not lost by leaving without being asked", async ({ page, enter, owner, server }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/account");
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.search.fill("stopenv");
  await dialog.item("StopEnv").click();
  await (await dialog.submit()).with(server.password);
  const save = new Save(page);
  const secret = await save.secret();
  for (const [way, leave] of ways) {
    expect(await stay(page, () => leave(page)), way).toBe("beforeunload");
    await expect(save.value, way).toHaveValue(secret);
  }
  // Saved, nothing is asked any more.
  await save.saved.check();
  expect(await stay(page, () => page.reload())).toBeUndefined();
  await expect(save.root).toBeHidden();
});

test("nothing is asked once it is closed", async ({ page, newPerson, enterAs }) => {
  const ada = await newPerson();
  await enterAs(page, ada, "/settings/members");
  const members = new MembersPage(page);
  await members.button("Invite member").click();
  await members.inviteDialog.getByRole("textbox", { name: "Email" }).fill(`leaving-${process.pid}@example.org`);
  await members.inviteDialog.getByRole("button", { name: "Continue" }).click();
  await new Confirm(page).with(ada.password);
  const once = new Once(page, "Invitation Link");
  await expect(once.root).toBeVisible();
  expect(await stay(page, () => page.reload({ timeout: 5_000 }))).toBe("beforeunload");
  await expect(once.root).toBeVisible();
  await once.close();
  expect(await stay(page, () => page.reload())).toBeUndefined();
});
