import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { handles, readHandlers, register, registration, remove } from "../../../src/cli/emulation/binfmt.ts";
import { stateOf } from "../../../src/cli/emulation/emulation.ts";
import { machines, parseMachines } from "../../../src/cli/emulation/machine.ts";
import { folderWith } from "../rig.ts";

/** As the kernel shows a handler. */
const shown = `enabled
interpreter /usr/bin/qemu-aarch64
flags: POCF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`;

const registered = { register: "", status: "enabled\n", "qemu-aarch64": shown };

function machine(name: string) {
  const [found] = parseMachines([name]);
  if (found === undefined) throw new Error(`${name} is known`);
  return found;
}

it("reads what is registered, and whose programs it takes", () => {
  const [handler] = readHandlers(folderWith(registered)) ?? [];
  if (handler === undefined) throw new Error("it is there");
  expect(handler).toMatchObject({ name: "qemu-aarch64", interpreter: "/usr/bin/qemu-aarch64", isEnabled: true });
  expect(machines.filter((each) => handles(handler, each)).map(({ qemu }) => qemu)).toEqual(["aarch64"]);
});

it.each([
  ["is turned off", shown.replace("enabled", "disabled")],
  ["opens its interpreter in the container", shown.replace("POCF", "POC")],
  ["goes by names of files", "enabled\ninterpreter /usr/bin/x\nflags: F\nextension .exe\n"],
])("a handler that %s does not count", (_, text) => {
  const [handler] = readHandlers(folderWith({ ...registered, "qemu-aarch64": text })) ?? [];
  expect(handler !== undefined && handles(handler, machine("arm64"))).toBe(false);
});

it("tells a folder that is no binfmt_misc", () => {
  expect(readHandlers(folderWith({}))).toBeUndefined();
  expect(readHandlers(join(folderWith({}), "gone"))).toBeUndefined();
});

it("writes one line to register, and -1 to remove", () => {
  const folder = folderWith({ ...registered, status: "disabled\n", "llbc-riscv64": shown });
  register(folder, "llbc-riscv64", machine("riscv64"), "/usr/bin/qemu-riscv64-static");
  const line = readFileSync(join(folder, "register"), "utf8");
  expect(line).toBe(registration("llbc-riscv64", machine("riscv64"), "/usr/bin/qemu-riscv64-static"));
  expect(line).toMatch(
    /^:llbc-riscv64:M::(\\x[0-9a-f]{2}){20}:(\\x[0-9a-f]{2}){20}:\/usr\/bin\/qemu-riscv64-static:OCPF$/,
  );
  // One of that name has to go before, and the whole is turned on.
  expect(readFileSync(join(folder, "llbc-riscv64"), "utf8")).toBe("-1");
  expect(readFileSync(join(folder, "status"), "utf8")).toBe("1");
  remove(folder, "qemu-aarch64");
  expect(readFileSync(join(folder, "qemu-aarch64"), "utf8")).toBe("-1");
});

it("a machine needs QEMU only where nothing else runs its programs", () => {
  const host = {
    architecture: "amd64",
    isRoot: true,
    handlers: readHandlers(folderWith(registered)),
    qemu: ({ qemu }: { qemu: string }) => (qemu === "riscv64" ? "/usr/bin/qemu-riscv64-static" : undefined),
  };
  const kinds = ["amd64", "arm64", "riscv64", "s390x"].map((name) => stateOf(machine(name), host).kind);
  expect(kinds).toEqual(["native", "ready", "registered-late", "without-qemu"]);
});
