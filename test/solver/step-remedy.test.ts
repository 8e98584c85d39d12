import { expect, it } from "vitest";
import { stepRemedy } from "../../src/solver/step-remedy.ts";

it.each([
  { exitCode: 127, lastLines: ["/bin/sh: maek: not found"], says: "not in the image" },
  { exitCode: 126, lastLines: ["./run.sh: Permission denied"], says: "COPY --chmod=755" },
  { exitCode: 137, lastLines: ["Killed"], says: "memory" },
  { exitCode: 255, lastLines: ["exec /bin/sh: exec format error"], says: "llbc platforms" },
  { exitCode: 100, lastLines: ["E: Unable to locate package crul"], says: "apt-get update" },
  { exitCode: 6, lastLines: ["curl: (6) Could not resolve host: example.com"], says: "network" },
  { exitCode: 60, lastLines: ["curl: (60) SSL certificate problem: self-signed certificate"], says: "certificate" },
  { exitCode: 1, lastLines: ["write /x: no space left on device"], says: "llbc prune" },
  { exitCode: 1, lastLines: ["mkdir: can't create directory '/x': Permission denied"], says: "USER" },
  { exitCode: 3, lastLines: ["error: undefined reference"], says: "--progress plain" },
])("exit code $exitCode after $lastLines", ({ exitCode, lastLines, says }) => {
  expect(stepRemedy({ exitCode, message: `exit code: ${exitCode}`, lastLines })).toContain(says);
});

it("says nothing of what is no process", () => {
  expect(stepRemedy({ exitCode: undefined, message: "not found", lastLines: [] })).toBeUndefined();
});
