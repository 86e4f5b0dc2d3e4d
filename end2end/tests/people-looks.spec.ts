// The dialogs about people in small windows, and in the dark.

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { expectInReach, expectToFit } from "../steps/looks.ts";
import { MembersPage, Once, type Person, SecurityPage } from "../steps/people.ts";
import { Confirm } from "../steps/tokens.ts";

type Look = (what: string) => Promise<void>;

/** As long as addresses may be, and no place to break it. */
const LONG = `${"a".repeat(60)}@${"b".repeat(60)}.example.org`;

/** Every dialog of Settings → Security but those for passkeys. */
async function throughSecurity(page: Page, ada: Person, look: Look): Promise<void> {
  const security = new SecurityPage(page);
  const confirm = new Confirm(page);
  await security.button("Set up authenticator").click();
  await confirm.with("wrong");
  await expect(confirm.password).toHaveAccessibleDescription("That is not your password.");
  await look("confirm, refused");
  await confirm.with(ada.password);
  await security.secret();
  await security.setUp.getByRole("button", { name: "Switch on" }).click();
  await look("set up, refused");
  await security.setUp.getByRole("button", { name: "Cancel" }).click();
  await ada.enrol();
  await page.reload();
  await page.locator("html[data-hydrated]").waitFor();
  await look("security");
  await security.button("New recovery codes").click();
  await expect(confirm.root.getByRole("textbox", { name: "Code" })).toBeVisible();
  await look("confirm with code");
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("textbox", { name: "Code" }).fill(ada.recoveryCode());
  await confirm.button("Continue").click();
  const codes = new Once(page, "Save Recovery Codes");
  await expect(codes.root).toBeVisible();
  await look("recovery codes");
  await codes.close();
}

/** Every dialog of Settings → Members. */
async function throughMembers(page: Page, ada: Person, look: Look): Promise<void> {
  const members = new MembersPage(page);
  const confirm = new Confirm(page);
  await members.button("Invite member").click();
  await members.inviteDialog.getByRole("button", { name: "Continue" }).click();
  await look("invite, refused");
  await members.inviteDialog.getByRole("textbox", { name: "Email" }).fill(LONG);
  await members.inviteDialog.getByRole("button", { name: "Continue" }).click();
  await expect(confirm.root).toBeVisible();
  await look("invite, confirm");
  await confirm.with(ada.password);
  const link = new Once(page, "Invitation Link");
  await expect(link.root).toBeVisible();
  await look("link");
  await link.close();
  await look("members");
  await page.getByRole("button", { name: /^Remove / }).click();
  await expect(members.removeDialog).toBeVisible();
  await members.removeDialog.getByRole("button", { name: "Continue" }).click();
  await look("remove, refused");
  await members.removeDialog.getByRole("radio", { name: "Transfer" }).check();
  await members.removeDialog.getByRole("button", { name: "Continue" }).click();
  await expect(confirm.root).toBeVisible();
  await look("remove, confirm");
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("button", { name: "Remove member" }).click();
  const secrets = new Once(page, "Save Access Tokens");
  await expect(secrets.root).toBeVisible();
  await look("secrets");
  await secrets.close();
}

test.describe("a window of 320 pixels", () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test("holds every dialog about people", async ({ page, newPerson, enterAs, open }) => {
    const ada = await newPerson();
    const bob = await ada.invited(`bob-${"b".repeat(40)}-of-${ada.email}`, "manager");
    await bob.token("A description without any break: " + "x".repeat(180));
    const look = async (what: string) => {
      await expectToFit(page);
      await expectInReach(page, what);
    };
    await enterAs(page, ada, "/settings/members");
    await throughMembers(page, ada, look);
    await open(page, "/settings/audit");
    await look("audit");
    await open(page, "/settings/security");
    await throughSecurity(page, ada, look);
    await open(page, "/notices");
    await look("notices");
  });

  test("holds what stands before the dashboard", async ({ page, newPerson, axe }) => {
    const ada = await newPerson();
    const link = await ada.invite(LONG, "viewer");
    await page.goto(link);
    await expectToFit(page);
    await axe(page);
    await page.goto("/invite?token=nonsense");
    await expectToFit(page);
    await ada.enrol();
    await page.goto("/signin");
    await page.getByRole("textbox", { name: "Email" }).fill(ada.email);
    await page.getByRole("textbox", { name: "Password" }).fill(ada.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL("/signin/second");
    await expectToFit(page);
    await axe(page);
  });
});

test.describe("the dark", () => {
  test.use({ colorScheme: "dark" });

  // Only what has colours of its own: the rest is made of the same parts.
  test("has enough contrast in the dialogs about members", async ({ page, newPerson, enterAs, axe }) => {
    const ada = await newPerson();
    const bob = await ada.invited(`bob-of-${ada.email}`, "manager");
    await bob.token("Deploy");
    await enterAs(page, ada, "/settings/members");
    const looks = ["invite, refused", "link", "members", "remove, refused", "secrets"];
    await throughMembers(page, ada, async (what) => {
      if (looks.includes(what)) await axe(page);
    });
    await page.goto(await ada.invite("carol@example.org", "viewer"));
    await axe(page);
  });

  test("has enough contrast in the dialogs about second factors", async ({ page, newPerson, enterAs, axe }) => {
    const ada = await newPerson();
    await enterAs(page, ada, "/settings/security");
    const looks = ["set up, refused", "confirm with code", "recovery codes", "security"];
    await throughSecurity(page, ada, async (what) => {
      if (looks.includes(what)) await axe(page);
    });
  });
});
