// From sign-in to a stopped environment, and back.

import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

test.use({ ownServer: true });

/** Whether the address is answered at all. */
function answers(address: string): Promise<boolean> {
  return fetch(address).then(
    (response) => response.ok,
    () => false,
  );
}

test("a person makes a token, a script stops the environment with it, the dashboard knows at once", async ({
  page,
  context,
  server,
  signIn,
  open,
  api,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page);
  const environment = page.getByRole("row", { name: /my-project/ });
  await expect(environment).toContainText("Running", { timeout: 30_000 });
  const address = (await environment.getByRole("link").getAttribute("href")) ?? "";
  expect(await answers(address)).toBe(true);

  // The dashboard stays open in this tab; the token is made in another.
  await page.evaluate(() => document.body.setAttribute("data-same-page", ""));
  const other = await context.newPage();
  await open(other, "/");
  await other.getByRole("link", { name: "Settings" }).click();
  await expect(other.getByRole("heading", { name: "Access Tokens" })).toBeVisible();
  await other.locator("html[data-hydrated]").waitFor();
  const list = new TokenList(other);
  await expect(other.getByRole("heading", { name: "No tokens yet" })).toBeVisible();

  const dialog = await list.generate();
  await dialog.description.fill("Night shift");
  await dialog.search.fill("stopenv");
  await expect(dialog.methods).toHaveCount(1);
  await dialog.item("StopEnv").click();
  await expect(dialog.item("StopEnv")).toBeChecked();
  const confirm = await dialog.submit();
  await expect(confirm.lines).toHaveText(["It opens environment.control.StopEnv.", "It never expires."]);
  await confirm.with(server.password);

  const save = new Save(other);
  const secret = await save.secret();
  await expect(save.button("Done")).toBeDisabled();
  await expect(save.saved).not.toBeChecked();
  const downloading = other.waitForEvent("download");
  await save.button("Download").click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("Night-shift-token.txt");
  expect(await readFile(await download.path(), "utf8")).toBe(`${secret}\n`);
  await expect(save.saved).toBeChecked();
  await expect(save.button("Done")).toBeEnabled();
  await save.saved.uncheck();
  await expect(save.button("Done")).toBeDisabled();
  await save.button("Copy").click();
  await expect(save.root.getByRole("status")).toHaveText("Copied.");
  expect(await other.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await expect(save.saved).toBeChecked();
  await save.button("Done").click();
  await expect(save.root).toBeHidden();
  await expect(list.row("Night shift")).toHaveAttribute("aria-selected", "true");
  await expect(list.cells("Night shift")).toContainText(["Night shift", "Custom", "Never", "-"]);

  // The script.
  const url = `${server.url}/1.0/environment/control/rest/stopenv?envName=my-project`;
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${secret}` } });
  expect([answer.status, await answer.text()]).toEqual([200, '{"result":0}']);
  expect(await answers(address), "the address refuses").toBe(false);
  expect(await api("environment.control.StartEnv", { envName: "my-project" }, secret)).toMatchObject({ result: 8202 });

  // Shown without a reload, with its outcome in the tasks panel.
  await expect(environment).toContainText("Stopped");
  const tasks = page.getByRole("complementary", { name: "Tasks" }).getByRole("listitem");
  await expect(tasks.first()).toContainText("Stopping my-project done");
  await expect(page.locator("body")).toHaveAttribute("data-same-page");

  await page.getByRole("button", { name: "Start my-project", exact: true }).click();
  await expect(environment).toContainText("Running");
  await expect(tasks.first()).toContainText("Starting my-project done");
  expect(await answers(address), "the address answers again").toBe(true);

  // The use is on record.
  await list.button("Refresh").click();
  await expect(list.cells("Night shift").nth(3)).toHaveText(/^\d+ [A-Z][a-z]{2} \d{4}$/);
});

test("a token is refused from the moment it is removed", async ({ page, server, enter, api, owner }) => {
  const { secret } = await owner.token("Short life", { apiList: "users.account.GetUserInfo" });
  expect(await api("users.account.GetUserInfo", {}, secret)).toMatchObject({ result: 0 });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.edit("Short life");
  await dialog.search.fill("getsessions");
  await dialog.item("GetSessions").click();
  await dialog.search.fill("getuserinfo");
  await dialog.item("GetUserInfo").click();
  await dialog.submit();
  await new Confirm(page).with(server.password);
  await expect(dialog.root).toBeHidden();
  expect(await api("users.account.GetUserInfo", {}, secret), "the edit counts at once").toMatchObject({ result: 8202 });
  expect(await api("users.authentication.GetSessions", {}, secret)).toMatchObject({ result: 0 });
  await list.button("Remove").click();
  await page.getByRole("dialog", { name: "Remove Access Tokens" }).getByLabel("Password").fill(server.password);
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
  expect(await api("users.authentication.GetSessions", {}, secret)).toMatchObject({ result: 702 });
});
