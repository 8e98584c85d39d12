import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { llbc } from "../cli/rig.ts";
import { temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

test("what docker buildx built is taken over from the worker's own history, once", async () => {
  const { base, dockerHost } = testWorker();
  const [folder, state] = [temporaryFolder(), temporaryFolder()];
  const mark = randomUUID();
  writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\nRUN echo ${mark}\n`);
  const metadata = join(state, "metadata.json");
  const built = await run("docker-buildx", ["build", "--progress=plain", "--metadata-file", metadata, folder]);
  expect(built.code, built.stderr).toBe(0);
  const ref = String(JSON.parse(readFileSync(metadata, "utf8"))["buildx.build.ref"].split("/").at(-1));

  const history = async (...args: readonly string[]) => {
    const told = await llbc(folder, ["history", ...args, "--json"], { env: { XDG_STATE_HOME: state } });
    expect(told.code, told.err).toBe(0);
    return JSON.parse(told.out);
  };
  expect(await history("import", "--worker", ref, "--addr", dockerHost)).toMatchObject([{ ref, outcome: "completed" }]);
  const { vertices } = await history("show", ref);
  const step = vertices.find(({ name }: { readonly name: string }) => name.endsWith(`RUN echo ${mark}`));
  expect(step).toMatchObject({ kind: "exec", state: "completed", log: [mark] });
  expect(await history("import", "--worker", ref, "--addr", dockerHost)).toEqual([]);
});
