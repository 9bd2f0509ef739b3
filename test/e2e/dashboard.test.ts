import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { freePort } from "./harness/ports.ts";
import { describeWithReal, realProgram } from "./harness/programs.ts";
import { startGroup, type WatchedGroup } from "./harness/watched-group.ts";

const TOKEN = "a-token-that-nobody-guesses-0123456789";
/** A loaded machine is slow; what is waited for comes in a second on an idle one. */
const PATIENCE_MS = 30_000;

const lab = new Lab();
let group: WatchedGroup;
let browser: Browser;
let page: Page;
/** What the browser complained about; a refused connection is none of the page's faults. */
const complaints: string[] = [];

async function openPage(address: string): Promise<Page> {
  browser = await chromium.launch({ executablePath: realProgram("chromium").file });
  const opened = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  opened.setDefaultTimeout(PATIENCE_MS);
  opened.on("pageerror", (error) => complaints.push(error.message));
  opened.on("console", (message) => {
    const text = message.text();
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (!/Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/.test(text)) complaints.push(text);
  });
  await opened.goto(address);
  return opened;
}

/** The address that the page shows as the master's, once it is another one. */
async function masterOtherThan(port: number): Promise<number> {
  const where = page.locator(".title .where");
  const seen = await lab.until({
    name: `the page shows another master than port ${port}`,
    look: async () => Number((await where.textContent())?.split(":").at(-1)),
    holds: (shown) => Number.isInteger(shown) && shown !== port,
    withinMs: PATIENCE_MS,
  });
  return seen;
}

function serverAt(port: number) {
  const server = group.servers.find((each) => each.port === port);
  if (server === undefined) throw new Error(`nobody is on port ${port}`);
  return server;
}

describeWithReal(["chromium"], "the dashboard in a browser", () => {
  beforeAll(async () => {
    const httpPort = await freePort();
    const tokenFile = join(lab.folder("secrets"), "token");
    writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
    group = await startGroup(lab, {
      data: "vedette",
      sentinels: ["vedette", "vedette", "vedette"],
      lines: (sentinel) =>
        sentinel === 0
          ? [`vedette http-port ${httpPort}`, `vedette http-token-file ${tokenFile}`]
          : [],
    });
    page = await openPage(`http://127.0.0.1:${httpPort}/`);
  });
  afterAll(async () => {
    await browser?.close();
    await lab.cleanUp();
  });

  it("shows who is there and how they stand", async () => {
    await page.getByRole("heading", { name: "mymaster", level: 1 }).waitFor();
    await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    for (const { port } of group.servers) {
      await page.getByRole("img", { name: `127.0.0.1:${port}:` }).waitFor();
    }
    await page.getByRole("img", { name: /^sentinel .*: this one/ }).waitFor();
    await page.getByText("1 sentinel and 1 replica more may be lost").waitFor();
    await page.getByText(/would take over \(/).waitFor();
  });

  it("fails over behind a token and a confirmation that names the consequence", async () => {
    const [{ port: old }] = group.servers;
    await page.getByRole("button", { name: "Fail over now…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`becomes the master of mymaster in place of 127.0.0.1:${old}`).waitFor();
    const confirm = dialog.getByRole("button", { name: "Fail over now" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel("Token").fill("guessed");
    await confirm.click();
    await dialog.getByText("That is not the token.").waitFor();
    await dialog.getByLabel("Token").fill(TOKEN);
    await confirm.click();
    await dialog.waitFor({ state: "hidden" });
    await masterOtherThan(old);
    // As text: the tests know no browser's names.
    const stored: unknown = await page.evaluate(
      "[Object.values({ ...sessionStorage }), Object.values({ ...localStorage }), document.cookie]",
    );
    expect(stored).toEqual([[TOKEN], ["system"], ""]);
    await page.locator(".failover").first().getByText("+switch-master").waitFor();
  });

  it("moves the master to a chosen replica, pauses and resumes", async () => {
    const before = await masterOtherThan(0);
    const target = group.servers.find(({ port }) => port !== before)?.port;
    await page.getByRole("button", { name: "Switch over…", disabled: false }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(`127.0.0.1:${target}`, { exact: true }).check();
    await dialog.getByText("no acknowledged write is lost").waitFor();
    // Until the replicas have followed the last change the sentinel refuses, and the dialog says why.
    await lab.until({
      name: "the switchover is taken on",
      look: async () => {
        if (!(await dialog.isVisible())) return "taken on";
        const order = dialog.getByRole("button", { name: "Switch over" });
        // While it is being ordered the button says so, and is another one.
        await order.click({ timeout: 200 }).catch(() => undefined);
        return dialog.innerText({ timeout: 200 }).catch(() => "");
      },
      holds: (seen) => seen === "taken on",
    });
    expect(await masterOtherThan(before)).toBe(target);

    await page.getByRole("button", { name: "Pause failovers…", disabled: false }).click();
    await dialog.getByLabel("Why (others will read it)").fill("<b>kernel</b>");
    await dialog.getByText("For 10 min nobody takes over").waitFor();
    await dialog.getByRole("button", { name: "Pause failovers" }).click();
    const said = page.getByText(/Failovers are paused until .*: <b>kernel<\/b>/);
    await said.first().waitFor();
    await page.getByRole("button", { name: "Resume failovers…", disabled: false }).click();
    await dialog.getByRole("button", { name: "Resume failovers" }).click();
    await page.getByRole("button", { name: "Pause failovers…" }).waitFor();
  });

  it("follows the failover of a master that dies", async () => {
    const before = await masterOtherThan(0);
    await serverAt(before).crash();
    const after = await masterOtherThan(before);
    await page.getByRole("img", { name: `master 127.0.0.1:${after}: up` }).waitFor();
    const newest = page.locator(".failover").first();
    await newest.getByText("+sdown").first().waitFor();
    await newest.getByText("+switch-master").waitFor();
    await newest.getByRole("img", { name: /^Phases: .*announce/ }).waitFor();
    await page
      .getByText("One more replica lost")
      .or(page.getByText("no failover"))
      .first()
      .waitFor();
  });

  it("says that the connection is lost, and catches up when it is back", async () => {
    const [sentinel] = group.sentinels;
    if (sentinel === undefined) throw new Error("there are sentinels");
    await sentinel.crash();
    await page
      .getByRole("alert")
      .getByText(/Connection lost at/)
      .waitFor();
    expect(await page.getByRole("button", { name: "Pause failovers…" }).isDisabled()).toBe(true);
    await sentinel.start();
    await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
    await page.getByRole("img", { name: /^sentinel .*: this one/ }).waitFor();
  });

  it("obeys the content security policy, and throws nothing", () => {
    expect(complaints).toEqual([]);
  });
});
