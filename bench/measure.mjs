import { cpuUsage } from "node:process";

/**
 * Runs `once(iteration)` warm, in samples of several runs, for about `seconds`, and gives milliseconds for one run. The
 * best sample tells what the code costs; the median what a busy machine made of it. CPU time counts all threads of
 * the process, so the collector and the optimizer are in it. Half of the time is for getting warm: where other work is on
 * the machine, the optimizer still finds something to do after some seconds.
 */
export async function measure(once, { seconds = 6, runs = 1 } = {}) {
  let iteration = 0;
  const sample = async () => {
    const cpu = cpuUsage();
    const start = performance.now();
    for (let run = 0; run < runs; run++) await once(iteration++);
    const wall = performance.now() - start;
    const { user, system } = cpuUsage(cpu);
    return { wall: wall / runs, cpu: (user + system) / 1000 / runs };
  };
  const samples = [];
  const start = performance.now();
  const warmUntil = start + seconds * 500;
  const end = start + seconds * 1000;
  while (performance.now() < end || samples.length < 5) {
    const taken = await sample();
    if (performance.now() > warmUntil) samples.push(taken);
  }
  return summary(samples);
}

/** Best and median of wall and CPU time, in the unit of the samples. */
export function summary(samples) {
  const wall = samples.map((sample) => sample.wall).sort((a, b) => a - b);
  const cpu = samples.map((sample) => sample.cpu).sort((a, b) => a - b);
  return { best: wall[0], median: middle(wall), cpu: middle(cpu), bestCpu: cpu[0] };
}

function middle(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}
