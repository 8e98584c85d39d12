import { describe, expect, test } from "vitest";
import { AppendList } from "../../../src/graph/append-list.ts";
import { EnvList } from "../../../src/graph/env-list.ts";
import { scratchImage } from "../../../src/graph/image-state.ts";
import { lowerRun } from "../../../src/graph/lower/run.ts";
import { runCommand } from "../../../src/graph/lower/run-command.ts";
import type { StageState } from "../../../src/graph/lower/state.ts";
import type { ExecVertex } from "../../../src/llb/vertex.ts";
import type { InlineFile } from "../../../src/parser/instruction.ts";
import { lowerContext, mount, run, stageState } from "./stage.ts";

function execOf(state: StageState): ExecVertex {
  const vertex = state.root?.vertex;
  if (vertex?.kind !== "exec") throw new Error(`a ${vertex?.kind} vertex`);
  return vertex;
}

const file = (parts: Partial<InlineFile>): InlineFile => ({ name: "EOF", data: "make\n", chomp: false, ...parts });

describe("a heredoc", () => {
  test("that is the whole command is what the shell runs", () => {
    const command = runCommand(
      run({ code: "RUN <<EOF", cmdLine: ["<<EOF"], files: [file({ data: "\n  make\r\n\tall\n" })] }),
      "linux",
    );
    expect(command).toEqual({ args: ["\n  make\r\n\tall\n"], label: "RUN <<EOF (make...)", mounts: [] });
  });

  test("with a dash loses its tabs, though not in what it is called", () => {
    const files = [file({ chomp: true, data: "\t\tmake\n\tall\n" })];
    const command = runCommand(run({ code: "RUN <<-EOF", cmdLine: ["<<-EOF"], files }), "linux");
    expect(command).toMatchObject({ args: ["make\nall\n"], label: "RUN <<-EOF (make...)" });
  });

  test("with an interpreter of its own is a file", () => {
    const script = "#!/usr/bin/env python3\nprint()\n";
    const instruction = run({ cmdLine: ["<<run.py"], files: [file({ name: "run.py", data: script })] });
    expect(runCommand(instruction, "linux")).toMatchObject({
      args: ["/dev/pipes/run.py"],
      mounts: [
        {
          target: "/dev/pipes/",
          selector: "/",
          readonly: true,
          source: { vertex: { actions: [{ kind: "mkfile", path: "run.py", mode: 0o755, data: Buffer.from(script) }] } },
        },
      ],
    });
    expect(runCommand(instruction, "windows")).toMatchObject({ args: [script], mounts: [] });
  });

  test("that is given to a program is put together again, tabs and all", () => {
    const files = [file({ name: "A", data: "\ta\n", chomp: true }), file({ name: "B", data: "" })];
    const command = runCommand(run({ code: "RUN cat <<-A <<B", cmdLine: ["cat <<-A <<B"], files }), "linux");
    expect(command).toEqual({ args: ["cat <<-A <<B\n\ta\nA\nB"], label: "RUN cat <<-A <<B", mounts: [] });
  });
});

describe("a command", () => {
  test("goes through the shell of the image, a list does not", () => {
    const { context } = lowerContext();
    const state = stageState();
    expect(execOf(lowerRun(context, state, run())).meta.args).toEqual(["/bin/sh", "-c", "make"]);
    const bash = stageState({ image: { ...state.image, shell: ["/bin/bash", "-ec"] } });
    expect(execOf(lowerRun(context, bash, run())).meta.args).toEqual(["/bin/bash", "-ec", "make"]);
    const list = run({ cmdLine: ["make", "all"], prependShell: false });
    expect(execOf(lowerRun(context, bash, list)).meta.args).toEqual(["make", "all"]);
    const windows = stageState({ image: scratchImage({ os: "windows", architecture: "amd64" }).image });
    expect(execOf(lowerRun(context, windows, run())).meta.args).toEqual(["cmd", "/S", "/C", "make"]);
  });

  test("reads all of its stage, counts as a step and is remembered", () => {
    const { context, records } = lowerContext();
    const env = EnvList.of([["A", "from env"]]);
    const buildArgs = AppendList.of([
      { key: "A", value: "x" },
      { key: "B", value: undefined },
    ]);
    const after = lowerRun(context, stageState({ env, buildArgs, step: 1 }), run());
    expect(records.ownPaths).toEqual(["/"]);
    expect(after.step).toBe(2);
    expect(after.history.toArray()).toMatchObject([
      { createdBy: "RUN |2 A=from env B= /bin/sh -c make # buildkit", emptyLayer: false },
    ]);
    expect(execOf(after).metadata?.description?.get("llb.customname")).toBe("[2/3] RUN make");
  });

  test("is called as it is written, but for what the stage knows, and secrets are stars", () => {
    const { context } = lowerContext();
    const state = stageState({ env: EnvList.of([["TARGET", "all"]]) });
    const code = "run --mount=type=secret,id=t,env=TOKEN make \"$TARGET\" '$KEEP' $OTHER $TOKEN";
    const mounts = [mount({ type: "secret", target: "", cacheId: "t", env: "TOKEN" })];
    const { metadata } = execOf(lowerRun(context, state, run({ code, mounts })));
    expect(metadata?.description?.get("llb.customname")).toBe(
      "[1/3] RUN --mount=type=secret,id=t,env=TOKEN make \"all\" '$KEEP' $OTHER ****",
    );
    expect(metadata?.description?.get("com.docker.dockerfile.v1.command")).toBe(code);
  });

  test("gets the options of the build that the worker can honour", () => {
    const options = {
      shmSize: 64n,
      ulimits: [{ name: "nofile", soft: 1n, hard: 2n }],
      cgroupParent: "slice",
      linuxResources: { memory: 5n },
      extraHosts: [{ host: "db", ip: "10.0.0.1" }],
      ignoreCache: true,
    };
    const able = execOf(lowerRun(lowerContext(options).context, stageState({ network: "host" }), run()));
    expect(able).toMatchObject({
      network: "host",
      meta: { ulimits: options.ulimits, cgroupParent: "slice", extraHosts: options.extraHosts },
      metadata: { ignoreCache: true, linuxResources: { memory: 5n } },
    });
    expect(able.mounts.map((each) => each.target)).toEqual(["/", "/dev/shm"]);

    const caps = { has: () => false };
    const unable = execOf(lowerRun(lowerContext({ ...options, caps }).context, stageState(), run({ network: "none" })));
    expect(unable).toMatchObject({ network: "none", meta: { ulimits: undefined, cgroupParent: "" } });
    expect(unable.metadata?.linuxResources).toBeUndefined();
    expect(unable.mounts.map((each) => each.target)).toEqual(["/"]);
  });

  test("cannot ask for a device", () => {
    const instruction = run({ devices: [{ name: "vendor.example/device=x", required: true }] });
    expect(() => lowerRun(lowerContext().context, stageState(), instruction)).toThrow(/--device/);
    const caps = { has: (id: string) => id !== "exec.meta.cdi" };
    expect(() => lowerRun(lowerContext({ caps }).context, stageState(), instruction)).not.toThrow();
  });
});
