import { spawn } from "node:child_process";

/**
 * Runs a program to its end and gives milliseconds: the wall's, and those of CPU time of the process and its children,
 * which only a shell's `time` tells of programs of any kind. Rejects when the program fails.
 */
export async function timed(program, args, env) {
  const script = `TIMEFORMAT="%U %S"; { time "$0" "$@" >/dev/null 2>&4; } 4>&2 2>&3`;
  const start = performance.now();
  const { code, err, extra } = await output("bash", ["-c", script, program, ...args], env);
  const wall = performance.now() - start;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${err.slice(-4000)}`);
  const [user, system] = extra.trim().split(" ").map(Number);
  return { wall, cpu: (user + system) * 1000 };
}

/** Runs a program and gives what it writes to its descriptor 3; rejects when it fails. */
export async function told(program, args, env) {
  const { code, err, extra } = await output(program, args, env);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${err.slice(-4000)}`);
  return extra;
}

function output(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe", "pipe"] });
    let err = "";
    let extra = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      err += text;
    });
    child.stdio[3].setEncoding("utf8").on("data", (text) => {
      extra += text;
    });
    child.on("error", reject).on("close", (code) => resolve({ code, err, extra }));
  });
}
