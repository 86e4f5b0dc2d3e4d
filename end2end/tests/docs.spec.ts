// The documentation of the API, for everybody.

import { expect, test } from "../fixtures.ts";

test("the overview is there without signing in", async ({ page, open, server, axe }) => {
  await open(page, "/docs/api");
  await expect(page).toHaveTitle("API docs · Keyrack");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API docs");
  for (const name of ["How to call", "What a token looks like", "Methods", "Result codes"]) {
    await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  }
  await expect(page.getByRole("main")).toContainText(`curl "${server.url}/1.0/environment/control/rest/stopenv"`);
  await expect(page.getByRole("main")).toContainText("krp_[0-9A-Za-z]{38}");
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "API docs" })).toHaveAttribute(
    "aria-current",
    "page",
  );
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: "StopEnv" }).click();
  await expect(page).toHaveURL("/docs/api/environment.control#StopEnv");
});

test("every class has a page that is complete", async ({ page, open, axe }) => {
  await open(page, "/docs/api");
  const classes = await page.locator("main h3 a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(classes).toContain("/docs/api/environment.control");
  for (const path of classes as string[]) {
    await open(page, path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(path.split("/").pop() ?? "");
    const contents = await page.getByRole("navigation", { name: "Methods of this class" }).getByRole("listitem").allInnerTexts();
    expect(contents.length).toBeGreaterThan(0);
    await expect(page.locator("main section").getByRole("heading", { level: 2 })).toHaveText(contents);
  }
  // All come from one template; the last one is a short one.
  await axe(page);
  const others = page.getByRole("navigation", { name: "API classes" });
  await others.getByText((classes as string[]).at(-1)!.split("/").pop()!).first().click();
  await expect(others.locator("[aria-current=page]")).toHaveText((classes as string[]).at(-1)!.split("/").pop()!);
  await axe(page);
  await others.getByRole("link", { name: "environment.control" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("environment.control");
  await page.getByRole("searchbox", { name: "Search methods" }).fill("stopenv");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL("/docs/api?q=stopenv");
});

test("a method has its parameters, answer, codes and a line that works", async ({ page, open, owner, server }) => {
  await open(page, "/docs/api/environment.control#StopEnv");
  const method = page.getByRole("region", { name: "StopEnv", exact: true });
  await expect(method).toBeInViewport();
  await expect(method).toMatchAriaSnapshot({ name: "stop-env.aria.yml" });
  await expect(method.locator("pre").first()).toHaveText(
    `curl "${server.url}/1.0/environment/control/rest/stopenv" \\\n  -H "Authorization: Bearer $KEYRACK_TOKEN" \\\n  --data-urlencode 'envName=my-project'`,
  );
  // The path in the page is the one that answers.
  const path = await method.locator(".docs-address code").innerText();
  const { secret } = await owner.token("Docs", { apiList: "environment.control.GetEnvs" });
  const answer = await fetch(server.url + path, { headers: { Authorization: `Bearer ${secret}` } });
  expect(await answer.json()).toMatchObject({ result: 8202 });
});

test("what no token may call shows a session, and the line works with one", async ({ page, open, server, api }) => {
  await open(page, "/docs/api/users.authentication#CreateToken");
  const lines = page.getByRole("region", { name: "CreateToken", exact: true }).locator("pre").first();
  await expect(lines).toContainText('-H "Authorization: Bearer $KEYRACK_SESSION"');
  const { session } = await api("users.authentication.Signin", { login: server.email, password: server.password });
  const path = "/1.0/users/authentication/rest/checksign";
  const answer = await fetch(server.url + path, { headers: { Authorization: `Bearer ${String(session)}` } });
  expect(await answer.json()).toMatchObject({ result: 0 });
});

test("what is not there is said, with the way back", async ({ page, open, axe, allowConsole }) => {
  allowConsole(/status of 404/);
  for (const path of ["/docs/api/no.such", "/settings/nothing", "/no-such-page"]) {
    await open(page, path);
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
    await axe(page);
  }
  await page.getByRole("link", { name: "Go to Environments" }).click();
  await expect(page).toHaveURL("/signin");
});
