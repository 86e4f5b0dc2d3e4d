// Passkeys, with the authenticator that Chromium brings for tests.

import type { CDPSession, Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { Once, type Person, SecurityPage } from "../steps/people.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

// They are bound to a host name, which 127.0.0.1 is not.
test.use({ publicHost: "localhost" });

/** A device with a lock of its own. */
class Device {
  private constructor(
    readonly cdp: CDPSession,
    readonly id: string,
  ) {}

  static async plugIn(page: Page): Promise<Device> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Device(cdp, authenticatorId);
  }

  /** Its owner refuses to unlock it, or unlocks it again. */
  async unlock(unlocked: boolean): Promise<void> {
    await this.cdp.send("WebAuthn.setUserVerified", { authenticatorId: this.id, isUserVerified: unlocked });
  }

  /** It loses its passkeys. */
  async forget(): Promise<void> {
    await this.cdp.send("WebAuthn.clearCredentials", { authenticatorId: this.id });
  }

  async count(): Promise<number> {
    const { credentials } = await this.cdp.send("WebAuthn.getCredentials", { authenticatorId: this.id });
    return credentials.length;
  }
}

async function addPasskey(page: Page, person: Person, name: string): Promise<void> {
  await new SecurityPage(page).button("Add passkey").click();
  const dialog = page.getByRole("dialog", { name: "Add passkey" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await new Confirm(page).with(person.password);
}

test("enrol, sign in, step up, remove", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  await enterAs(page, ada, "/settings/security");
  const device = await Device.plugIn(page);
  const security = new SecurityPage(page);
  const confirm = new Confirm(page);

  // Without a name it goes no further.
  await security.button("Add passkey").click();
  const dialog = page.getByRole("dialog", { name: "Add passkey" });
  const name = dialog.getByRole("textbox", { name: "Name" });
  await expect(name).toBeFocused();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(name).toHaveAccessibleDescription("Give the passkey a name.");
  await axe(page);
  await page.keyboard.press("Escape");
  await expect(security.button("Add passkey"), "the keyboard is back where it was").toBeFocused();

  await addPasskey(page, ada, "Laptop");
  const codes = new Once(page, "Save Recovery Codes");
  await expect(codes.values).toHaveCount(10);
  await codes.close();
  await expect(security.passkeys).toHaveText([/^Laptopadded .* · not used yetRemove$/]);
  await expect(security.factors).toContainText("10 of 10 left");
  await axe(page);
  expect(await device.count()).toBe(1);

  // As the second step of the next sign-in.
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(ada.email);
  await page.getByRole("textbox", { name: "Password" }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/signin/second");
  await page.locator("html[data-hydrated]").waitFor();
  await expect(page.getByRole("main")).toContainText("One of your recovery codes");
  await axe(page);
  await page.getByRole("button", { name: "Use passkey" }).click();
  await expect(page).toHaveURL("/");

  // As proof before a change; the sign-in's own proof is not enough once every change is to be asked for.
  await page.goto("/settings/security");
  await page.locator("html[data-hydrated]").waitFor();
  await expect(security.passkeys).toContainText(["last used"]);
  await page.getByRole("checkbox", { name: "Ask for the second factor at every change" }).click();
  await confirm.with(ada.password);
  await expect(page.getByRole("checkbox", { name: "Ask for the second factor at every change" })).toBeChecked();
  await page.goto("/settings/tokens");
  await page.locator("html[data-hydrated]").waitFor();
  const tokens = await new TokenList(page).generate();
  await tokens.search.fill("stopenv");
  await tokens.item("StopEnv").click();
  await tokens.submit();
  await expect(confirm.root.getByRole("textbox", { name: "Code" })).toHaveAccessibleDescription("A recovery code.");
  await confirm.root.getByRole("button", { name: "Use passkey" }).click();
  await expect(confirm.password, "the password comes first").toBeFocused();
  await expect(confirm.password).toHaveAccessibleDescription("Write your password.");
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("button", { name: "Use passkey" }).click();
  await new Save(page).take();

  // Removed, also by its own proof; then the password alone signs in again.
  await page.goto("/settings/security");
  await page.locator("html[data-hydrated]").waitFor();
  await page.getByRole("button", { name: "Remove passkey Laptop" }).click();
  await expect(confirm.lines).toContainText(["The passkey “Laptop” is removed", "No second factor is left"]);
  await confirm.password.fill(ada.password);
  await confirm.root.getByRole("button", { name: "Use passkey" }).click();
  await expect(security.passkeys).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Second factor" }), "the keyboard has a place").toBeFocused();
  await expect(security.factors).toContainText("Off");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(ada.email);
  await page.getByRole("textbox", { name: "Password" }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/");
});

test("what can go wrong is told where it goes wrong", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  await enterAs(page, ada, "/settings/security");
  const device = await Device.plugIn(page);
  const security = new SecurityPage(page);
  const confirm = new Confirm(page);

  // The device is not unlocked: nothing is added, and the try can be repeated.
  await device.unlock(false);
  await addPasskey(page, ada, "Laptop");
  await expect(confirm.root.getByRole("alert").filter({ hasText: "was not used" })).toHaveText(
    "The passkey was not used: the request was cancelled or took too long.",
  );
  await axe(page);
  await device.unlock(true);
  await confirm.with(ada.password);
  await new Once(page, "Save Recovery Codes").close();

  // The same device twice.
  await addPasskey(page, ada, "Laptop again");
  await expect(confirm.root.getByRole("alert").filter({ hasText: "holds a passkey" })).toHaveText(
    "This device holds a passkey for you already.",
  );
  await confirm.button("Cancel").click();
  await page.getByRole("dialog", { name: "Add passkey" }).getByRole("button", { name: "Cancel" }).click();
  await expect(security.passkeys).toHaveCount(1);

  // A device that does not know the passkey, at sign-in.
  await device.forget();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(ada.email);
  await page.getByRole("textbox", { name: "Password" }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator("html[data-hydrated]").waitFor();
  const use = page.getByRole("button", { name: "Use passkey" });
  await use.click();
  await expect(page.getByRole("alert")).toHaveText("The passkey was not used: the request was cancelled or took too long.");
  await expect(use).toHaveAccessibleDescription(/was not used/);
  await axe(page);
  await expect(page).toHaveURL("/signin/second");
});

test.describe("at another address of the server", () => {
  test.use({ publicHost: undefined });

  test("passkeys are not offered, and the page says where they work", async ({ page, server, newPerson, enterAs }) => {
    await enterAs(page, await newPerson(), "/settings/security");
    const security = new SecurityPage(page);
    await expect(security.button("Add passkey")).toHaveCount(0);
    const there = server.url.replace("127.0.0.1", "localhost");
    await expect(security.factors).toContainText(`They work at ${there} only: open this page there to add one.`);
  });
});

test.describe("behind an address without a host name", () => {
  test.use({ publicHost: "127.0.0.1" });

  test("passkeys are not possible, and the page says why", async ({ page, newPerson, enterAs }) => {
    await enterAs(page, await newPerson(), "/settings/security");
    const security = new SecurityPage(page);
    await expect(security.button("Add passkey")).toHaveCount(0);
    await expect(security.factors).toContainText("they need a public address of this server with https and a host name");
  });
});
