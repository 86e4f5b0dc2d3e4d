// The account and security pages: who one is, and where one is signed in.

import { expect, test } from "../fixtures.ts";

test.use({ ownServer: true });

test("one's own name is changed, on this page and in the bar", async ({ page, enter, server, axe }) => {
  await enter(page, "/settings/account");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Account");
  await expect(page.getByRole("main")).toContainText(server.email);
  await expect(page.getByRole("main")).toContainText("owner");
  await axe(page);
  const name = page.getByRole("textbox", { name: "Name" });
  await name.fill("Ada Lovelace");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator(".toast")).toContainText("Your name is saved.");
  await page.reload();
  await expect(name).toHaveValue("Ada Lovelace");
  await expect(page.getByRole("banner")).toContainText("Ada Lovelace");
});

test("a name that cannot be taken is refused beside its field", async ({ page, enter, axe }) => {
  await enter(page, "/settings/account");
  const name = page.getByRole("textbox", { name: "Name" });
  const before = await name.inputValue();
  await name.fill("Ada\u202eecalevoL");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).not.toHaveAccessibleDescription("");
  await axe(page);
  await page.reload();
  await expect(name).toHaveValue(before);
});

test("sessions are listed and ended, one or all others", async ({ page, enter, newVisitor, owner, axe }) => {
  const [first, second] = [await newVisitor(), await newVisitor()];
  for (const visitor of [first, second]) await enter(visitor, "/settings/tokens");
  await enter(page, "/settings/security");
  const list = page.getByRole("region", { name: "Signed in" }).getByRole("listitem");
  // This one, two visitors, and the script.
  await expect(list).toHaveCount(4);
  await expect(list.filter({ hasText: "This session" })).toHaveCount(1);
  await expect(list.filter({ hasText: "API" })).toHaveCount(1);
  await expect(list.filter({ hasText: "This session" }).getByRole("button")).toHaveCount(0);
  await axe(page);
  await list.filter({ hasText: "API" }).getByRole("button", { name: /^End / }).click();
  await expect(list).toHaveCount(3);
  await expect(page.getByRole("heading", { name: "Signed in" }), "the keyboard has a place").toBeFocused();
  await expect(owner.descriptions()).rejects.toThrow();
  await page.getByRole("button", { name: "End all other sessions" }).click();
  await expect(list).toHaveCount(1);
  await expect(page.getByRole("button", { name: "End all other sessions" })).toBeHidden();
  await axe(page);
  for (const visitor of [first, second]) {
    await visitor.goto("/");
    await expect(visitor).toHaveURL("/signin?ended=1");
  }
  await page.reload();
  await expect(list, "one's own goes on").toHaveCount(1);
});

test("settings lead to their pages", async ({ page, enter }) => {
  await enter(page, "/settings");
  await expect(page).toHaveURL("/settings/tokens");
  const nav = page.getByRole("navigation", { name: "Settings" });
  await expect(nav.getByRole("link", { name: "Access Tokens" })).toHaveAttribute("aria-current", "page");
  await nav.getByRole("link", { name: "Account" }).click();
  await expect(page).toHaveURL("/settings/account");
  await expect(nav.getByRole("link", { name: "Account" })).toHaveAttribute("aria-current", "page");
});
