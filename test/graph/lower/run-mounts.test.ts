import { describe, expect, test } from "vitest";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { runMounts } from "../../../src/graph/lower/run-mounts.ts";
import type { Mount } from "../../../src/parser/instruction.ts";
import { lowerContext, mainContext, mount, run, sourceStage, stageState } from "./stage.ts";

function lower(parts: Partial<Mount>, contextParts: Parameters<typeof lowerContext>[0] = {}, workdir = "/work") {
  const { context, records } = lowerContext({ sources: [sourceStage()], ...contextParts });
  return { ...runMounts(context, stageState({ workdir }), run({ mounts: [mount(parts)] })), records };
}

describe("a bind mount", () => {
  test("reads a path of the main context, cleaned", () => {
    const { mounts, records } = lower({ source: "../src/./a" });
    expect(mounts).toMatchObject([
      { target: "/m", source: mainContext, selector: "/src/a", readonly: true, noOutput: false },
    ]);
    expect(records.contextPaths).toEqual(["/src/a"]);
  });

  test("reads a path of a stage", () => {
    const stage = sourceStage();
    const { mounts, records } = lower({ from: "tools", source: "bin" }, { sources: [stage] });
    expect(mounts).toMatchObject([{ source: stage.root, selector: "/bin" }]);
    expect(stage.paths).toEqual(["/bin"]);
    expect(records.contextPaths).toEqual([]);
  });

  test("of a stage that comes later is refused", () => {
    const later = sourceStage({ dispatched: false });
    expect(() => lower({ from: "later" }, { sources: [later] })).toThrow(/defined before/);
  });

  test("that is writable drops what is written, where the worker can", () => {
    expect(lower({ readOnly: false }).mounts).toMatchObject([{ readonly: false, noOutput: true }]);
    const caps = { has: (id: string) => id !== "exec.mount.bind.readwrite-nooutput" };
    expect(lower({ readOnly: false }, { caps }).mounts).toMatchObject([{ readonly: false, noOutput: false }]);
  });

  test.each([
    ["a", "/work/a"],
    ["./a/../b", "/work/b"],
    ["", "/work"],
    ["/a/../b/", "/a/../b/"],
  ])("on %j is on %j", (target, expected) => {
    expect(lower({ target }).mounts).toMatchObject([{ target: expected }]);
  });

  test.each([
    ["/", "/work"],
    ["", "/"],
    [".", "/"],
    ["..", "/work"],
  ])("on %j below %j would cover the root", (target, workdir) => {
    expect(() => lower({ target }, {}, workdir)).toThrow(InvalidDockerfile);
  });
});

describe("a cache", () => {
  test("is called after its target, below the namespace", () => {
    expect(lower({ type: "cache", target: "/c//x/" }).mounts).toMatchObject([
      { cache: { id: "//c/x", sharing: "shared" } },
    ]);
    expect(lower({ type: "cache", target: "c" }, { cacheIdNamespace: "ns" }).mounts).toMatchObject([
      { target: "/work/c", cache: { id: "ns/c" } },
    ]);
    expect(lower({ type: "cache", cacheId: "id", cacheSharing: "locked" }).mounts).toMatchObject([
      { cache: { id: "/id", sharing: "locked" } },
    ]);
  });

  test("with an owner starts in a folder made for it", () => {
    const [made] = lower({ type: "cache", uid: 7 }).mounts;
    expect(made).toMatchObject({
      selector: "/cache",
      source: {
        vertex: {
          kind: "file",
          actions: [{ kind: "mkdir", path: "/cache", mode: 0o755, owner: { user: { id: 7 }, group: { id: 0 } } }],
        },
      },
    });
    expect(lower({ type: "cache", mode: 0 }).mounts).toMatchObject([
      { source: { vertex: { actions: [{ mode: 0 }] } } },
    ]);
  });

  test("with an owner and a folder to start from stays as it is", () => {
    const stage = sourceStage();
    const { mounts } = lower({ type: "cache", from: "tools", source: "seed", uid: 7 }, { sources: [stage] });
    expect(mounts).toMatchObject([{ source: stage.root, selector: "/seed" }]);
  });
});

describe("a tmpfs", () => {
  test("is empty, though it counts as a use of what it names", () => {
    const { mounts, records } = lower({ type: "tmpfs", sizeLimit: 64 });
    expect(mounts).toMatchObject([{ source: undefined, tmpfs: { size: 64n } }]);
    expect(records.contextPaths).toEqual(["/"]);
  });
});

describe("a secret", () => {
  test.each<[Partial<Mount>, object]>([
    [{ cacheId: "key" }, { id: "key", target: "/run/secrets/key" }],
    [{ cacheId: "a/b" }, { id: "a/b", target: "/run/secrets/b" }],
    [{ source: "key" }, { id: "key", target: "/run/secrets/key" }],
    [{ target: "/etc/key.pem" }, { id: "key.pem", target: "/etc/key.pem" }],
    [
      { cacheId: "key", env: "KEY" },
      { id: "key", target: undefined, env: "KEY" },
    ],
    [
      { cacheId: "key", env: "KEY", target: "/k" },
      { target: "/k", env: "KEY" },
    ],
    [
      { cacheId: "key", env: "" },
      { target: undefined, env: "" },
    ],
    [{ cacheId: "key" }, { uid: 0, gid: 0, mode: 0o400, optional: true }],
    [
      { cacheId: "key", uid: 5, required: true },
      { uid: 5, gid: 0, mode: 0o400, optional: false },
    ],
    [{ cacheId: "key", mode: 0o666 }, { mode: 0o666 }],
  ])("%j", (parts, expected) => {
    const { secrets, mounts, records } = lower({ type: "secret", target: "", ...parts });
    expect(secrets).toMatchObject([expected]);
    expect(mounts).toEqual([]);
    expect(records.secrets).toHaveLength(1);
    expect(records.contextPaths).toEqual([]);
  });
});

describe("an agent", () => {
  test("is the default one without a name, which only the outline gives it", () => {
    const { ssh, records } = lower({ type: "ssh", target: "" });
    expect(ssh).toEqual([{ id: "", target: undefined, uid: 0, gid: 0, mode: 0o600, optional: true }]);
    expect(records.ssh).toEqual([{ id: "default", required: false }]);
  });

  test("has no source", () => {
    expect(() => lower({ type: "ssh", source: "x" })).toThrow(InvalidDockerfile);
  });
});
