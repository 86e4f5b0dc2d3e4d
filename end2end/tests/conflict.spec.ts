// Two people or two tabs with one token: the later one is told, and nothing is overwritten unseen.

import { expect, test } from "../fixtures.ts";
import { readableDay, typedDay } from "../steps/owner.ts";
import { TokenList } from "../steps/tokens.ts";

test.describe("two tabs with the same token", () => {
  test("the later one is told what changed and can keep its draft", async ({ page, enter, owner, server, axe }) => {
    const token = await owner.token("Deploy");
    await enter(page, "/settings/tokens");
    const other = await page.context().newPage();
    await other.goto("/settings/tokens");
    await other.locator("html[data-hydrated]").waitFor();

    const late = await new TokenList(page).edit("Deploy");
    await late.description.fill("Deploy, mine");
    const early = await new TokenList(other).edit("Deploy");
    await early.expires.fill(typedDay(30));
    await early.item("SleepEnv").click();
    await (await early.submit()).with(server.password);
    await expect(early.root).toBeHidden();

    await late.button("Apply").click();
    const notice = late.root.getByRole("alert").filter({ hasText: "Changed by somebody else" });
    await expect(notice.getByRole("listitem")).toHaveText([
      `It now expires on ${readableDay(30)}.`,
      "Added: environment.control.SleepEnv.",
    ]);
    await expect(late.description, "nothing of the draft is lost").toHaveValue("Deploy, mine");
    await axe(page);
    expect(await owner.descriptions(), "nothing is overwritten").toEqual(["Deploy"]);
    await late.button("Keep my draft").click();
    await expect(notice).toBeHidden();
    await expect(late.description).toHaveValue("Deploy, mine");
    await expect(late.expires, "what one left alone follows the other").toHaveValue(typedDay(30));
    const confirm = await late.submit();
    await expect(confirm.lines).toHaveText(["Description: “Deploy” becomes “Deploy, mine”."]);
    await confirm.with(server.password);
    await expect(late.root).toBeHidden();
    expect(await owner.methodsOf(token.id)).toEqual(["environment.control.SleepEnv", "environment.control.StopEnv"]);
    expect(await owner.descriptions()).toEqual(["Deploy, mine"]);
  });

  test("it is told as well when the change came while the password was asked", async ({ page, enter, owner, server }) => {
    const token = await owner.token("Deploy");
    await enter(page, "/settings/tokens");
    const dialog = await new TokenList(page).edit("Deploy");
    await dialog.description.fill("Mine");
    const confirm = await dialog.submit();
    await owner.edit(token.id, { description: "Theirs" });
    await confirm.with(server.password);
    await expect(confirm.root).toBeHidden();
    await expect(dialog.root.getByRole("alert").filter({ hasText: "Changed by somebody else" })).toContainText(
      "The description is now “Theirs”.",
    );
    expect(await owner.descriptions()).toEqual(["Theirs"]);
    await dialog.button("Load the current state").click();
    await expect(dialog.description).toHaveValue("Theirs");
    await dialog.button("Cancel").click();
    await expect(new TokenList(page).row("Theirs"), "the list is fresh").toBeVisible();
  });

  test("a regenerated secret is a change as well", async ({ page, enter, owner }) => {
    const token = await owner.token("Deploy");
    await enter(page, "/settings/tokens");
    const dialog = await new TokenList(page).edit("Deploy");
    await owner.regenerate(token.id);
    await dialog.button("Apply").click();
    await expect(dialog.root.getByRole("alert").first()).toContainText("Its secret was regenerated.");
  });
});

test.describe("a token that was removed elsewhere", () => {
  test("is told when it is edited", async ({ page, enter, owner }) => {
    const token = await owner.token("Gone soon");
    await owner.token("Stays");
    await enter(page, "/settings/tokens");
    const list = new TokenList(page);
    const dialog = await list.edit("Gone soon");
    await owner.remove(token.id);
    await dialog.button("Apply").click();
    await expect(dialog.root).toBeHidden();
    await expect(page.locator(".toast")).toContainText(/no (such )?token|not there|removed/i);
    await expect(list.descriptions).toHaveText(["Stays"]);
    await expect(list.row("Stays"), "the keyboard has a place").toBeFocused();
  });

  test("is told when the password is given", async ({ page, enter, owner, server }) => {
    const token = await owner.token("Gone soon");
    await enter(page, "/settings/tokens");
    const list = new TokenList(page);
    const dialog = await list.edit("Gone soon");
    await dialog.description.fill("Too late");
    const confirm = await dialog.submit();
    await owner.remove(token.id);
    await confirm.with(server.password);
    await expect(dialog.root).toBeHidden();
    await expect(page.locator(".toast")).toBeVisible();
    await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
    await expect(list.button("Generate")).toBeFocused();
  });

  test("is told when it is removed once more, and the others stay", async ({ page, enter, owner, server }) => {
    const token = await owner.token("Gone soon");
    await owner.token("Stays");
    await enter(page, "/settings/tokens");
    const list = new TokenList(page);
    await list.cells("Gone soon").first().click();
    await list.cells("Stays").first().click({ modifiers: ["Shift"] });
    await list.button("Remove").click();
    await owner.remove(token.id);
    await page.getByRole("dialog").getByLabel("Password").fill(server.password);
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.locator(".toast.danger")).toBeVisible();
    await expect(list.descriptions).toHaveText(["Stays"]);
    expect(await owner.descriptions()).toEqual(["Stays"]);
  });
});
