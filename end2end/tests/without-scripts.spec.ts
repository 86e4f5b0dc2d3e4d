// Every page is whole without WASM, and its forms work.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { TokenList } from "../steps/tokens.ts";

test.use({ javaScriptEnabled: false, ownServer: true });

// The pages offer the WASM early; who cannot run it has no use for the offer.
test.beforeEach(({ allowConsole }) => allowConsole(/keyrack(-people|-tokens)?\.wasm was preloaded using link preload but not used/));

async function signInByForm(page: Page, email: string, password: string, next = "/"): Promise<void> {
  await page.goto(next);
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(next);
}

test("sign in, stop and start an environment, sign out", async ({ page, server, owner }) => {
  await signInByForm(page, server.email, server.password);
  const row = page.getByRole("row", { name: /my-project/ });
  const status = async (text: string) =>
    expect(async () => {
      await page.reload();
      await expect(row).toContainText(text, { timeout: 100 });
    }).toPass({ timeout: 30_000 });
  await status("Running");
  await row.getByRole("button", { name: "Stop my-project", exact: true }).click();
  await expect(page).toHaveURL("/");
  await status("Stopped");
  await expect(page.getByRole("complementary", { name: "Tasks" })).toContainText("Stopping my-project done");
  await row.getByRole("button", { name: "Start my-project", exact: true }).click();
  await status("Running");
  // Pressing what cannot be done changes nothing, breaks nothing, and says why.
  await row.getByRole("button", { name: "Start my-project", exact: true }).click({ force: true });
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("main").getByRole("alert")).toHaveText(/^Environment “my-project” is /);
  await expect(row).toContainText("Running");
  await owner.call("environment.control.GetEnvInfo", { envName: "my-project" });
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/signin");
  await page.goto("/settings/account");
  await expect(page).toHaveURL("/signin?next=/settings/account");
});

test("a wrong password is told, and the wanted page is not forgotten", async ({ page, server }) => {
  await page.goto("/settings/account");
  await page.getByRole("textbox", { name: "Email" }).fill(server.email);
  await page.getByRole("textbox", { name: "Password" }).fill("wrong");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText("Wrong email or password.");
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue(server.email);
  await page.getByRole("textbox", { name: "Password" }).fill(server.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/settings/account");
});

test("signing in with a token", async ({ page, owner }) => {
  const token = await owner.token("Kiosk", { tokenTemplate: "Extended Access" });
  await page.goto("/signin");
  await page.getByText("Sign in with an Extended Access token").click();
  await page.getByRole("textbox", { name: "Access token" }).fill(token.secret);
  await page.getByRole("button", { name: "Sign in with token" }).click();
  await expect(page).toHaveURL("/");
});

test("one's name is changed and sessions are ended", async ({ page, server, owner }) => {
  await signInByForm(page, server.email, server.password, "/settings/account");
  const name = page.getByRole("textbox", { name: "Name" });
  await name.fill("Grace Hopper");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").first()).toHaveText("Your name is saved.");
  await expect(name).toHaveValue("Grace Hopper");
  await name.fill("Grace\u202erepooH");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveValue("Grace\u202erepooH");
  await page.goto("/settings/account");
  await expect(name).toHaveValue("Grace Hopper");
  await page.goto("/settings/security");
  const sessions = page.getByRole("region", { name: "Signed in" }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await page.getByRole("button", { name: "End all other sessions" }).click();
  await expect(page, "back to where it was pressed").toHaveURL("/settings/security");
  await expect(sessions).toHaveCount(1);
  await expect(owner.descriptions()).rejects.toThrow();
});

test("the second step of a sign-in, and a new password", async ({ page, newPerson }) => {
  const note = page.locator("noscript .alert p");
  const ada = await newPerson();
  await ada.enrol();
  await page.goto("/settings/security");
  await page.getByRole("textbox", { name: "Email" }).fill(ada.email);
  await page.getByRole("textbox", { name: "Password" }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("textbox", { name: "Code" }).fill("123");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("That code is not right");
  await page.getByRole("textbox", { name: "Code" }).fill(ada.recoveryCode());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/settings/security");
  await expect(note).toHaveText("Without JavaScript, password and sessions can be managed here; second factors cannot.");
  await expect(note).toBeVisible();
  const factors = page.getByRole("region", { name: "Second factor" });
  await expect(factors).toContainText("9 of 10 left");
  await expect(factors.getByRole("button"), "nothing that would do nothing").toHaveCount(0);
  const form = page.getByRole("region", { name: "Password" });
  await form.getByLabel("Current password").fill(ada.password);
  await form.getByLabel("New password").fill("password1234");
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("alert").first()).toContainText("This password is too easy to guess.");
  await form.getByLabel("Current password").fill(ada.password);
  await form.getByLabel("New password").fill("harbour-violin-maps-77-thistle");
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status").first()).toContainText("Your password is changed");
});

test("invitations, members, audit and notices", async ({ page, newPerson }) => {
  const ada = await newPerson();
  const [link] = [await ada.invite("bob@example.org", "viewer"), await ada.invite("carol@example.org", "manager")];
  await page.goto(link);
  await page.getByRole("textbox", { name: "Name" }).fill("Bob");
  await page.getByLabel("New password").fill("velvet-otter-juggles-42-lanterns");
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await expect(page).toHaveURL("/");
  await page.getByRole("button", { name: "Sign out" }).click();
  await signInByForm(page, ada.email, ada.password, "/settings/members");
  await expect(page.locator("noscript .alert p")).toHaveText(/inviting, changing roles and removing need it\.$/);
  await expect(page.getByRole("table", { name: "Members" }).getByRole("row").filter({ hasText: "bob@" }).locator("noscript")).toHaveText("viewer", { useInnerText: true });
  await expect(page.getByRole("combobox")).toHaveCount(0);
  await page.getByRole("button", { name: "Withdraw the invitation of carol@example.org" }).click();
  await expect(page.getByRole("status").first()).toHaveText("The invitation is withdrawn.");
  await page.goto("/settings/audit?method=invite");
  await expect(page.getByRole("region", { name: "Entries" }).getByRole("row").filter({ hasText: "member.invite" })).toHaveCount(2);
  await ada.token("Deploy");
  await page.goto("/notices");
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(page).toHaveURL("/notices");
  await expect(page.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
});

test("tokens are listed, and the docs are whole", async ({ page, server, owner }) => {
  await owner.token("Deploy");
  await signInByForm(page, server.email, server.password, "/settings/tokens");
  await expect(new TokenList(page).row("Deploy")).toBeVisible();
  await page.goto("/docs/api/environment.control#StopEnv");
  await expect(page.getByRole("heading", { name: "StopEnv", exact: true })).toBeInViewport();
});

test("tokens are searched and narrowed by a form, and nothing that needs scripts is offered", async ({ page, server, owner }) => {
  await owner.token("Deploy");
  await owner.token("Backup");
  await signInByForm(page, server.email, server.password, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.rows).toHaveCount(2);
  await expect(list.button("Generate")).toBeHidden();
  await expect(list.selectAll).toBeHidden();
  await list.search.fill("dep");
  await list.show.selectOption("Never used");
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page).toHaveURL("/settings/tokens?search=dep&show=unused");
  await expect(list.descriptions).toHaveText(["Deploy"]);
  await expect(list.search).toHaveValue("dep");
  await expect(list.show).toHaveValue("unused");
  await list.search.fill("nothing like it");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: "Show all tokens" }).click();
  await expect(list.rows).toHaveCount(2);
});
