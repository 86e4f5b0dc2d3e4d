// A new secret for the same token.

import { expect, test } from "../fixtures.ts";
import { readableDay, typedDay } from "../steps/owner.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

test("regenerating replaces the secret and keeps the token", async ({ page, enter, owner, server, axe, api }) => {
  const token = await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Deploy");
  await dialog.button("Regenerate token").click();
  const confirm = new Confirm(page);
  await expect(confirm.lines).toHaveText([
    "“Deploy” gets a new secret, which is shown once.",
    "The present secret stops working at once; whatever uses it needs the new one.",
    "Its methods and its last day stay as they are.",
  ]);
  await axe(page);
  expect(await api("users.authentication.CheckSign", {}, token.secret)).toMatchObject({ result: 0 });
  await confirm.with(server.password);
  const save = new Save(page);
  const secret = await save.secret();
  expect(secret).not.toBe(token.secret);
  expect(await api("users.authentication.CheckSign", {}, token.secret)).toMatchObject({ result: 702 });
  await save.take();
  expect(await api("users.authentication.CheckSign", {}, secret)).toMatchObject({ result: 0 });
  await expect(list.selected.locator("td.cell-description")).toHaveText(["Deploy"]);
  expect(await owner.methodsOf(token.id)).toEqual(["environment.control.StopEnv"]);
});

test("regenerating says that a draft is dropped", async ({ page, enter, owner, server }) => {
  await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).edit("Deploy");
  await dialog.description.fill("Not applied");
  await dialog.button("Regenerate token").click();
  const confirm = new Confirm(page);
  await expect(confirm.lines.last()).toHaveText("What you changed in the dialog and did not apply is dropped.");
  await confirm.with(server.password);
  await new Save(page).take();
  expect(await owner.descriptions()).toEqual(["Deploy"]);
});

test("regenerating an expired token asks for a new day", async ({ page, enter, owner, server, api }) => {
  const token = await owner.expiredToken("Old");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Old");
  await dialog.expires.fill(typedDay(-2));
  await dialog.button("Regenerate token").click();
  await dialog.expectError(dialog.expires, "This token has expired. This day is past.");
  await expect(dialog.expires).toBeFocused();
  await dialog.expires.fill(typedDay(7));
  await dialog.button("Regenerate token").click();
  const confirm = new Confirm(page);
  await expect(confirm.lines).toContainText([`It expires at the end of ${typedDay(7)} (UTC) from now on.`]);
  await confirm.with(server.password);
  const secret = await new Save(page).take();
  await expect(list.cells("Old").nth(2)).toHaveText(`${readableDay(7)} in 7 days`);
  expect(await api("users.authentication.CheckSign", {}, token.secret)).toMatchObject({ result: 702 });
  expect(await api("users.authentication.CheckSign", {}, secret)).toMatchObject({ result: 0 });
});
