import { expect, test } from "vitest";
import { frontendOptions } from "../../src/solver/frontend-options.ts";

test("options have BuildKit's names, and keep what keys there are", () => {
  const buildArgs: Record<string, string> = JSON.parse('{"VERSION": "1", "__proto__": "x", "7": "y"}');
  const attrs = frontendOptions(
    {
      target: "test",
      buildArgs,
      labels: { a: "b" },
      platforms: ["linux/amd64", "linux/arm64"],
      noCacheFilter: ["deps", "test"],
      addHosts: ["db:10.0.0.1", "six:::1", "six2:[::1]", "given=1.2.3.4"],
      ulimits: ["nofile=1024:2048"],
      shmSize: 67108864,
      cgroupParent: "/builds",
      network: "none",
    },
    "buildkit",
  );
  expect([...attrs]).toEqual(
    expect.arrayContaining([
      ["target", "test"],
      ["build-arg:VERSION", "1"],
      ["build-arg:__proto__", "x"],
      ["build-arg:7", "y"],
      ["label:a", "b"],
      ["platform", "linux/amd64,linux/arm64"],
      ["no-cache", "deps,test"],
      ["add-hosts", "db=10.0.0.1,six=::1,six2=::1,given=1.2.3.4"],
      ["ulimit", "nofile=1024:2048"],
      ["shm-size", "67108864"],
      ["cgroup-parent", "/builds"],
      ["force-network-mode", "none"],
    ]),
  );
});

test("nothing said is nothing sent, but that an engine prefers the images it has", () => {
  const nothing = { platforms: [], noCacheFilter: [], addHosts: [], ulimits: [], network: "default", noCache: false };
  expect([...frontendOptions(nothing, "buildkit")]).toEqual([]);
  expect([...frontendOptions({}, "docker")]).toEqual([["image-resolve-mode", "local"]]);
  expect([...frontendOptions({ pull: true }, "docker")]).toEqual([["image-resolve-mode", "pull"]]);
});

test("no-cache for all is an empty list, which wins over some stages", () => {
  expect(frontendOptions({ noCache: true, noCacheFilter: ["a"] }, "buildkit").get("no-cache")).toBe("");
});

test("what is given by BuildKit's own names wins", () => {
  const attrs = frontendOptions({ target: "a", frontendOptions: { target: "b", hostname: "h" } }, "buildkit");
  expect(Object.fromEntries(attrs)).toEqual({ target: "b", hostname: "h" });
});

test("host-gateway is the address that the engine tells; who tells none cannot have it", () => {
  const addHosts = ["a:host-gateway", "b=10.0.0.1"];
  expect(frontendOptions({ addHosts }, "docker", "172.17.0.1").get("add-hosts")).toBe("a=172.17.0.1,b=10.0.0.1");
  expect(() => frontendOptions({ addHosts }, "buildkit")).toThrow(/a:host-gateway/);
});
