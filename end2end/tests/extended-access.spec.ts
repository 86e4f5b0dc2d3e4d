// Signing in with an Extended Access token, and what such a session may not do.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { TokenList } from "../steps/tokens.ts";

async function signInWith(page: Page, secret: string): Promise<void> {
  await page.goto("/signin");
  await page.getByText("Sign in with an Extended Access token").click();
  await page.getByRole("textbox", { name: "Access token" }).fill(secret);
  await page.getByRole("button", { name: "Sign in with token" }).click();
}

test("opens the dashboard, but not the management of tokens", async ({ page, server, owner, axe, open }) => {
  const token = await owner.token("Kiosk", { tokenTemplate: "Extended Access" });
  await signInWith(page, token.secret);
  await expect(page.getByRole("heading", { name: "Environments" })).toBeVisible();
  await expect(page.getByRole("row", { name: /my-project/ })).toBeVisible();

  await open(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(page.getByRole("note")).toContainText("not change them");
  await list.cells("Kiosk").first().click();
  await expect(list.row("Kiosk")).toHaveAttribute("aria-selected", "true");
  for (const name of ["Generate", "Edit", "Copy", "Remove"] as const) {
    await expect(list.button(name), name).toBeDisabled();
  }
  await list.row("Kiosk").press("Delete");
  await list.row("Kiosk").press("Enter");
  await list.cells("Kiosk").first().dblclick();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await axe(page);

  // The server says so too, whatever the page would let through.
  const answer = await page.request.post("/fn/tokens/remove", {
    data: { ids: [token.id], confirm: { password: server.password } },
    headers: { Origin: server.url },
  });
  expect(JSON.stringify(await answer.json())).toContain("Forbidden");
  expect(await owner.descriptions()).toEqual(["Kiosk"]);

  await open(page, "/settings/account");
  await expect(page.getByRole("main")).toContainText("Signed in with an Extended Access token");
  await axe(page);
});

test("ends with its token, in the middle of things", async ({ page, owner }) => {
  const token = await owner.token("Guest", { tokenTemplate: "Extended Access" });
  await signInWith(page, token.secret);
  await expect(page.getByRole("row", { name: /my-project/ })).toBeVisible();
  await owner.remove(token.id);
  await expect(page, "the dashboard notices by itself").toHaveURL("/signin?ended=1", { timeout: 10_000 });
});

test("ends when the token is regenerated or loses Extended Access", async ({ page, owner }) => {
  const token = await owner.token("Guest", { tokenTemplate: "Extended Access" });
  await signInWith(page, token.secret);
  await expect(page).toHaveURL("/");
  const secret = await owner.regenerate(token.id);
  await page.goto("/");
  await expect(page).toHaveURL("/signin?ended=1");
  await signInWith(page, secret);
  await expect(page).toHaveURL("/");
  await owner.edit(token.id, { apiList: "users.account.GetUserInfo" });
  await page.goto("/");
  await expect(page).toHaveURL("/signin?ended=1");
});

test("is refused to everything else, saying why", async ({ page, owner, axe }) => {
  const custom = await owner.token("Narrow");
  const expired = await owner.expiredToken("Over", { tokenTemplate: "Extended Access" });
  const field = page.getByRole("textbox", { name: "Access token" });
  // After a refusal the form is open.
  const signInAgain = async (secret: string) => {
    await field.fill(secret);
    await page.getByRole("button", { name: "Sign in with token" }).click();
  };
  await page.goto("/signin");
  await page.getByText("Sign in with an Extended Access token").click();
  for (const [secret, text] of [
    [custom.secret, "Only a token with Extended Access can sign in"],
    [expired.secret, "This token has expired."],
    ["krp_00000000000000000000000000000000000000", "This token is not valid."],
    ["not a token", "This token is not valid."],
  ] as const) {
    await signInAgain(secret);
    await expect(page.getByRole("alert")).toContainText(text);
    await expect(field).toHaveAccessibleDescription(new RegExp(text));
    expect(await page.content(), "a secret is not sent back").not.toContain(secret);
  }
  await axe(page);
});
