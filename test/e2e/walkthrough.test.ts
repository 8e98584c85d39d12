import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../loopback.ts";
import { temporaryFolder } from "./builds.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const password = "correct horse";
/** bcrypt's of the password: registries take no other. */
const htpasswd = "user:$2b$05$EfOvnW064xERT3SB/h00YeoR22yT1tnE7/nIwhKQVD.POopFEhKjm\n";

test("log in, build for another machine with packages and make, push, and run what was pushed", async () => {
  const registry = await passwordRegistry();
  const image = `${registry}/user/app:tag`;
  const config = temporaryFolder();
  const env = { DOCKER_CONFIG: config };
  const packages = await fetchPackages();
  const context = makeContext();
  const solve = (...more: string[]): Promise<Ran> =>
    run(
      process.execPath,
      [
        join(root, "dist/cli.cjs"),
        ...["solve", "--platform", "linux/arm64", "-t", image, "--push"],
        ...["--build-context", `packages=${packages}`, "--build-arg", `BASE=${testWorker().base}`, ...more, "."],
      ],
      { cwd: context, env },
    );

  const refused = await solve();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/\[auth-refused\]/);
  expect(refused.stderr).toContain(registry);

  const login = ["login", registry, "--username", "user", "--password-stdin"];
  const loggedIn = await run("docker", login, { env, input: password });
  expect(loggedIn.code, loggedIn.stderr).toBe(0);
  const metadata = join(temporaryFolder(), "metadata.json");
  const built = await solve("--metadata-file", metadata);
  expect(built.code, built.stderr).toBe(0);

  const ran = await run(
    "docker",
    ["run", "--rm", "--pull=always", "--network=none", "--platform", "linux/arm64", image],
    {
      env,
    },
  );
  expect(ran.stdout, ran.stderr).toBe("hello from aarch64, made by GNU Make\n");
  const inspected = await run("skopeo", [
    ...["inspect", "--tls-verify=false", "--override-arch", "arm64", "--creds", `user:${password}`],
    `docker://${image}`,
  ]);
  expect(inspected.code, inspected.stderr).toBe(0);
  const { Architecture, Digest } = JSON.parse(inspected.stdout);
  const told = JSON.parse(readFileSync(metadata, "utf8"));
  expect([Architecture, Digest]).toEqual(["arm64", told["containerimage.digest"]]);

  const auth = Buffer.from(`user:${password}`).toString("base64");
  for (const { stdout, stderr } of [refused, built]) {
    for (const secret of [password, auth]) expect(stdout + stderr).not.toContain(secret);
  }
  for (const secret of [password, auth]) expect(JSON.stringify(told)).not.toContain(secret);
});

function makeContext(): string {
  const context = temporaryFolder();
  const files = {
    Dockerfile: `ARG BASE
FROM $BASE AS build
RUN mkdir -p usr/lib && ln -s usr/lib /lib
RUN --mount=type=bind,from=packages,target=/packages \\
    for package in /packages/*.deb; do dpkg-deb -x $package /; done
ENV PATH=/usr/bin:/bin
WORKDIR /src
COPY . .
RUN make

FROM $BASE
COPY --from=build /src/hello /usr/bin/hello
WORKDIR /srv
CMD ["/usr/bin/hello"]
`,
    Makefile: `hello: hello.sh.in
\tsed "s/@MAKE@/$(shell $(MAKE) --version | head -n 1 | cut -d ' ' -f 1,2)/" $< > $@
\tchmod 755 $@
`,
    "hello.sh.in": '#!/bin/sh\necho "hello from $(uname -m), made by @MAKE@"\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(context, name), text);
  return context;
}

/** Debian's make for arm64 and what it needs, in a folder. */
async function fetchPackages(): Promise<string> {
  const script = join(root, "scripts/worker/fetch-packages.mjs");
  const fetched = await run(process.execPath, [script, "arm64", "make", "libc6"]);
  expect(fetched.code, fetched.stderr).toBe(0);
  return fetched.stdout.trim();
}

/** Debian's registry with a user who has a password; gives its host and port. */
async function passwordRegistry(): Promise<string> {
  const folder = temporaryFolder();
  const host = `127.0.0.1:${await freePort()}`;
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "htpasswd"), htpasswd);
  writeFileSync(
    join(folder, "registry.yml"),
    `version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${join(folder, "data")} } }
http: { addr: "${host}" }
auth: { htpasswd: { realm: test, path: ${join(folder, "htpasswd")} } }
`,
  );
  const program = join(testWorker().programs, "usr/bin/docker-registry");
  const registry = spawn(program, ["serve", join(folder, "registry.yml")], { stdio: "ignore" });
  onTestFinished(() => {
    registry.kill("SIGKILL");
  });
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return host;
    if (attempt === 200) throw new Error("the registry does not answer");
    await setTimeout(25);
  }
}
