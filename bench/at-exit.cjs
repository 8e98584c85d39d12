// Loaded in front of a process that is measured: tells on descriptor 3 what it has used when it ends.
const { readFileSync, writeSync } = require("node:fs");

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, JSON.stringify({ cpu: (user + system) / 1000, memory: largestResidentSet() }));
});

/** In bytes. What the system counts for a process includes, on Linux, what its parent was before it began. */
function largestResidentSet() {
  const { maxRSS } = process.resourceUsage();
  if (process.platform !== "linux") return maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? maxRSS) * 1024;
}
