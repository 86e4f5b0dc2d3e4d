// From a new secret to the first call.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "../fixtures.ts";
import { expectToFit } from "../steps/looks.ts";
import { Save, TokenList } from "../steps/tokens.ts";

test("the dialog with the secret has a line that works, and tests the token", async ({
  page,
  context,
  enter,
  owner,
  server,
  axe,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.search.fill("getenvinfo");
  await dialog.item("GetEnvInfo").click();
  await (await dialog.submit()).with(server.password);
  const save = new Save(page);
  const secret = await save.secret();
  const region = save.root.getByRole("region", { name: "Try it" });
  await expect(region).toContainText(`curl "${server.url}/1.0/environment/control/rest/getenvinfo"`);
  await expect(region).toContainText(secret);
  await expect(region, "a real environment").toContainText("envName=my-project");
  await region.getByRole("button", { name: "Copy curl" }).click();
  await expect(region.getByText("Copied.")).toBeVisible();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  const { stdout } = await promisify(execFile)("sh", ["-c", line]);
  expect(JSON.parse(stdout)).toMatchObject({ result: 0 });
  await expect(save.saved, "the line is not the secret on its own").not.toBeChecked();

  await region.getByRole("button", { name: "Test this token" }).click();
  await expect(region.getByText("The token works. It opens environment.control.GetEnvInfo.")).toBeVisible();
  await axe(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await expectToFit(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await owner.removeAllTokens();
  await region.getByRole("button", { name: "Test this token" }).click();
  await expect(region.getByText(/^The server refused it: /)).toBeVisible();
  // The secret is in the value of a field and in the line, and leaves the page with the dialog.
  const held = (): Promise<boolean> =>
    page.evaluate((secret) => {
      const fields = [...document.querySelectorAll<HTMLInputElement>("input, textarea")].map((field) => field.value);
      return [document.documentElement.outerHTML, ...fields].some((text) => text.includes(secret));
    }, secret);
  expect(await held()).toBe(true);
  await save.saved.check();
  await save.button("Done").click();
  await expect(save.root).toHaveCount(0);
  expect(await held(), "nothing of it stays").toBe(false);
});

test("the server that does not answer is not taken for a refusal", async ({ page, context, enter, owner, server, allowConsole }) => {
  allowConsole(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Extended Access");
  await (await dialog.submit()).with(server.password);
  const region = new Save(page).root.getByRole("region", { name: "Try it" });
  await context.setOffline(true);
  await region.getByRole("button", { name: "Test this token" }).click();
  await expect(region.getByRole("status").filter({ hasText: /^The server did not answer\./ })).toBeVisible();
  await context.setOffline(false);
  await region.getByRole("button", { name: "Test this token" }).click();
  await expect(region.getByText(/^The token works\. It opens \d+ methods and this dashboard\.$/)).toBeVisible();
});

test("the first page leads to the first token, and every page to all of them", async ({ page, enter, open, owner, axe }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page);
  const card = page.getByRole("region", { name: "Do this from a script" });
  await axe(page);
  await card.getByRole("link", { name: "Make an access token" }).click();
  await expect(page.getByRole("heading", { name: "Access Tokens" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
  await owner.token("Deploy");
  await open(page, "/");
  await expect(card).toBeHidden();
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Access Tokens" });
  await expect(link).not.toHaveAttribute("aria-current");
  await link.click();
  await expect(new TokenList(page).row("Deploy")).toBeVisible();
  await expect(link).toHaveAttribute("aria-current", "page");
});
