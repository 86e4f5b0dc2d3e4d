// Wrong input is refused beside its field, and the draft stays.

import { expect, test } from "../fixtures.ts";
import { typedDay } from "../steps/owner.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

test("a description is one line of plain text with 1 to 255 characters", async ({ page, enter, owner, axe }) => {
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  for (const [text, told] of [
    ["", "Write a few words"],
    ["   ", "Write a few words"],
    ["x".repeat(256), "At most 255 characters; these are 256."],
    ["two\tcolumns", "Characters that cannot be seen"],
    ["\u200b", "Characters that cannot be seen"],
    ["txt.\u202egpj", "Characters that cannot be seen"],
  ] as const) {
    await dialog.description.fill(text);
    await dialog.button("Generate").click();
    await dialog.expectError(dialog.description, told);
    await expect(dialog.description).toBeFocused();
    await expect(dialog.description).toHaveAttribute("aria-invalid", "true");
    await expect(dialog.description).toHaveValue(text);
    await expect(new Confirm(page).root).toBeHidden();
  }
  await axe(page);
  await dialog.description.fill("ä".repeat(255));
  await expect(dialog.description, "what was said is taken back while it is mended").toHaveAccessibleDescription("");
  await expect(dialog.description).not.toHaveAttribute("aria-invalid");
  await dialog.submit();
  expect(await owner.descriptions()).toEqual([]);
});

test("a date is in one of the forms that can be read in one way, in the calendar, and not past", async ({ page, enter, owner, axe }) => {
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  for (const [text, told] of [
    ["31/12/2099", "Write the date as dd-mm-yyyy, for example 31-12-2027"],
    ["1-1-2099", "Write the date as dd-mm-yyyy"],
    ["tomorrow", "Write the date as dd-mm-yyyy"],
    ["31-02-2027", "There is no such day in the calendar."],
    ["01-01-0027", "There is no such day in the calendar."],
    [typedDay(-1), "This day is past."],
  ] as const) {
    await dialog.expires.fill(text);
    await dialog.button("Generate").click();
    await dialog.expectError(dialog.expires, told);
    await expect(dialog.expires).toBeFocused();
    await expect(dialog.expires).toHaveAttribute("aria-invalid", "true");
    await expect(dialog.expires).toHaveValue(text);
  }
  await axe(page);
  await dialog.expires.fill(`  ${typedDay(1)} `);
  await expect(dialog.expires).not.toHaveAttribute("aria-invalid");
  await dialog.submit();
  expect(await owner.descriptions()).toEqual([]);
});

test("a token that opens nothing is not made", async ({ page, enter, owner, axe }) => {
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.button("Generate").click();
  await expect(dialog.root.getByText("Tick at least one method")).toBeVisible();
  await expect(dialog.search).toBeFocused();
  await expect(dialog.search).toHaveAccessibleDescription(/Tick at least one method/);
  await axe(page);
  await dialog.api.selectOption("Marketplace");
  await expect(dialog.root.getByText("Tick at least one method")).toBeHidden();
  expect(await owner.descriptions()).toEqual([]);
});

test("everything wrong is said at once, first things first", async ({ page, enter, owner }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.description.fill("");
  await dialog.expires.fill("soon");
  await dialog.button("Generate").click();
  await dialog.expectError(dialog.description, "Write a few words");
  await dialog.expectError(dialog.expires, "Write the date as dd-mm-yyyy");
  await dialog.expectError(dialog.search, "Tick at least one method");
  await expect(dialog.description).toBeFocused();
});

test("what only the server knows comes back to its field", async ({ page, enter, owner }) => {
  const token = await owner.token("Deploy");
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).edit("Deploy");
  // A page that lets through what it should not.
  await page.route("**/fn/tokens/review", async (route) => {
    const body = route.request().postDataJSON() as { draft: { description: string } };
    await route.continue({ postData: { ...body, draft: { ...body.draft, description: "two\nlines" } } });
  });
  await dialog.button("Apply").click();
  await dialog.expectError(dialog.description, "U+000A");
  await expect(dialog.description).toBeFocused();
  expect(await owner.methodsOf(token.id)).toEqual(["environment.control.StopEnv"]);
});

test("a description is shown as text, whatever it holds", async ({ page, enter, owner, server }) => {
  const text = `<b onmouseover="alert(1)">"O'Neill" & {{7*7}}</b>`;
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.description.fill(text);
  await dialog.api.selectOption("Marketplace");
  await (await dialog.submit()).with(server.password);
  await new Save(page).take();
  await expect(list.row(text)).toBeVisible();
  await page.reload();
  await expect(list.row(text)).toBeVisible();
  expect(await owner.descriptions()).toEqual([text]);
});

test.describe("the limit", () => {
  test.use({ serverArgs: ["--token-limit", "3"] });

  test("counts expired tokens, is told before the password, and holds for two tabs", async ({
    page,
    enter,
    owner,
    server,
    axe,
  }) => {
    await owner.token("One");
    const expired = await owner.expiredToken("Two");
    await enter(page, "/settings/tokens");
    const list = new TokenList(page);
    await expect(list.count).toHaveText("2 of 3 tokens");
    const dialog = await list.generate();
    await dialog.description.fill("Four");
    await dialog.api.selectOption("Marketplace");
    const confirm = await dialog.submit();
    // The last place goes to somebody else while the password is asked.
    await owner.token("Three");
    await confirm.with(server.password);
    await expect(confirm.root).toBeHidden();
    const told = dialog.root.getByRole("alert").filter({ hasText: "This account has 3 tokens, and 3 is the limit" });
    await expect(told).toBeVisible();
    await expect(dialog.description).toHaveValue("Four");
    await axe(page);
    await dialog.button("Generate").click();
    await expect(told, "now it is known without asking for the password").toBeVisible();
    await expect(confirm.root).toBeHidden();
    expect(await owner.descriptions()).toEqual(["One", "Three", "Two"]);
    await owner.remove(expired.id);
    await (await dialog.submit()).with(server.password);
    await new Save(page).take();
    await expect(list.count).toHaveText("3 of 3 tokens");
    await expect(list.descriptions).toHaveText(["Four", "One", "Three"]);
  });
});
