// One process with one warm client: so many no-op builds of a context, so many at a time. Tells on descriptor 3 how long
// they took, in milliseconds, and what the process used.
//   node warm-client.mjs LIBRARY CONTEXT BUILDS AT_A_TIME
import { readFileSync, writeSync } from "node:fs";
import { argv, cpuUsage, env } from "node:process";
import { pathToFileURL } from "node:url";

const [library, context, builds, atATime] = argv.slice(2);
const { connect } = await import(pathToFileURL(library).href);
const client = await connect(env.DOCKER_HOST);
// docker buildx tells no sizes, either.
const build = () => client.solve(context, { outputs: [{ type: "cacheonly" }], sizes: false });
// The first ones find code that is not compiled yet.
await Promise.all(Array.from({ length: Number(atATime) }, build));
let left = Number(builds);
const before = cpuUsage();
const start = performance.now();
await Promise.all(
  Array.from({ length: Number(atATime) }, async () => {
    while (left-- > 0) await build();
  }),
);
const wall = performance.now() - start;
const { user, system } = cpuUsage(before);
client.close();
const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
writeSync(3, JSON.stringify({ wall, cpu: (user + system) / 1000, memory: peak }));
