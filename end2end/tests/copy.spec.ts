// A new token after an old one.

import { expect, test } from "../fixtures.ts";
import { typedDay, wire } from "../steps/owner.ts";
import { Save, TokenList } from "../steps/tokens.ts";

test("a copy is a new token after an old one", async ({ page, enter, owner, server, axe, api }) => {
  const original = await owner.token("Deploy", { expiresAt: wire(Date.now() + 5 * 86_400_000) });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.copy("Deploy");
  await expect(dialog.description).toHaveValue("Deploy (copy)");
  await expect(dialog.expires).toHaveValue(typedDay(5));
  await expect(dialog.item("StopEnv")).toBeChecked();
  await expect(dialog.root).toMatchAriaSnapshot({ name: "copy.aria.yml" });
  await axe(page);
  await (await dialog.submit()).with(server.password);
  const secret = await new Save(page).take();
  expect(secret).not.toBe(original.secret);
  await expect(list.descriptions).toHaveText(["Deploy", "Deploy (copy)"]);
  await expect(list.selected.locator("td.cell-description")).toHaveText(["Deploy (copy)"]);
  for (const value of [secret, original.secret]) {
    expect(await api("users.authentication.CheckSign", {}, value)).toMatchObject({ result: 0 });
  }
});

test("a copy of an expired token asks for a day to come", async ({ page, enter, owner, server }) => {
  await owner.expiredToken("Old", { tokenTemplate: "Marketplace" });
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).copy("Old");
  await dialog.expires.fill(typedDay(-1));
  await dialog.button("Generate").click();
  await dialog.expectError(dialog.expires, "This day is past.");
  await dialog.expires.fill("");
  await (await dialog.submit()).with(server.password);
  await new Save(page).take();
  expect(await owner.descriptions()).toEqual(["Old", "Old (copy)"]);
});
