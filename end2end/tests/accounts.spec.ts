// People in several accounts: they switch at the top, and nothing mixes.

import { expect, test } from "../fixtures.ts";
import { Person } from "../steps/people.ts";
import { TokenList } from "../steps/tokens.ts";

test.use({ ownServer: true });

test("environments and tokens follow the account, in every tab", async ({ page, server, newPerson, enterAs, open, newVisitor, axe }) => {
  const demo = new Person(server, server.email, server.password);
  const ada = await newPerson();
  await ada.token("Ada's own");
  const office = await newVisitor();
  await demo.signIn(office.request);
  await demo.shareToken(office.request, "Demo's shared");
  await demo.token("Demo's private");
  const link = await demo.invite(ada.email, "manager");

  // Not signed in: the link leads through sign-in and back.
  await page.goto(link);
  await expect(page.getByRole("main")).toContainText("You have a user here already.");
  await axe(page);
  await page.getByRole("link", { name: "Sign in to accept" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(ada.email);
  await page.getByRole("textbox", { name: "Password" }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await expect(page).toHaveURL("/");
  await page.locator("html[data-hydrated]").waitFor();

  // Now in the demo account, as its manager.
  const choice = page.getByRole("combobox", { name: "Account" });
  await expect(choice).toBeVisible();
  const names = await choice.getByRole("option").allTextContents();
  expect(names).toHaveLength(2);
  const present = () => choice.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent);
  const demos = await present();
  await expect(page.getByRole("row", { name: /my-project/ })).toBeVisible();
  await axe(page);
  await open(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.descriptions).toHaveText([/^Demo's shared/]);

  // Her own again.
  await choice.selectOption(names.find((name) => name !== demos) ?? "");
  await expect.poll(present).not.toBe(demos);
  await page.locator("html[data-hydrated]").waitFor();
  await open(page, "/settings/tokens");
  await expect(list.descriptions).toHaveText(["Ada's own"]);
  await open(page, "/");
  await expect(page.getByRole("heading", { name: "No environments yet" })).toBeVisible();
  await expect(page.getByRole("row", { name: /my-project/ })).toHaveCount(0);
  await open(page, "/settings/members");
  await expect(page.getByRole("table", { name: "Members" })).not.toContainText(server.email);

  // Another tab shows the same account; another browser keeps its own.
  const tab = await page.context().newPage();
  await open(tab, "/settings/tokens");
  await expect(new TokenList(tab).descriptions).toHaveText(["Ada's own"]);
  await tab.close();
  const elsewhere = await newVisitor();
  await enterAs(elsewhere, ada, "/");
  const there = elsewhere.getByRole("combobox", { name: "Account" });
  await there.selectOption(demos ?? "");
  await expect(elsewhere.getByRole("row", { name: /my-project/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("row", { name: /my-project/ })).toHaveCount(0);

  // With the keyboard, what the arrows pass over is not chosen yet.
  await there.focus();
  await elsewhere.keyboard.press("ArrowDown");
  await elsewhere.keyboard.press("ArrowUp");
  await elsewhere.keyboard.press(demos === names[0] ? "ArrowDown" : "ArrowUp");
  const confirm = elsewhere.getByRole("button", { name: "Switch", exact: true });
  await expect(confirm).toBeVisible();
  await expect(elsewhere.getByRole("row", { name: /my-project/ })).toBeVisible();
  await axe(elsewhere);
  await elsewhere.keyboard.press("Tab");
  await expect(confirm).toBeFocused();
  await elsewhere.keyboard.press("Enter");
  await expect(elsewhere.getByRole("heading", { name: "No environments yet" })).toBeVisible();
  await expect(confirm).toBeHidden();

  // An account that one is no member of does not exist.
  const forged = await page.request.post("/fn/account/switch", {
    form: { account: 4711 },
    headers: { Origin: server.url, Accept: "text/html" },
  });
  expect(await forged.text()).toContain("no member of an account 4711");
});

test("who is in one account sees no choice", async ({ page, newPerson, enterAs }) => {
  await enterAs(page, await newPerson());
  await expect(page.getByRole("combobox", { name: "Account" })).toHaveCount(0);
});
