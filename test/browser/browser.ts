import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** The browser of this machine: Debian's, or the one that `CHROMIUM` names. */
export async function launchBrowser(): Promise<Browser> {
  const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (spawnSync(program, ["--version"]).status !== 0) {
    throw new Error(`${program} does not run: install Debian's package chromium, or name one in CHROMIUM`);
  }
  // Root, as in a container, gets no sandbox.
  return chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

export interface OpenPage {
  readonly page: Page;
  /** What went wrong on the page, or was asked of the network. */
  readonly complaints: readonly string[];
}

/** Opens a document from disk, as users do. Closed after the test. */
export async function openPage(browser: Browser, html: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const folder = mkdtempSync(join(tmpdir(), "llbc-page-"));
  const file = join(folder, "page.html");
  writeFileSync(file, html);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  onTestFinished(async () => {
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const url = pathToFileURL(file).href;
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { page, complaints };
}
