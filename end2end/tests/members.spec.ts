// Settings → Members, and where an invitation's link leads.

import { expect, test } from "../fixtures.ts";
import { MembersPage, Once, PASSWORD, path } from "../steps/people.ts";
import { Confirm, TokenList } from "../steps/tokens.ts";

let numbers = 0;

/** An address that nobody has on this server. */
function address(name: string): string {
  return `${name}-${process.pid}-${++numbers}@example.org`;
}

test("an invitation is made by keyboard, and taken back", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  const bob = address("bob");
  await enterAs(page, ada, "/settings/members");
  const members = new MembersPage(page);
  const confirm = new Confirm(page);
  await expect(members.row(ada.email)).toContainText("You");
  await expect(members.button(`Remove ${ada.email}`), "not oneself").toHaveCount(0);
  await axe(page);

  await members.button("Invite member").press("Enter");
  const email = members.inviteDialog.getByRole("textbox", { name: "Email" });
  await expect(email).toBeFocused();
  await page.keyboard.type("bob");
  await page.keyboard.press("Enter");
  await expect(email).toHaveAccessibleDescription("Write the e-mail address of the person to invite.");
  await expect(email).toBeFocused();
  await axe(page);

  // Who is a member already is told beside the field, once the password was right.
  await email.fill(ada.email.toUpperCase());
  await page.keyboard.press("Enter");
  await expect(confirm.password).toBeFocused();
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  await expect(email).toHaveAccessibleDescription(`The address ${ada.email} belongs to a member already.`);
  await expect(email).toBeFocused();

  await email.fill(bob);
  await page.keyboard.press("Tab");
  const role = members.inviteDialog.getByRole("combobox", { name: "Role" });
  await expect(role).toBeFocused();
  await expect(role).toHaveAccessibleDescription("Sees shared tokens and environments.");
  await page.keyboard.press("ArrowDown");
  await expect(role).toHaveValue("manager");
  await members.inviteDialog.getByRole("button", { name: "Continue" }).press("Enter");
  await expect(confirm.password).toBeFocused();
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  const once = new Once(page, "Invitation Link");
  await expect(once.root).toContainText(`Hand this link to ${bob}. It was not mailed`);
  const link = once.root.getByRole("textbox", { name: "Link" });
  await expect(link).toBeFocused();
  const shown = await link.inputValue();
  await axe(page);
  await once.close();
  await expect(members.button("Invite member"), "the keyboard is back where it was").toBeFocused();
  expect(await page.content(), "the link is shown once").not.toContain(path(shown));

  // Taken back, its link is worth nothing.
  await members.button(`Withdraw the invitation of ${bob}`).press("Enter");
  await expect(members.invitations).toHaveCount(0);
  await expect(page.locator(".toast").filter({ hasText: "The invitation is withdrawn." })).toBeVisible();
  await page.goto(path(shown));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This invitation does not hold");
  await axe(page);
});

test("a link works once, for the invited address, with a password that holds", async ({
  page,
  newPerson,
  newVisitor,
  enterAs,
  axe,
}) => {
  const ada = await newPerson();
  const bob = address("bob");
  const link = await ada.invite(bob, "viewer");

  // Somebody else is signed in: it is said, and signing out leads back here.
  const other = await newPerson("eve");
  await enterAs(page, other, link);
  await expect(page.getByRole("main")).toContainText(
    `You are signed in as ${other.email}. Sign out and follow the link again as ${bob}.`,
  );
  await axe(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(link);
  const password = page.getByLabel("New password");
  await page.getByRole("textbox", { name: "Name" }).fill("Bob");
  await password.fill("aaaaaaaaaaaa");
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await expect(page.getByRole("alert")).toContainText("This password is too easy to guess.");
  await axe(page);
  await page.getByRole("textbox", { name: "Name" }).fill("Bob");
  await password.fill(PASSWORD);
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("status").first()).toContainText("Welcome to ");

  const late = await newVisitor();
  await late.goto(link);
  await expect(late.getByRole("heading", { level: 1 })).toHaveText("This invitation does not hold");
  await late.goto("/invite?token=nonsense");
  await expect(late.getByRole("heading", { level: 1 })).toHaveText("This invitation does not hold");

  // A viewer sees who is there, and nothing to press.
  await page.goto("/settings/members");
  await page.locator("html[data-hydrated]").waitFor();
  const members = new MembersPage(page);
  await expect(members.row(ada.email)).toContainText("owner");
  await expect(members.row(bob)).toContainText("viewer");
  await expect(members.button("Invite member")).toHaveCount(0);
  await expect(page.getByRole("main").getByRole("combobox")).toHaveCount(0);
  await expect(page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Audit" })).toHaveCount(0);
  await axe(page);
});

test.describe("after its time", () => {
  test.use({ serverArgs: ["--invitation-lifetime", "1s"] });

  test("a link does not hold, and the list says so", async ({ page, newPerson, enterAs, newVisitor }) => {
    const ada = await newPerson();
    const bob = address("bob");
    const link = await ada.invite(bob, "viewer");
    const late = await newVisitor();
    await expect(async () => {
      await late.goto(link);
      await expect(late.getByRole("heading", { level: 1 })).toHaveText("This invitation does not hold", { timeout: 100 });
    }).toPass({ intervals: [100], timeout: 30_000 });
    await enterAs(page, ada, "/settings/members");
    await expect(new MembersPage(page).invitations).toContainText([`${bob}as viewer · expired `]);
  });
});

test("roles are changed after a question, and put back when nothing comes of it", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  const bob = await ada.invited(address("bob"), "viewer");
  await enterAs(page, ada, "/settings/members");
  const members = new MembersPage(page);
  const confirm = new Confirm(page);
  await members.role(bob.email).focus();
  await members.role(bob.email).selectOption("manager");
  await expect(confirm.lines).toHaveText([`${bob.email} becomes manager instead of viewer.`]);
  await axe(page);
  await page.keyboard.press("Escape");
  await expect(members.role(bob.email)).toHaveValue("viewer");
  await expect(members.role(bob.email)).toBeFocused();
  await members.role(bob.email).selectOption("manager");
  await confirm.with(ada.password);
  await expect(page.locator(".toast")).toContainText(`${bob.email} is manager now.`);
  await expect(members.role(bob.email)).toHaveValue("manager");
  await page.reload();
  await expect(members.role(bob.email)).toHaveValue("manager");

  // The last owner stays one.
  await page.locator("html[data-hydrated]").waitFor();
  await members.role(ada.email).selectOption("viewer");
  await confirm.with(ada.password);
  await expect(page.locator(".toast.danger")).toContainText("owner");
  await expect(members.role(ada.email)).toHaveValue("owner");
});

test("removing a member asks for each token what becomes of it", async ({ page, newPerson, enterAs, api, axe }) => {
  const ada = await newPerson();
  const bob = await ada.invited(address("bob"), "manager");
  const [given, kept, gone] = [await bob.token("Given"), await bob.token("Kept"), await bob.token("Gone")];
  await enterAs(page, ada, "/settings/members");
  const members = new MembersPage(page);
  const confirm = new Confirm(page);
  const remove = members.button(`Remove ${bob.email}`);
  await remove.press("Enter");
  const dialog = members.removeDialog;
  await expect(dialog).toContainText(`${bob.email} has 3 tokens in this account. Say what becomes of each.`);
  await expect(dialog.getByRole("button", { name: "Cancel" }), "the safe answer").toBeFocused();
  await axe(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(remove, "the keyboard is back where it was").toBeFocused();

  await page.keyboard.press("Enter");
  await members.fate("Given", "Transfer").check();
  await members.fate("Kept", "Keep as shared").check();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("Choose for every token first.");
  await expect(members.fate("Gone", "Transfer"), "where the choice is missing").toBeFocused();
  await axe(page);
  await members.fate("Gone", "Revoke").check();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(confirm.lines).toHaveText([
    `${bob.email} is removed from this account and signed out of it.`,
    "1 token: transferred to you, with a new secret; the present one stops working.",
    "1 token: kept as shared; the secret goes on working.",
    "1 token: revoked.",
  ]);
  await axe(page);
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("button", { name: "Remove member" }).click();
  const once = new Once(page, "Save Access Tokens");
  await expect(once.root).toContainText("Given");
  await expect(once.values).toHaveCount(1);
  const [secret = ""] = await once.values.allTextContents();
  await axe(page);
  await once.close();
  await expect(members.row(bob.email)).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Members", level: 2 }), "the keyboard has a place").toBeFocused();

  const check = async (token: string) => (await api("users.authentication.CheckSign", {}, token)).result;
  expect(await check(secret)).toBe(0);
  expect(await check(given)).toBe(702);
  expect(await check(kept)).toBe(0);
  expect(await check(gone)).toBe(702);
  await page.goto("/settings/tokens");
  const list = new TokenList(page);
  await expect(list.row("Given")).toBeVisible();
  await expect(list.row("Kept")).toBeVisible();
  await expect(list.row("Gone")).toHaveCount(0);
});
