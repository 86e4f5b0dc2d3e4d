// Plain http from another machine, where browsers have fewer abilities and say less about where requests come from.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { MembersPage, Once, PASSWORD, Person, SecurityPage, path } from "../steps/people.ts";
import { Confirm } from "../steps/tokens.ts";

test.use({ publicHost: "keys.test" });

const LINE = "This page came over plain http";

async function signInByForm(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/signin");
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/");
}

/** What the clipboard holds; pages may not read it there, but people can paste. */
async function pasted(page: Page): Promise<string> {
  await page.evaluate(() => {
    const field = document.createElement("textarea");
    field.id = "paste-here";
    document.querySelector("dialog[open]")?.append(field);
    field.focus();
  });
  const field = page.locator("#paste-here");
  await page.keyboard.press("Control+V");
  const text = await field.inputValue();
  await field.evaluate((element) => element.remove());
  return text;
}

test("signing in works, and the page says what plain http means", async ({ page, server, axe, open }) => {
  await page.goto("/signin");
  expect(await page.evaluate(() => [location.hostname, window.isSecureContext])).toEqual(["keys.test", false]);
  await expect(page.getByRole("note")).toContainText(LINE);
  await axe(page);
  // A wrong password first: the page is shown again, and its form works too.
  await page.getByRole("textbox", { name: "Email" }).fill(server.email);
  await page.getByRole("textbox", { name: "Password" }).fill("wrong");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText("Wrong email or password.");
  await signInByForm(page, server.email, server.password);
  await open(page, "/settings/account");
  await page.getByRole("textbox", { name: "Name" }).fill("Demo of keys.test");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator(".toast")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/signin");
});

test("an invitation is accepted, and its link goes to no other site", async ({ page, server }) => {
  const ada = new Person(server, `ada-${process.pid}@example.org`);
  await server.createAccount(ada.email, ada.password);
  const link = await ada.invite(`bob-${process.pid}@example.org`, "viewer");
  const referers: string[] = [];
  page.on("request", (request) => {
    const { referer } = request.headers();
    if (referer !== undefined && new URL(request.url()).origin !== server.url) referers.push(referer);
  });
  await page.goto(link);
  await expect(page.getByRole("note")).toContainText(LINE);
  await page.getByRole("textbox", { name: "Name" }).fill("Bob");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await expect(page).toHaveURL("/");
  expect(referers).toEqual([]);
});

test("recovery codes and links are copied as tokens are", async ({ page, server, open }) => {
  const ada = new Person(server, `eve-${process.pid}@example.org`);
  await server.createAccount(ada.email, ada.password);
  await signInByForm(page, ada.email, ada.password);

  await open(page, "/settings/members");
  const confirm = new Confirm(page);
  const members = new MembersPage(page);
  await members.button("Invite member").click();
  await members.inviteDialog.getByRole("textbox", { name: "Email" }).fill(`carl-${process.pid}@example.org`);
  await members.inviteDialog.getByRole("button", { name: "Continue" }).click();
  await confirm.with(ada.password);
  const link = new Once(page, "Invitation Link");
  await link.button("Copy").click();
  await expect(link.root.getByRole("status")).toHaveText("Copied.");
  expect(path(await pasted(page))).toMatch(/^\/invite\?token=/);
  await link.close();

  await open(page, "/settings/security");
  const security = new SecurityPage(page);
  await expect(security.button("Add passkey"), "browsers have none there").toHaveCount(0);
  await ada.enrol();
  await page.reload();
  await page.locator("html[data-hydrated]").waitFor();
  await security.button("New recovery codes").click();
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("textbox", { name: "Code" }).fill(ada.recoveryCode());
  await confirm.button("Continue").click();
  const codes = new Once(page, "Save Recovery Codes");
  await expect(codes.values).toHaveCount(10);
  const shown = await codes.values.allTextContents();
  await codes.button("Copy").click();
  await expect(codes.root.getByRole("status")).toHaveText("Copied.");
  await expect(codes.button("Copy"), "the keyboard stays where it was").toBeFocused();
  expect((await pasted(page)).trim().split("\n")).toEqual(shown);
  await codes.button("Done").click();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("every form works", async ({ page, server }) => {
    await signInByForm(page, server.email, server.password);
    const row = page.getByRole("row", { name: /my-project/ });
    await row.getByRole("button", { name: "Restart my-project", exact: true }).click({ force: true });
    await expect(page).toHaveURL("/");
    await page.goto("/settings/account");
    await page.getByRole("textbox", { name: "Name" }).fill("No scripts");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page).toHaveURL("/settings/account?done=name");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL("/signin");
  });
});
