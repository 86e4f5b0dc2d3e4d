// Generating a token: the dialog, the question about the password, the secret that is shown once.

import { expect, test } from "../fixtures.ts";
import { readableDay, spokenDay, typedDay } from "../steps/owner.ts";
import { Confirm, Save, TokenList } from "../steps/tokens.ts";

test("the dialog as screen readers find it", async ({ page, enter, owner, server, axe }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await expect(dialog.description).toBeFocused();
  await expect(dialog.root).toMatchAriaSnapshot({ name: "generate.aria.yml" });
  await axe(page);
  await dialog.search.fill("stopenv");
  await dialog.item("StopEnv").click();
  const confirm = await dialog.submit();
  await expect(confirm.password).toBeFocused();
  await expect(confirm.root).toMatchAriaSnapshot({ name: "confirm.aria.yml" });
  await axe(page);
  await confirm.with(server.password);
  const save = new Save(page);
  await save.secret();
  await expect(save.value).toBeFocused();
  await expect(save.root).toMatchAriaSnapshot({ name: "save.aria.yml" });
  await axe(page);
});

test("the description follows the API set until it is touched", async ({ page, enter, owner }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await expect(dialog.description).toHaveValue("Custom");
  await expect(dialog.api.getByRole("option")).toHaveText([
    "Extended Access",
    "IDE Plugins",
    "Marketplace",
    "Maven Plugin",
    "Custom",
  ]);
  for (const set of ["IDE Plugins", "Maven Plugin", "Extended Access"]) {
    await dialog.api.selectOption(set);
    await expect(dialog.description).toHaveValue(set);
  }
  await dialog.item("users").click();
  await expect(dialog.api, "a changed tick makes it an own choice").toHaveValue("Custom");
  await expect(dialog.description).toHaveValue("Custom");
  await dialog.description.fill("Mine");
  await dialog.api.selectOption("Marketplace");
  await expect(dialog.description).toHaveValue("Mine");
});

test("a prepared set is one choice", async ({ page, enter, owner, server, axe, api }) => {
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.api.selectOption("Extended Access");
  await expect(dialog.root.getByRole("tree", { name: "API Access + Web UI Access" })).toBeVisible();
  await expect(dialog.item("API Access + Web UI Access")).toBeChecked();
  await expect(dialog.api).toHaveAccessibleDescription(/except passwords, second factors and tokens/);
  await axe(page);
  await dialog.api.selectOption("IDE Plugins");
  await expect(dialog.root.getByRole("tree", { name: "API Access", exact: true })).toBeVisible();
  await expect(dialog.item("control")).toHaveAttribute("aria-checked", "mixed");
  const confirm = await dialog.submit();
  await expect(confirm.lines.first()).toHaveText(/^It opens the API set IDE Plugins: \d+ methods\.$/);
  await confirm.with(server.password);
  const secret = await new Save(page).take();
  await expect(list.cells("IDE Plugins").nth(1)).toHaveText("IDE Plugins");
  expect(await api("environment.control.GetEnvs", {}, secret)).toMatchObject({ result: 0 });
  expect(await api("environment.control.GetSumStat", { envName: "my-project" }, secret)).toMatchObject({ result: 8202 });
  expect(await owner.descriptions()).toEqual(["IDE Plugins"]);
});

test("a day is typed or chosen from the calendar", async ({ page, enter, owner, server, axe }) => {
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  await expect(dialog.expires).toHaveValue("");
  await expect(dialog.expires).toHaveAccessibleDescription("To the end of that day, UTC. Empty: never.");
  await dialog.root.getByRole("button", { name: "Choose a day" }).click();
  const calendar = page.getByRole("dialog", { name: "Calendar" });
  const day = (days: number) => calendar.getByRole("gridcell", { name: spokenDay(days) });
  await expect(day(0)).toBeFocused();
  await expect(day(0)).toHaveAttribute("aria-current", "date");
  await axe(page);
  await page.keyboard.press("ArrowLeft");
  await expect(day(0), "past days are not reached").toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await expect(day(8)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(calendar).toBeHidden();
  await expect(dialog.expires).toHaveValue(typedDay(8));
  await expect(dialog.root.getByRole("button", { name: "Choose a day" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(day(8), "it opens at the typed day").toBeFocused();
  await expect(day(8)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Escape");
  await expect(calendar).toBeHidden();
  await expect(dialog.root, "only the innermost closes").toBeVisible();
  await dialog.root.getByRole("button", { name: "Choose a day" }).click();
  await calendar.getByRole("button", { name: "90 days" }).click();
  await expect(dialog.expires).toHaveValue(typedDay(90));
  await dialog.expires.fill(typedDay(0));
  await dialog.api.selectOption("Marketplace");
  const confirm = await dialog.submit();
  await expect(confirm.lines).toContainText([`It expires at the end of ${readableDay(0)} (UTC).`]);
  await confirm.with(server.password);
  await new Save(page).take();
  const { apiTokens } = await owner.call("users.authentication.GetTokens");
  const today = new Date().toISOString().slice(0, 10);
  expect(apiTokens).toMatchObject([{ expiresAt: `${today} 23:59:59` }]);
});

test("a wrong password keeps the dialog and the draft", async ({ page, enter, owner, server, axe }) => {
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.description.fill("Kept");
  await dialog.api.selectOption("Marketplace");
  const confirm = await dialog.submit();
  await confirm.button("Continue").click();
  await expect(confirm.password).toHaveAccessibleDescription("Write your password.");
  await confirm.with("wrong");
  await expect(confirm.password).toHaveAccessibleDescription("That is not your password.");
  await expect(confirm.password).toHaveValue("");
  await expect(confirm.password).toBeFocused();
  await axe(page);
  await confirm.button("Cancel").click();
  await expect(confirm.root).toBeHidden();
  await expect(dialog.description).toHaveValue("Kept");
  await expect(dialog.api).toHaveValue("Marketplace");
  expect(await owner.descriptions()).toEqual([]);
  await (await dialog.submit()).with(server.password);
  await new Save(page).take();
  expect(await owner.descriptions()).toEqual(["Kept"]);
});

test("the secret is asked about before it is lost, and leaves the page with its dialog", async ({
  page,
  enter,
  owner,
  server,
  axe,
}) => {
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const generate = async (description: string) => {
    const dialog = await list.generate();
    await dialog.description.fill(description);
    await dialog.api.selectOption("Marketplace");
    await (await dialog.submit()).with(server.password);
  };
  await generate("Unsaved");
  const save = new Save(page);
  const secret = await save.secret();
  const question = page.getByRole("dialog", { name: "Close without saving?" });
  await page.keyboard.press("Escape");
  await expect(question).toBeVisible();
  await expect(question.getByRole("button", { name: "Keep open" })).toBeFocused();
  await expect(question).toMatchAriaSnapshot({ name: "close-without-saving.aria.yml" });
  await axe(page);
  await page.keyboard.press("Enter");
  await expect(question).toBeHidden();
  await expect(save.value).toHaveValue(secret);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(question, "Esc is the safe answer").toBeHidden();
  await expect(save.value).toHaveValue(secret);
  await page.keyboard.press("Escape");
  await question.getByRole("button", { name: "Close without saving" }).click();
  await expect(save.root).toBeHidden();
  await expect(list.toast("The secret of “Unsaved” was not saved.")).toBeVisible();
  await expectNoTrace(secret);

  await generate("Saved");
  const saved = await save.secret();
  await save.saved.check();
  await page.keyboard.press("Escape");
  await expect(save.root, "what is saved needs no question").toBeHidden();
  await expect(list.toast("“Saved” is ready to be used.")).toBeVisible();
  await expectNoTrace(saved);
  expect(await owner.descriptions()).toEqual(["Saved", "Unsaved"]);

  async function expectNoTrace(secret: string): Promise<void> {
    const { fields, kept } = await page.evaluate(() => ({
      fields: [...document.querySelectorAll("input, textarea")].map((field) => (field as HTMLInputElement).value),
      kept: JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href, history.state]),
    }));
    expect(await page.content()).not.toContain(secret);
    expect(fields).not.toContain(secret);
    expect(kept).not.toContain(secret);
    expect(server.lines.join("\n"), "nor is it in the log").not.toContain(secret);
  }
});

test("the answer with the secret may be kept by nobody", async ({ page, enter, owner, server }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  const confirm = await dialog.submit();
  const answering = page.waitForResponse(/\/fn\/tokens\/create/);
  await confirm.with(server.password);
  const answer = await answering;
  expect(answer.headers()["cache-control"]).toBe("no-store");
  await new Save(page).take();
});

test("a draft is not dropped without asking", async ({ page, enter, owner, axe }) => {
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  const dialog = await list.generate();
  const question = page.getByRole("dialog", { name: "Discard the draft?" });
  await page.keyboard.press("Escape");
  await expect(dialog.root, "an untouched one is").toBeHidden();
  await expect(list.button("Generate")).toBeFocused();
  await list.generate();
  await dialog.expires.fill("31-12-2099");
  await page.keyboard.press("Escape");
  await expect(question).toMatchAriaSnapshot({ name: "discard.aria.yml" });
  await axe(page);
  await question.getByRole("button", { name: "Keep editing" }).click();
  await expect(dialog.expires).toHaveValue("31-12-2099");
  await page.mouse.click(2, 2);
  await expect(dialog.root, "a click beside it does nothing").toBeVisible();
  await page.keyboard.press("Escape");
  await question.getByRole("button", { name: "Discard" }).click();
  await expect(dialog.root).toBeHidden();
  await list.generate();
  await expect(dialog.expires).toHaveValue("");
  await dialog.button("Cancel").click();
  await expect(dialog.root).toBeHidden();
  expect(await owner.descriptions()).toEqual([]);
});

test("the focus stays inside the dialog", async ({ page, enter, owner }) => {
  expect(await owner.descriptions()).toEqual([]);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  for (let press = 0; press < 14; press++) {
    await page.keyboard.press("Tab");
    const where = await page.evaluate(() => document.activeElement?.closest("dialog")?.id ?? document.activeElement?.tagName);
    expect(["token-dialog", "BODY"], "the dialog or the browser's own controls").toContain(where);
  }
  await expect(dialog.root).toBeVisible();
});

test("no answer is told, and the draft waits", async ({ page, enter, owner, server, allowConsole }) => {
  allowConsole(/ERR_FAILED/);
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  await page.route("**/fn/tokens/**", (route) => route.abort());
  await dialog.button("Generate").click();
  await expect(dialog.root.getByRole("alert").first()).toHaveText(
    "The server did not answer. Check the connection and try again.",
  );
  await page.unroute("**/fn/tokens/**");
  const confirm = await dialog.submit();
  await page.route("**/fn/tokens/**", (route) => route.abort());
  await confirm.with(server.password);
  await expect(confirm.password).toHaveAccessibleDescription(/It may have been done all the same/);
  await page.unroute("**/fn/tokens/**");
  await confirm.with(server.password);
  await new Save(page).take();
  expect(await owner.descriptions()).toEqual(["Marketplace"]);
});

test("two presses make one token", async ({ page, enter, owner, server }) => {
  await enter(page, "/settings/tokens");
  const dialog = await new TokenList(page).generate();
  await dialog.api.selectOption("Marketplace");
  await dialog.submit();
  const confirm = new Confirm(page);
  await confirm.password.fill(server.password);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await new Save(page).take();
  expect(await owner.descriptions()).toEqual(["Marketplace"]);
});
