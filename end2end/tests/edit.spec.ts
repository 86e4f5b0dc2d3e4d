// Changing a token: what the question says, and what counts from the next call on.

import { expect, test } from "../fixtures.ts";
import { readableDay, typedDay, wire } from "../steps/owner.ts";
import { TokenList } from "../steps/tokens.ts";

const DAY = 86_400_000;

test("the dialog shows the token, the question says what changes", async ({ page, enter, owner, server, axe, api }) => {
  const token = await owner.token("Deploy", { expiresAt: wire(Date.now() + 10 * DAY).slice(0, 10) });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Deploy");
  await expect(dialog.description).toHaveValue("Deploy");
  await expect(dialog.expires).toHaveValue(typedDay(10));
  await expect(dialog.api).toHaveValue("Custom");
  await expect(dialog.root).toMatchAriaSnapshot({ name: "edit.aria.yml" });
  await axe(page);
  await dialog.description.fill("Deploy web");
  await dialog.expires.fill(typedDay(20));
  await dialog.item("StopEnv").click();
  await dialog.item("SleepEnv").click();
  const confirm = await dialog.submit();
  await expect(confirm.lines).toHaveText([
    "Description: “Deploy” becomes “Deploy web”.",
    "Added: environment.control.SleepEnv.",
    "Removed: environment.control.StopEnv.",
    `Expires: ${readableDay(10)} becomes ${readableDay(20)}.`,
  ]);
  await axe(page);
  await confirm.with(server.password);
  await expect(dialog.root).toBeHidden();
  await expect(list.toast("“Deploy web” was changed.")).toBeVisible();
  await expect(list.row("Deploy web")).toHaveAttribute("aria-selected", "true");
  expect(await owner.methodsOf(token.id)).toEqual(["environment.control.SleepEnv"]);
  expect(await api("environment.control.StopEnv", { envName: "my-project" }, token.secret)).toMatchObject({ result: 8202 });
});

test("nothing changed is said in words", async ({ page, enter, owner }) => {
  await owner.token("Same");
  await enter(page, "/settings/tokens");
  const confirm = await (await new TokenList(page).edit("Same")).submit();
  await expect(confirm.lines).toHaveText(["Nothing changes."]);
});

test("Custom becomes a prepared set", async ({ page, enter, owner, server }) => {
  await owner.token("Mine");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Mine");
  await dialog.api.selectOption("Marketplace");
  await expect(dialog.description).toHaveValue("Mine");
  const confirm = await dialog.submit();
  await expect(confirm.lines.first()).toHaveText("API: Custom becomes Marketplace.");
  await expect(confirm.lines).toContainText(["Removed: environment.control.StopEnv."]);
  await confirm.with(server.password);
  await expect(list.cells("Mine").nth(1)).toHaveText("Marketplace");
});

test("an expired token keeps its date, but gets no other past one", async ({ page, enter, owner, server }) => {
  const token = await owner.expiredToken("Old");
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.row("Old").getByText("Expired")).toBeVisible();
  let dialog = await list.edit("Old");
  await dialog.description.fill("Old but known");
  const confirm = await dialog.submit();
  await expect(confirm.lines).toHaveText(["Description: “Old” becomes “Old but known”."]);
  await confirm.with(server.password);
  await expect(list.row("Old but known").getByText("Expired")).toBeVisible();
  dialog = await list.edit("Old but known");
  await dialog.expires.fill(typedDay(-1));
  await dialog.button("Apply").click();
  await dialog.expectError(dialog.expires, "This day is past.");
  await dialog.expires.fill(typedDay(1));
  await (await dialog.submit()).with(server.password);
  await expect(list.row("Old but known").getByText("Expired")).toBeHidden();
  expect(await server.api("users.authentication.CheckSign", {}, token.secret)).toMatchObject({ result: 0 });
});

test("an expiry is taken away", async ({ page, enter, owner, server }) => {
  await owner.token("Deploy", { expiresAt: wire(Date.now() + DAY).slice(0, 10) });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Deploy");
  await dialog.expires.fill("");
  const confirm = await dialog.submit();
  await expect(confirm.lines).toHaveText([`Expires: ${readableDay(1)} becomes never.`]);
  await confirm.with(server.password);
  await expect(list.cells("Deploy").nth(2)).toHaveText("Never");
});
