import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./builds.ts";
import { git, gitServer, webServer } from "./web-server.ts";
import { type Ran, run } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** Builds with files as the result, and gives one of them, `out`. */
async function built(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<string> {
  const dest = join(temporaryFolder(), "dest");
  const ran = await llbc(["solve", ...args, "-o", dest], options);
  expect(ran.code, ran.stderr).toBe(0);
  return readFileSync(join(dest, "out"), "utf8");
}

function llbc(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ran> {
  return run(process.execPath, [cli, ...args], options);
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const copying = "FROM scratch\nCOPY file /out\n";
const copyingOther = "FROM scratch\nCOPY other /out\n";

function tar(folder: string, flag: string): Buffer {
  return execFileSync("tar", ["-C", folder, `-c${flag}f`, "-", "."], { maxBuffer: 1 << 30 });
}

test.each([
  ["plain", ""],
  ["gzip", "z"],
  ["bzip2", "j"],
  ["xz", "J"],
])("an archive on standard input is the context (%s), with its own Dockerfiles and ignore file", async (name, flag) => {
  const folder = folderWith({
    Dockerfile: copying,
    "sub/Dockerfile.other": "FROM scratch\nCOPY . /all\nCOPY other /out\n",
    "sub/Dockerfile.other.dockerignore": "file\n",
    file: `file by ${name}`,
    other: `other by ${name}`,
  });
  expect(await built(["-"], { input: tar(folder, flag) })).toBe(`file by ${name}`);
  expect(await built(["-", "--require-cache"], { input: tar(folder, flag) })).toBe(`file by ${name}`);
  expect(await built(["-", "-f", "sub/Dockerfile.other"], { input: tar(folder, flag) })).toBe(`other by ${name}`);
});

test("a large archive streams through; what a build does not read of it is let go", async () => {
  const folder = folderWith({ Dockerfile: copying, big: "x".repeat(40 << 20), file: "after a lot" });
  expect(await built(["-"], { input: tar(folder, "") })).toBe("after a lot");
  const failed = await llbc(["solve", "-", "-f", "none"], { input: tar(folder, "") });
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain("none");
  const refused = await llbc(["solve", "-", "--addr", "unix:///no/such.sock"], { input: tar(folder, "") });
  expect(refused.code).toBe(1);
});

test("a Dockerfile on standard input: alone, beside a folder, and never with -f", async () => {
  expect(await built(["-"], { input: "FROM scratch\nCOPY <<EOT /out\nalone\nEOT\n" })).toBe("alone\n");
  const folder = folderWith({ Dockerfile: "FROM nothing", file: "from the folder" });
  expect(await built([folder, "-f", "-"], { input: copying })).toBe("from the folder");
  for (const args of [
    ["-", "-f", "-"],
    ["-", "-f", "Dockerfile"],
  ]) {
    expect((await llbc(["solve", ...args], { input: copying })).code).toBe(2);
  }
  const zstd = await llbc(["solve", "-"], { input: Buffer.from("28b52ffd0000", "hex") });
  expect(zstd).toMatchObject({ code: 2, stderr: expect.stringContaining("zstd -dc") });
});

test("standard input is looked at the same way by the commands that build nothing", async () => {
  const folder = folderWith({ Dockerfile: "FROM scratch AS one\nFROM one AS two\n" });
  const ran = await llbc(["solve", "-", "--call", "targets,format=json"], { input: tar(folder, "z") });
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout).targets.map(({ name }: { readonly name: string }) => name)).toEqual(["one", "two"]);
});

test("a Dockerfile outside of the context, with an ignore file of its own", async () => {
  const folder = folderWith({ ".dockerignore": "other\n", file: "kept", other: "left out" });
  const place = folderWith({ "app.Dockerfile": copyingOther, "app.Dockerfile.dockerignore": "file\n" });
  expect(await built([folder, "-f", join(place, "app.Dockerfile")])).toBe("left out");
  writeFileSync(join(place, "app.Dockerfile"), copying);
  const ran = await llbc(["solve", folder, "-f", join(place, "app.Dockerfile")]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('"/file"');
});

test("web addresses: an archive as the context, a Dockerfile as the context, a Dockerfile for -f", async () => {
  const folder = folderWith({ Dockerfile: copying, Other: copyingOther, file: "by the web", other: "another" });
  const site = folderWith({
    "app.Dockerfile": copying,
    "alone.Dockerfile": "FROM scratch\nCOPY <<EOT /out\nweb\nEOT\n",
  });
  writeFileSync(join(site, "context.tar.gz"), tar(folder, "z"));
  const web = await webServer(site);
  expect(await built([`${web}/context.tar.gz`])).toBe("by the web");
  expect(await built([`${web}/context.tar.gz`, "-f", "Other"])).toBe("another");
  expect(await built([`${web}/alone.Dockerfile`])).toBe("web\n");
  expect(await built([folder, "-f", `${web}/app.Dockerfile`])).toBe("by the web");
  expect(await built(["-", "-f", `${web}/app.Dockerfile`], { input: tar(folder, "") })).toBe("by the web");
  const here = folderWith({ Dockerfile: copyingOther });
  expect(await built([`${web}/context.tar.gz`, "-f", join(here, "Dockerfile")])).toBe("another");
  expect(await built([`${web}/context.tar.gz`, "-f", "-"], { input: copyingOther })).toBe("another");
  const missing = await llbc(["solve", folder, "-f", `${web}/none`]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain(`${web}/none`);
});

test("git addresses: branches, commits and folders, as a fragment and as a query", async () => {
  const folder = temporaryFolder();
  const work = join(folder, "app.git");
  mkdirSync(join(work, "sub"), { recursive: true });
  git(work, "init", "-q");
  writeFileSync(join(work, "Dockerfile"), copying);
  writeFileSync(join(work, "file"), "main");
  writeFileSync(join(work, "sub/Dockerfile"), "FROM scratch\nCOPY file /out\n");
  writeFileSync(join(work, "sub/file"), "folder");
  git(work, "add", "-A");
  git(work, "commit", "-qm", "one");
  const first = git(work, "rev-parse", "HEAD");
  git(work, "checkout", "-qb", "dev");
  writeFileSync(join(work, "file"), "branch");
  git(work, "commit", "-qam", "two");
  git(work, "checkout", "-q", "main");
  const address = `${await gitServer(folder)}/app.git`;
  expect(await built([address])).toBe("main");
  expect(await built([`${address}#dev`])).toBe("branch");
  expect(await built([`${address}#main:sub`])).toBe("folder");
  expect(await built([`${address}?branch=dev`])).toBe("branch");
  expect(await built([`${address}?ref=main&subdir=sub`])).toBe("folder");
  expect(await built([`${address}#dev`, "-f", "-"], { input: "FROM scratch\nCOPY sub/file /out\n" })).toBe("folder");
  const named = folderWith({ Dockerfile: "FROM scratch\nCOPY --from=code file /out\n" });
  expect(await built([named, "--build-context", `code=${address}#${first}`])).toBe("main");
});

test("named contexts of every other kind: a folder, a file on the web, an image in a folder", async () => {
  const files = folderWith({ file: "folder" });
  const site = temporaryFolder();
  writeFileSync(join(site, "plain"), "download");
  const web = await webServer(site);
  const layout = join(temporaryFolder(), "layout");
  const made = folderWith({ Dockerfile: copying, file: "layout" });
  const ran = await llbc(["solve", made, "-t", "made:1", "-o", `type=oci,dest=${layout},tar=false`]);
  expect(ran.code, ran.stderr).toBe(0);
  const from = (path: string) => folderWith({ Dockerfile: `FROM scratch\nCOPY --from=code ${path} /out\n` });
  expect(await built([from("file"), "--build-context", `code=${files}`])).toBe("folder");
  // A download is one file, called as BuildKit calls downloads, whatever is in it.
  expect(await built([from("context"), "--build-context", `code=${web}/plain`])).toBe("download");
  expect(await built([from("out"), "--build-context", `code=oci-layout://${layout}:1`])).toBe("layout");
  const wrong = await llbc(["solve", from("out"), "--build-context", "code=target:other"]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("oci-layout://");
});
