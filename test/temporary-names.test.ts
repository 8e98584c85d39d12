import { spawnSync } from "node:child_process";
import process from "node:process";
import { expect, test } from "vitest";
import { abandonedNames, temporaryName } from "../src/temporary-names.ts";

test("a file that is not whole is given up when its process is gone, and no other one is", () => {
  const own = temporaryName();
  const gone = ofAnother(own, endedProcess());
  const elsewhere = gone.replace(/^\.llbc-[0-9a-f]+/, ".llbc-000000000000");
  const names = [own, gone, elsewhere, ofAnother(own, 1), ".llbc-0123456789abcdef.tmp", "gone.tmp"];
  // Where nothing tells processes apart, nobody can say.
  expect(abandonedNames(names)).toEqual(process.platform === "linux" ? [gone] : []);
});

function ofAnother(name: string, number: number): string {
  return name.replace(`-${process.pid}-`, `-${number}-`);
}

function endedProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}
