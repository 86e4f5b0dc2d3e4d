// Two servers on one host, in one browser, which keeps cookies by host and not by port.

import { Server, expect, test } from "../fixtures.ts";

test("signing in at one server signs nobody out of another one on the same host", async ({ page, context, server }) => {
  const other = await Server.create();
  try {
    for (const { url, email, password } of [server, other]) {
      await page.goto(`${url}/signin`);
      await page.getByRole("textbox", { name: "Email" }).fill(email);
      await page.getByRole("textbox", { name: "Password" }).fill(password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page).toHaveURL(`${url}/`);
    }
    for (const { url } of [server, other]) {
      await page.goto(`${url}/settings/account`);
      await expect(page).toHaveURL(`${url}/settings/account`);
    }
    // It is as long-lived as the session is: closing the browser ends neither.
    const cookies = await context.cookies();
    expect(new Set(cookies.map(({ name }) => name)).size).toBe(2);
    for (const { expires } of cookies) expect(expires).toBeGreaterThan(Date.now() / 1000 + 13 * 86_400);

    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(`${other.url}/signin`);
    await page.goto(`${server.url}/settings/account`);
    await expect(page).toHaveURL(`${server.url}/settings/account`);
  } finally {
    await other.destroy();
  }
});
