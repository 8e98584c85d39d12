// Build graphs of any size, as plain data: to analyse, not to build.

/** Stages of a hundred steps, each stage on another one, with copies from stages before: as large builds are. */
export function stagesGraph(size) {
  return graphOf(size, (vertex) => {
    const stage = Math.floor(vertex / 100);
    if (vertex % 100 === 0) return stage === 0 ? [] : [Math.floor(stage / 2) * 100 + 99];
    return vertex % 7 === 0 && stage > 0 ? [vertex - 1, ((vertex * 31) % stage) * 100 + 99] : [vertex - 1];
  });
}

/** Steps that read up to three of any before them: as wide as can be. */
export function tangledGraph(size) {
  const random = randomNumbers(7);
  return graphOf(size, (vertex) => {
    if (vertex === 0) return [];
    return Array.from({ length: 3 }, () => Math.floor(random() * vertex));
  });
}

export function chainGraph(size) {
  return graphOf(size, (vertex) => (vertex === 0 ? [] : [vertex - 1]));
}

function graphOf(size, inputsOf) {
  const random = randomNumbers(3);
  const digests = Array.from({ length: size }, (_, vertex) => `sha256:${String(vertex).padStart(64, "0")}`);
  const base = {
    kind: "exec",
    name: "RUN make",
    stage: "build",
    platforms: ["linux/amd64"],
    lines: [1],
    dependents: [],
  };
  const vertices = Array.from({ length: size }, (_, vertex) => {
    const inputs = inputsOf(vertex).map((input) => ({ digest: digests[input], output: 0 }));
    return { ...base, digest: digests[vertex], inputs, op: { kind: "exec", inputs } };
  });
  const known = { provenance: "measured", basis: "vertex", emulation: 1 };
  const durations = new Map(vertices.map((vertex) => [vertex.digest, { ...known, ms: Math.ceil(random() * 10_000) }]));
  return { graph: { vertices, results: new Map() }, durations };
}

/** The same each time (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
