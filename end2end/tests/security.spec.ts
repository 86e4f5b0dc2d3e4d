// Settings → Security: authenticator, recovery codes, password. Sessions have their tests with the account page.

import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { Authenticator } from "../steps/authenticator.ts";
import { Once, PASSWORD, type Person, SecurityPage } from "../steps/people.ts";
import { Confirm } from "../steps/tokens.ts";

/** By the sign-in page, up to the second step where there is one. */
async function signInByForm(page: Page, person: Person): Promise<void> {
  await page.goto("/signin");
  await page.getByRole("textbox", { name: "Email" }).fill(person.email);
  await page.getByRole("textbox", { name: "Password" }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("an authenticator is set up by keyboard, and asked for from then on", async ({ page, context, newPerson, enterAs, axe }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const ada = await newPerson();
  await enterAs(page, ada, "/settings/security");
  const security = new SecurityPage(page);
  const confirm = new Confirm(page);
  await expect(security.factors).toContainText("Off");
  await axe(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await axe(page);

  // Given up: nothing has changed.
  await security.button("Set up authenticator").press("Enter");
  await expect(confirm.lines).toHaveText([
    "A secret for your authenticator is shown next.",
    "Nothing changes until you enter its first code.",
  ]);
  await expect(confirm.password).toBeFocused();
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  await expect(security.setUp).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(security.setUp).toBeHidden();
  await expect(security.button("Set up authenticator"), "the keyboard is back where it was").toBeFocused();
  await expect(security.factors).toContainText("Off");

  // Once more, with a wrong first code.
  await page.keyboard.press("Enter");
  await expect(confirm.password).toBeFocused();
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  const code = security.setUp.getByRole("textbox", { name: "Code" });
  await expect(code).toBeFocused();
  const picture = security.setUp.getByRole("img", { name: "QR code of the secret" });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  const secret = await security.secret();
  const authenticator = new Authenticator(secret);
  await page.keyboard.press("Enter");
  await expect(code).toHaveAccessibleDescription("Write the code that your authenticator shows.");
  await page.keyboard.type(authenticator.wrong());
  await page.keyboard.press("Enter");
  await expect(code).toHaveAccessibleDescription(/^That code is not right, or was used already/);
  await expect(code).toHaveValue("");
  await expect(code).toBeFocused();
  await axe(page);
  await page.keyboard.type(await authenticator.code());
  await page.keyboard.press("Enter");

  // Recovery codes, shown once.
  const codes = new Once(page, "Save Recovery Codes");
  await expect(codes.values).toHaveCount(10);
  await axe(page);
  const all = await codes.values.allTextContents();
  expect(new Set(all).size).toBe(10);
  await expect(codes.button("Download")).toBeFocused();
  const downloading = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("keyrack-recovery-codes.txt");
  expect(await readFile(await download.path(), "utf8")).toBe(all.map((text) => `${text}\n`).join(""));
  await codes.button("Copy").press("Enter");
  await expect(codes.root.getByRole("status")).toHaveText("Copied.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(all.map((text) => `${text}\n`).join(""));
  await codes.button("Done").press("Enter");
  await expect(codes.root).toBeHidden();
  await expect(security.button("Switch off authenticator")).toBeFocused();
  await expect(security.factors).toContainText("10 of 10 left");
  await expect(security.factors).toContainText("Second factor confirmed; covers changes for another 5 min.");
  const left = await page.content();
  for (const shown of [secret, secret.replaceAll(" ", ""), ...all]) expect(left).not.toContain(shown);
  await axe(page);
  await page.reload();
  for (const shown of all) expect(await page.content()).not.toContain(shown);
});

test("recovery codes work once each, and new ones replace them", async ({ page, newPerson, axe }) => {
  const ada = await newPerson();
  await ada.enrol();
  const [spent = ""] = ada.recoveryCodes;
  await signInByForm(page, ada);
  await expect(page).toHaveURL("/signin/second");
  const code = page.getByRole("textbox", { name: "Code" });
  await expect(code).toBeFocused();
  await expect(code).toHaveAccessibleDescription("Six digits of your authenticator. Use a recovery code");
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await expect(code).toHaveAccessibleDescription("One of your recovery codes; each works once. Use the authenticator");
  await axe(page);
  await code.fill(ada.recoveryCode());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/");

  // The same one again.
  await page.getByRole("button", { name: "Sign out" }).click();
  await signInByForm(page, ada);
  await code.fill(spent);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText(
    "That code is not right, or was used already. Wait for the next one and try again.",
  );
  await axe(page);
  await code.fill(ada.recoveryCode());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/");

  // New ones.
  await page.goto("/settings/security");
  await page.locator("html[data-hydrated]").waitFor();
  const security = new SecurityPage(page);
  await expect(security.factors).toContainText("8 of 10 left");
  await security.button("New recovery codes").click();
  await new Confirm(page).with(ada.password);
  const codes = new Once(page, "Save Recovery Codes");
  await expect(codes.values).toHaveCount(10);
  const renewed = await codes.values.allTextContents();
  await page.keyboard.press("Escape");
  const question = page.getByRole("dialog", { name: "Close without saving?" });
  await expect(question).toBeVisible();
  await axe(page);
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await codes.close();
  await expect(security.button("New recovery codes")).toBeFocused();
  await expect(security.factors).toContainText("10 of 10 left");
  await page.getByRole("button", { name: "Sign out" }).click();
  await signInByForm(page, ada);
  await code.fill(ada.recoveryCode());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert"), "a former one").toBeVisible();
  await code.fill(renewed[0]!);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/");
});

test("switched off, the password alone signs in, and tokens have gone on working", async ({
  page,
  newPerson,
  enterAs,
  api,
}) => {
  const ada = await newPerson();
  const token = await ada.token("Deploy");
  await ada.enrol();
  expect(await api("users.authentication.CheckSign", {}, token)).toMatchObject({ result: 0 });
  await enterAs(page, ada, "/settings/security");
  const security = new SecurityPage(page);
  await security.button("Switch off authenticator").click();
  const confirm = new Confirm(page);
  await expect(confirm.lines.last()).toHaveText(
    "No second factor is left: the password alone signs in. The recovery codes are removed too.",
  );
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("button", { name: "Switch off" }).click();
  await expect(security.factors).toContainText("Off");
  await expect(security.button("New recovery codes")).toHaveCount(0);
  await expect(security.button("Set up authenticator")).toBeFocused();
  expect(await api("users.authentication.CheckSign", {}, token)).toMatchObject({ result: 0 });
  await page.getByRole("button", { name: "Sign out" }).click();
  await signInByForm(page, ada);
  await expect(page).toHaveURL("/");
});

test("half a sign-in opens nothing, and leads back when it is over", async ({ page, newPerson, axe }) => {
  const ada = await newPerson();
  await ada.enrol();
  await signInByForm(page, ada);
  await expect(page).toHaveURL("/signin/second");
  await page.goto("/settings/security");
  await expect(page).toHaveURL("/signin?next=/settings/security");
  await page.context().clearCookies();
  await page.goto("/signin/second?next=/settings/security");
  await expect(page).toHaveURL("/signin?next=/settings/security");
  await axe(page);
});

test("the password is changed, with advice, and ends the other sessions", async ({
  page,
  newPerson,
  enterAs,
  newVisitor,
  axe,
}) => {
  const ada = await newPerson();
  const elsewhere = await newVisitor();
  await enterAs(elsewhere, ada, "/settings/account");
  await enterAs(page, ada, "/settings/security");
  const form = page.getByRole("region", { name: "Password" });
  const [current, next] = [form.getByLabel("Current password"), form.getByLabel("New password")];
  const change = form.getByRole("button", { name: "Change password" });
  await expect(next).toHaveAccessibleDescription(/^At least 12 characters/);

  await current.fill(ada.password);
  await next.fill("password1234");
  await change.click();
  await expect(next).toHaveAccessibleDescription(/^This password is too easy to guess\. .+/);
  await expect(next).toBeFocused();
  await axe(page);
  await form.getByRole("button", { name: "Show password" }).click();
  await expect(next).toHaveAttribute("type", "text");
  await next.fill(ada.password);
  await change.click();
  await expect(next).toHaveAccessibleDescription("That is your present password; choose another one.");

  const changed = "harbour-violin-maps-77-thistle";
  await current.fill("not the password");
  await next.fill(changed);
  await change.click();
  await expect(current).toHaveAccessibleDescription("That is not your password.");
  await expect(current).toBeFocused();
  await expect(current).toHaveValue("");
  await expect(next, "what was written is kept").toHaveValue(changed);
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").first()).toContainText("Your password is changed");
  await expect(new SecurityPage(page).sessions).toHaveCount(1);
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL("/signin?next=/settings/account&ended=1");

  await page.getByRole("button", { name: "Sign out" }).click();
  await signInByForm(page, ada);
  await expect(page.getByRole("alert")).toHaveText("Wrong email or password.");
  ada.password = changed;
  await signInByForm(page, ada);
  await expect(page).toHaveURL("/");
});

test("five minutes of cover can be refused, for every change", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  await ada.enrol();
  await enterAs(page, ada, "/settings/security");
  const security = new SecurityPage(page);
  const always = page.getByRole("checkbox", { name: "Ask for the second factor at every change" });
  const confirm = new Confirm(page);
  await always.click();
  await expect(confirm.root).toContainText("Second factor confirmed; covers changes for another 5 min.");
  await expect(confirm.root.getByRole("textbox", { name: "Code" })).toHaveCount(0);
  await confirm.button("Cancel").click();
  await expect(always, "not before it is confirmed").not.toBeChecked();
  await always.click();
  await confirm.with(ada.password);
  await expect(always).toBeChecked();
  await expect(security.factors).not.toContainText("covers changes for another");

  // From now on the code is asked for; a wrong one is told beside its field.
  await always.click();
  const code = confirm.root.getByRole("textbox", { name: "Code" });
  await expect(code).toHaveAccessibleDescription("Six digits of your authenticator, or a recovery code.");
  await axe(page);
  await confirm.with(ada.password);
  await expect(code).toHaveAccessibleDescription("Enter the code of your authenticator, or a recovery code.");
  await code.fill(ada.authenticator!.wrong());
  await confirm.button("Continue").click();
  await expect(code).toHaveAccessibleDescription(/^That code is not right/);
  await expect(code).toHaveValue("");
  await expect(confirm.password).toHaveValue(PASSWORD);
  await code.fill(ada.recoveryCode());
  await confirm.button("Continue").click();
  await expect(always).not.toBeChecked();
});
