// Without a mail server, what people have to be told stands in the dashboard.

import { expect, test } from "../fixtures.ts";

test("new tokens and second factors are told, until they are read", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  await enterAs(page, ada, "/notices");
  await expect(page.getByRole("main")).toContainText("Nothing yet.");
  await expect(page.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
  await axe(page);

  const secret = await ada.token("Deploy <b>now</b>");
  await ada.enrol();
  await page.goto("/");
  const bell = page.getByRole("link", { name: "Notices, 2 unread" });
  await bell.press("Enter");
  await expect(page).toHaveURL("/notices");
  const notices = page.getByRole("main").getByRole("listitem");
  await expect(notices.getByRole("heading")).toContainText([
    "Second factor switched on: one-time codes",
    "Access token “Deploy <b>now</b>” was generated",
  ]);
  await expect(notices.first()).toContainText("New");
  expect(await page.content(), "no secret is told").not.toContain(secret);
  await axe(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await axe(page);
  await page.getByRole("button", { name: "Mark all as read" }).press("Enter");
  await expect(page).toHaveURL("/notices");
  await expect(page.getByRole("link", { name: "Notices", exact: true })).toBeVisible();
  await expect(notices).toHaveCount(2);
  await expect(notices.first()).not.toContainText("New");
});

test("a sign-in from a new device is told, one from a known device is not", async ({ page, browser, server, newPerson, enterAs }) => {
  const ada = await newPerson();
  await enterAs(page, ada);
  const context = await browser.newContext({ baseURL: server.url, userAgent: "Mozilla/5.0 (X11; Linux) <script>alert(1)</script> Firefox/140.0" });
  await ada.signIn(context.request);
  await ada.signIn(context.request);
  await context.close();
  await page.goto("/notices");
  const notices = page.getByRole("main").getByRole("listitem");
  await expect(notices).toHaveCount(1);
  await expect(notices).toContainText("127.0.0.1");
  await expect(notices).toContainText("<script>alert(1)</script>");
  await page.goto("/settings/security");
  await expect(page.getByRole("region", { name: "Signed in" })).toBeVisible();
});
