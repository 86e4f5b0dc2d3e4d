// A teammate from the invitation to the farewell.

import { readFile } from "node:fs/promises";

import { test as base, expect } from "../fixtures.ts";
import { MailServer } from "../mail.ts";
import { Authenticator } from "../steps/authenticator.ts";
import { MembersPage, Once, PASSWORD, Person, SecurityPage, path } from "../steps/people.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

const test = base.extend<{ mail: MailServer }>({
  mail: async ({}, use) => {
    const mail = await MailServer.start();
    await use(mail);
    await mail.stop();
  },
  serverArgs: async ({ mail }, use) => use(["--smtp", mail.url, "--smtp-from", "keyrack@example.org"]),
});

const BOB = "bob@example.org";

test("is invited, enrols, makes a shared token, is narrowed, and leaves it behind", async ({
  page,
  server,
  enter,
  newVisitor,
  mail,
  api,
  axe,
}) => {
  test.setTimeout(120_000);
  const owner = new Person(server, server.email, server.password);
  const viewer = await owner.invited("vera@example.org", "viewer");

  // The owner invites Bob by mail; the link that is shown once is another one.
  await enter(page, "/settings/members");
  const members = new MembersPage(page);
  const confirm = new Confirm(page);
  await members.button("Invite member").click();
  await members.inviteDialog.getByRole("textbox", { name: "Email" }).fill(BOB);
  await members.inviteDialog.getByRole("combobox", { name: "Role" }).selectOption("manager");
  await members.inviteDialog.getByRole("button", { name: "Continue" }).click();
  await expect(confirm.lines.first()).toHaveText(`${BOB} is invited to become manager of this account.`);
  await confirm.with(server.password);
  const invitation = new Once(page, "Invitation Link");
  await expect(invitation.root).toContainText(`A mail with a link is on its way to ${BOB}.`);
  const link = await invitation.root.getByRole("textbox", { name: "Link" }).inputValue();
  await invitation.close();
  await expect(members.invitations).toHaveText([new RegExp(`^${BOB}as manager · holds until `)]);
  await expect.poll(() => mail.to(BOB).length).toBe(1);
  const [mailed = ""] = /\/invite\?token=\w+/.exec(mail.to(BOB)[0]?.text ?? "") ?? [];
  expect(mailed, "what waits to be mailed holds no secret: the mail has one of its own").not.toBe(path(link));

  // Bob accepts and switches an authenticator on.
  const bob = await newVisitor();
  await bob.goto(mailed);
  await expect(bob.getByRole("main")).toContainText(`as manager. The invitation is for ${BOB}.`);
  await bob.getByRole("textbox", { name: "Name" }).fill("Bob");
  await bob.getByLabel("New password").fill(PASSWORD);
  await bob.getByRole("button", { name: "Accept invitation" }).click();
  await expect(bob).toHaveURL("/");
  await expect(bob.getByRole("status").first()).toContainText("Welcome to ");
  await bob.getByRole("link", { name: "Settings" }).click();
  await bob.getByRole("link", { name: "Security" }).click();
  await bob.locator("html[data-hydrated]").waitFor();
  const security = new SecurityPage(bob);
  const bobConfirms = new Confirm(bob);
  await security.button("Set up authenticator").click();
  await bobConfirms.with(PASSWORD);
  const authenticator = new Authenticator(await security.secret());
  await security.setUp.getByRole("textbox", { name: "Code" }).fill(await authenticator.code());
  await security.setUp.getByRole("button", { name: "Switch on" }).click();
  const codes = new Once(bob, "Save Recovery Codes");
  await expect(codes.values).toHaveCount(10);
  const [recovery = ""] = await codes.values.allTextContents();
  await codes.close();
  await expect(security.factors).toContainText("Second factor confirmed; covers changes for another 5 min.");

  // The next sign-in asks for it; the password alone opens nothing.
  await bob.getByRole("button", { name: "Sign out" }).click();
  await bob.getByRole("textbox", { name: "Email" }).fill(BOB);
  await bob.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await bob.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(bob).toHaveURL("/signin/second");
  await axe(bob);
  const half = await bob.context().newPage();
  await half.goto("/settings/tokens");
  await expect(half).toHaveURL(/\/signin\?next=/);
  await half.close();
  await bob.getByRole("textbox", { name: "Code" }).fill(await authenticator.code());
  await bob.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(bob).toHaveURL("/");
  await bob.locator("html[data-hydrated]").waitFor();

  // That proof covers changes for five minutes; without it every change asks. Bob wants that.
  await bob.goto("/settings/security");
  await bob.locator("html[data-hydrated]").waitFor();
  await bob.getByRole("checkbox", { name: "Ask for the second factor at every change" }).click();
  await expect(bobConfirms.root).toContainText("covers changes for another 5 min.");
  await bobConfirms.with(PASSWORD);
  await expect(bob.getByRole("checkbox", { name: "Ask for the second factor at every change" })).toBeChecked();

  // A shared token, with password and second factor.
  await bob.goto("/settings/tokens");
  await bob.locator("html[data-hydrated]").waitFor();
  const bobsTokens = new TokenList(bob);
  const dialog = await bobsTokens.generate();
  await dialog.description.fill("Nightly stop");
  for (const method of ["stopenv", "getenvs"]) {
    await dialog.search.fill(method);
    await dialog.methods.first().click();
  }
  await dialog.root.getByRole("checkbox", { name: "Shared with the account" }).check();
  await dialog.submit();
  await bobConfirms.with(PASSWORD);
  await expect(bobConfirms.root.getByRole("textbox", { name: "Code" }), "the password is not enough").toBeVisible();
  await expect(bobConfirms.root).toBeVisible();
  await bobConfirms.password.fill(PASSWORD);
  await bobConfirms.root.getByRole("textbox", { name: "Code" }).fill(recovery);
  await bobConfirms.button("Continue").click();
  const secret = await new Save(bob).take();
  await expect(bobsTokens.row("Nightly stop")).toBeVisible();
  expect(await api("environment.control.GetEnvs", {}, secret)).toMatchObject({ result: 0 });

  // A viewer sees it, and can do nothing to it: neither here nor behind the page.
  const vera = await newVisitor();
  await viewer.signIn(vera.request, "/settings/tokens");
  await vera.goto("/settings/tokens");
  await vera.locator("html[data-hydrated]").waitFor();
  const verasTokens = new TokenList(vera);
  await verasTokens.cells("Nightly stop").first().click();
  for (const name of ["Generate", "Edit", "Copy", "Remove"] as const) {
    await expect(verasTokens.button(name), name).toBeDisabled();
  }
  await expect(vera.getByRole("note")).toContainText("your role is viewer");
  await axe(vera);
  const draft = { description: "Mine", expires: "", api_set: "Custom", methods: ["environment.control.GetEnvs"], shared: true };
  const refused = await vera.request.post("/fn/tokens/create", {
    data: { confirm: { password: PASSWORD }, draft },
    headers: { Origin: server.url },
  });
  expect(await refused.text()).toContain("Forbidden");
  expect(await viewer.api("users.authentication.CreateToken", { description: "Mine", password: PASSWORD, apiList: "GetEnvs" }))
    .toMatchObject({ result: 8 });

  // The owner makes Bob a viewer: his token may read on, and stops nothing any more, from its next call.
  await page.reload();
  await page.locator("html[data-hydrated]").waitFor();
  await expect(members.row(BOB)).toContainText("On");
  await members.role(BOB).selectOption("viewer");
  await expect(confirm.lines).toContainText([`${BOB} becomes viewer instead of manager.`, "lose what the new role may not do"]);
  await confirm.with(server.password);
  await expect(page.locator(".toast")).toContainText(`${BOB} is viewer now.`);
  expect(await api("environment.control.StopEnv", { envName: "my-project" }, secret)).toMatchObject({
    result: 8202,
    error: expect.stringContaining("environment.control.StopEnv"),
  });
  expect(await api("environment.control.GetEnvs", {}, secret)).toMatchObject({ result: 0 });

  // And removes him: the token goes over to the owner, with a new secret.
  await page.getByRole("button", { name: `Remove ${BOB}` }).click();
  await expect(members.removeDialog).toContainText(`${BOB} has 1 token in this account.`);
  await members.fate("Nightly stop", "Transfer").check();
  await members.removeDialog.getByRole("button", { name: "Continue" }).click();
  await expect(confirm.lines.last()).toContainText("1 token: transferred to you, with a new secret");
  await confirm.password.fill(server.password);
  await confirm.root.getByRole("button", { name: "Remove member" }).click();
  const transferred = new Once(page, "Save Access Tokens");
  await expect(transferred.root).toContainText("Nightly stop");
  const downloading = page.waitForEvent("download");
  await transferred.button("Download").click();
  const file = await readFile(await (await downloading).path(), "utf8");
  const [, inherited = ""] = /^Nightly stop: (krp_\S+)\n$/.exec(file) ?? [];
  await expect(transferred.values).toHaveText([inherited]);
  await transferred.button("Done").click();
  await expect(members.row(BOB)).toHaveCount(0);
  expect(await page.content(), "it is shown once").not.toContain(inherited);
  expect(await api("environment.control.GetEnvs", {}, secret), "the former secret").toMatchObject({ result: 702 });
  expect(await api("environment.control.StopEnv", { envName: "my-project" }, inherited)).toMatchObject({ result: 0 });

  // Bob is out.
  await bob.goto("/");
  await expect(bob).toHaveURL(/\/signin/);
  await page.goto("/settings/tokens");
  await expect(new TokenList(page).row("Nightly stop")).toContainText(server.email);
});
