// Signing in and out, and the way back to where one wanted to go.

import { expect, test } from "../fixtures.ts";
import type { Page } from "@playwright/test";

async function fill(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("signing in opens the dashboard, signing out closes it", async ({ page, context, server, signIn, axe }) => {
  await signIn(page);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  expect(await page.evaluate(() => document.cookie)).toBe("");
  await expect(page.getByRole("banner")).toContainText(`Signed in as ${server.email.split("@")[0]}`);
  await page.goto("/signin");
  await expect(page, "who is signed in needs no sign-in page").toHaveURL("/");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/signin");
  await expect(page.getByRole("status")).toHaveCount(0);
  await axe(page);
  expect(await context.cookies()).toEqual([]);
  await page.goto("/");
  await expect(page).toHaveURL("/signin");
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Environments" }), "nothing is shown from a cache").toBeHidden();
});

test("the form is ready for typing and for password managers", async ({ page, open }) => {
  await open(page, "/signin");
  await expect(page.getByRole("textbox", { name: "Email" })).toBeFocused();
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveAttribute("autocomplete", "username");
  await expect(page.getByLabel("Password")).toHaveAttribute("autocomplete", "current-password");
  await expect(page).toHaveTitle("Sign in · Keyrack");
  await expect(page.getByRole("main")).toMatchAriaSnapshot({ name: "sign-in.aria.yml" });
});

test("a page that was wanted is shown after signing in, with its query", async ({ page, server, open }) => {
  await open(page, "/settings/tokens?sort=-created");
  await expect(page).toHaveURL("/signin?next=/settings/tokens%3Fsort%3D-created");
  await fill(page, server.email, server.password);
  await expect(page).toHaveURL("/settings/tokens?sort=-created");
});

for (const next of ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]) {
  test(`a link to the sign-in page leads nowhere else: ${next}`, async ({ page, server, open }) => {
    await open(page, `/signin?next=${encodeURIComponent(next)}`);
    await fill(page, server.email, server.password);
    await expect(page.getByRole("heading", { name: "Environments" })).toBeVisible();
    expect(new URL(page.url()).href).toBe(`${server.url}/`);
  });
}

test("an ended session leads to sign-in and back", async ({ page, server, enter, owner, axe }) => {
  await enter(page, "/settings/account");
  await owner.endBrowserSessions();
  await page.reload();
  await expect(page.getByRole("status")).toHaveText("Your session has ended. Sign in to go on.");
  await axe(page);
  await fill(page, server.email, server.password);
  await expect(page).toHaveURL("/settings/account");
});

test("the session cookie is another after each sign-in", async ({ page, context, server, signIn }) => {
  await signIn(page);
  const [first] = await context.cookies();
  await page.getByRole("button", { name: "Sign out" }).click();
  await fill(page, server.email, server.password);
  await expect(page).toHaveURL("/");
  const [second] = await context.cookies();
  expect(second?.value).not.toBe(first?.value);
  // What was signed out stays out.
  await context.clearCookies();
  await context.addCookies([first!]);
  await page.goto("/");
  await expect(page).toHaveURL("/signin?ended=1");
});

test.describe("wrong passwords", () => {
  test.use({ ownServer: true });

  test("are refused with the same words as unknown addresses", async ({ page, server, open, axe }) => {
    await open(page, "/signin");
    for (const email of [server.email, "nobody@example.org"]) {
      await fill(page, email, "wrong");
      await expect(page.getByRole("alert")).toHaveText("Wrong email or password.");
      await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue(email);
      await expect(page.getByLabel("Password")).toBeFocused();
      await expect(page.getByLabel("Password")).toHaveValue("");
      await expect(page.getByLabel("Password")).toHaveAccessibleDescription("Wrong email or password.");
    }
    await axe(page);
    // A sign-in that did not work leads on to the wanted page all the same.
    await open(page, "/signin?next=/settings/account");
    await fill(page, server.email, "wrong");
    await expect(page.getByRole("alert")).toBeVisible();
    await fill(page, server.email, server.password);
    await expect(page).toHaveURL("/settings/account");
  });

  test("make the next try later and later, also in the dialog that asks again", async ({ page, server, open, owner }) => {
    await open(page, "/signin");
    for (let wrong = 1; wrong <= 4; wrong++) {
      await fill(page, server.email, `wrong ${wrong}`);
      await expect(page.getByRole("alert")).toHaveText("Wrong email or password.");
    }
    for (const wait of [1, 2]) {
      await fill(page, server.email, "wrong");
      await expect(page.getByRole("alert")).toHaveText(`Wrong email or password. The next try is possible in ${wait} s.`);
    }
    // The right one has to wait as well, and then everything begins anew.
    await fill(page, server.email, server.password);
    await expect(page.getByRole("heading", { name: "Environments" })).toBeVisible({ timeout: 10_000 });

    await owner.token("Guarded");
    await open(page, "/settings/tokens");
    await page.getByRole("gridcell", { name: "Guarded", exact: true }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    const dialog = page.getByRole("dialog", { name: "Remove Access Tokens" });
    const password = dialog.getByRole("textbox", { name: "Password" });
    const remove = dialog.getByRole("button", { name: "Remove" });
    for (let wrong = 1; wrong <= 4; wrong++) {
      await password.fill("wrong");
      await remove.click();
      await expect(dialog.getByRole("alert")).toHaveText("That is not your password.");
      await expect(password).toHaveValue("");
      await expect(password).toBeFocused();
    }
    await password.fill("wrong");
    await remove.click();
    await expect(dialog.getByRole("alert")).toHaveText("That is not your password. The next try is possible in 1 second.");
    await expect(remove).toBeDisabled();
    await expect(remove).toBeEnabled();
    expect(await owner.descriptions()).toEqual(["Guarded"]);
    await password.fill(server.password);
    await remove.click();
    await expect(dialog).toBeHidden();
    expect(await owner.descriptions()).toEqual([]);
  });
});
