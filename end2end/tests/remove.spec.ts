// Taking tokens back.

import { expect, test } from "../fixtures.ts";
import { Remove, TokenList } from "../steps/tokens.ts";

test("the dialog lists what goes, asks for the password, and takes all of it", async ({
  page,
  enter,
  owner,
  server,
  axe,
  api,
}) => {
  const one = await owner.token("Alpha");
  const two = await owner.token("Bravo", { tokenTemplate: "Extended Access" });
  const kept = await owner.token("Charlie");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells("Alpha").first().click();
  await list.cells("Bravo").first().click({ modifiers: ["Shift"] });
  await list.button("Remove").click();
  const remove = new Remove(page);
  await expect(remove.tokens).toHaveText([/^Alpha\s+Custom$/, /^Bravo\s+Extended Access$/]);
  await expect(remove.password).toBeFocused();
  await expect(remove.root).toMatchAriaSnapshot({ name: "remove.aria.yml" });
  await axe(page);
  await remove.with(server.password);
  await expect(remove.root).toBeHidden();
  await expect(list.toast("2 tokens removed.")).toBeVisible();
  await expect(list.descriptions).toHaveText(["Charlie"]);
  await expect(list.row("Charlie"), "the keyboard has a place").toBeFocused();
  await expect(list.button("Remove"), "nothing is selected any more").toBeDisabled();
  for (const { secret } of [one, two]) {
    expect(await api("users.authentication.CheckSign", {}, secret)).toMatchObject({ result: 702 });
  }
  expect(await api("users.authentication.CheckSign", {}, kept.secret)).toMatchObject({ result: 0 });
  await axe(page);
});

test("Cancel and Esc remove nothing", async ({ page, enter, owner }) => {
  await owner.token("Alpha");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const remove = new Remove(page);
  await list.cells("Alpha").first().click();
  await list.button("Remove").click();
  await remove.button("Cancel").click();
  await expect(remove.root).toBeHidden();
  await expect(list.button("Remove")).toBeFocused();
  await list.button("Remove").click();
  await remove.password.fill("half a pass");
  await page.keyboard.press("Escape");
  await expect(remove.root).toBeHidden();
  await expect(list.row("Alpha")).toHaveAttribute("aria-selected", "true");
  expect(await owner.descriptions()).toEqual(["Alpha"]);
});

test("a wrong or missing password removes nothing", async ({ page, enter, owner, axe, server }) => {
  await owner.token("Alpha");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const remove = new Remove(page);
  await list.cells("Alpha").first().click();
  await list.button("Remove").click();
  await remove.button("Remove").click();
  await expect(remove.password).toHaveAccessibleDescription("Write your password.");
  await remove.with("wrong");
  await expect(remove.password).toHaveAccessibleDescription("That is not your password.");
  await axe(page);
  expect(await owner.descriptions()).toEqual(["Alpha"]);
  await remove.with(server.password);
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
  await expect(list.button("Generate")).toBeFocused();
});

test("many tokens at once stay within the window", async ({ page, enter, owner, server }) => {
  for (let number = 1; number <= 30; number++) await owner.token(`Token ${String(number).padStart(2, "0")}`);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await list.cells("Token 01").first().click();
  await page.keyboard.press("Control+a");
  await expect(list.selected).toHaveCount(30);
  await list.button("Remove").click();
  const remove = new Remove(page);
  await expect(remove.tokens).toHaveCount(30);
  await expect(remove.button("Remove")).toBeInViewport({ ratio: 1 });
  await expect(remove.password).toBeInViewport({ ratio: 1 });
  await remove.with(server.password);
  await expect(list.toast("30 tokens removed.")).toBeVisible();
  expect(await owner.descriptions()).toEqual([]);
});
