import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { build, contextWith, dockerfileText, temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const machines = { "linux/amd64": "x86_64", "linux/arm64": "aarch64" } as const;
const platforms = Object.keys(machines);

test("the image of two platforms runs with docker on both, each on its machine", async () => {
  const image = `${testWorker().registry}/images/cross:1`;
  await build(contextWith(dockerfileText("cross")), { platforms, tags: [image], push: true });
  for (const [platform, machine] of Object.entries(machines)) {
    const ran = await run("docker", ["run", "--rm", "--pull=always", "--network=none", "--platform", platform, image]);
    expect(ran.stdout.trim(), ran.stderr).toBe(machine);
  }
});

test("skopeo reads the OCI archive of two platforms, its index and each image", async () => {
  const archive = join(temporaryFolder(), "cross.tar");
  await build(contextWith(dockerfileText("cross")), { platforms, outputs: [{ type: "oci", dest: archive }] });
  const raw = await run("skopeo", ["inspect", "--raw", `oci-archive:${archive}`]);
  expect(raw.code, raw.stderr).toBe(0);
  for (const architecture of ["amd64", "arm64"]) {
    const seen = await run("skopeo", ["inspect", "--override-arch", architecture, `oci-archive:${archive}`]);
    expect(seen.code, seen.stderr).toBe(0);
    expect(JSON.parse(seen.stdout)).toMatchObject({ Architecture: architecture, Os: "linux" });
  }
});

test("an image built without other wishes stays in the Docker engine under its name", async () => {
  await build(contextWith(dockerfileText("single")), { tags: ["llbc-test/single:1"] });
  const ran = await run("docker", ["run", "--rm", "--network=none", "llbc-test/single:1"]);
  expect(ran.stdout, ran.stderr).toBe("one\ntwo\n");
});

test("files for two platforms come in a folder for each, with modes and links as they were built", async () => {
  const folder = temporaryFolder();
  await build(contextWith(dockerfileText("cross")), { platforms, outputs: [{ type: "local", dest: folder }] });
  expect(readdirSync(folder).sort()).toEqual(["linux_amd64", "linux_arm64"]);
  expect(readFileSync(join(folder, "linux_amd64/machine.txt"), "utf8")).toBe("x86_64\n");
  expect(readFileSync(join(folder, "linux_arm64/machine.txt"), "utf8")).toBe("aarch64\n");
  expect(readFileSync(join(folder, "linux_arm64/target.txt"), "utf8")).toBe("from linux/amd64 for linux on arm64\n");
});

test("several outputs of one build", async () => {
  const folder = temporaryFolder();
  await build(contextWith(dockerfileText("scratch")), {
    outputs: [
      { type: "local", dest: join(folder, "files") },
      { type: "tar", dest: join(folder, "files.tar") },
      { type: "oci", dest: join(folder, "image.tar") },
      { type: "docker", dest: join(folder, "docker.tar") },
    ],
    tags: ["llbc-test/scratch:1"],
  });
  expect(readdirSync(folder).sort()).toEqual(["docker.tar", "files", "files.tar", "image.tar"]);
  expect(readFileSync(join(folder, "files/data/b.txt"), "utf8")).toBe("beta\n");
  for (const archive of [`oci-archive:${folder}/image.tar`, `docker-archive:${folder}/docker.tar`]) {
    const seen = await run("skopeo", ["inspect", archive]);
    expect(seen.code, seen.stderr).toBe(0);
  }
});
