// The dialog that confirms, whatever it confirms: it opens once it is known what has to be asked for.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { MembersPage, SecurityPage } from "../steps/people.ts";
import { Confirm, Remove, TokenList } from "../steps/tokens.ts";

/** Holds back what the dialog asks for, until it is let go. */
async function hold(page: Page): Promise<{ asked: Promise<unknown>; release: () => Promise<void> }> {
  const asked = page.waitForRequest("**/fn/confirm/needs");
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/confirm/needs", async (route) => {
    await released;
    await route.continue();
  });
  return {
    asked,
    release: async () => {
      const answered = page.waitForResponse("**/fn/confirm/needs");
      release();
      await (await answered).finished();
      await page.unroute("**/fn/confirm/needs");
      // What the answer draws is there after the next frame.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
    },
  };
}

test("it opens with the second factor in it, where there is one", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  await ada.token("Deploy");
  await enterAs(page, ada, "/settings/tokens");
  // Only now: a sign-in with the second factor would cover the change.
  await ada.enrol();
  const list = new TokenList(page);
  await list.cells("Deploy").first().click();
  const { asked, release } = await hold(page);
  await list.button("Remove").click();
  await asked;
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await release();
  const remove = new Remove(page);
  await expect(remove.password).toBeFocused();
  await expect(remove.root.getByRole("textbox", { name: "Code" })).toBeVisible();
  await axe(page);
  await remove.password.fill(ada.password);
  await remove.root.getByRole("textbox", { name: "Code" }).fill(ada.recoveryCode());
  await remove.button("Remove").click();
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
});

test("it does not open over a dialog that was closed meanwhile", async ({ page, enter, owner }) => {
  await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Deploy");
  const { asked, release } = await hold(page);
  await dialog.button("Regenerate token").click();
  await asked;
  await dialog.button("Cancel").click();
  await release();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(list.button("Edit"), "the keyboard is where it was").toBeFocused();
});

test("two presses open one dialog", async ({ page, enter, owner, server }) => {
  await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells("Deploy").first().click();
  const { asked, release } = await hold(page);
  await page.keyboard.press("Delete");
  await page.keyboard.press("Delete");
  await asked;
  await release();
  const remove = new Remove(page);
  await remove.with(server.password);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await owner.descriptions()).toEqual([]);
});

test("without an answer it does not open, and nothing is changed", async ({ page, newPerson, enterAs, allowConsole }) => {
  allowConsole(/ERR_FAILED/);
  const ada = await newPerson();
  const bob = await ada.invited(`bob-of-${ada.email}`, "viewer");
  await ada.token("Deploy");
  const said = page.locator(".toast.danger").filter({ hasText: "Keyrack does not answer. Nothing is changed." });
  const confirm = new Confirm(page);

  await enterAs(page, ada, "/settings/tokens");
  await page.route("**/fn/confirm/needs", (route) => route.abort());
  const list = new TokenList(page);
  const dialog = await list.edit("Deploy");
  await dialog.description.fill("Deploy web");
  await dialog.button("Apply").click();
  await expect(said).toBeVisible();
  await expect(confirm.root).toBeHidden();
  await expect(dialog.description, "the draft waits").toHaveValue("Deploy web");

  await page.goto("/settings/members");
  await page.locator("html[data-hydrated]").waitFor();
  const members = new MembersPage(page);
  await members.role(bob.email).selectOption("manager");
  await expect(said).toBeVisible();
  await expect(members.role(bob.email), "the role is what it was").toHaveValue("viewer");

  await page.goto("/settings/security");
  await page.locator("html[data-hydrated]").waitFor();
  await new SecurityPage(page).button("Set up authenticator").click();
  await expect(said).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});
