import type { Definition, DefinitionLocation, DefinitionSource, SourceInfo } from "./definition.ts";
import type { Edge, SourceLocation, SourceMap } from "./vertex.ts";

/**
 * Gathers the source maps of a definition in the order in which the walk meets them, and the places of each op. Maps
 * of equal content count as one.
 */
export class SourceCollector {
  readonly #maps: SourceMap[] = [];
  readonly #indices = new Map<SourceMap, number>();
  readonly #locations = new Map<string, DefinitionLocation[]>();

  /** Called once for each vertex, so that an op that two vertices make has the places of both. */
  add(digest: string, locations: readonly SourceLocation[] | undefined): void {
    const places = locations?.map(({ sourceMap, ranges }) => ({ sourceIndex: this.#indexOf(sourceMap), ranges })) ?? [];
    const known = this.#locations.get(digest);
    if (known === undefined) this.#locations.set(digest, places);
    else known.push(...places);
  }

  /** `marshalled` gives the definition of a map that has only a draft of it. */
  finish(marshalled: (edge: Edge) => Definition): DefinitionSource {
    const infos = this.#maps.map(({ filename, language, data, definition }): SourceInfo => {
      const loader = definition !== undefined && "vertex" in definition ? marshalled(definition) : definition;
      return { filename, language, data, definition: loader };
    });
    return { infos, locations: this.#locations };
  }

  #indexOf(map: SourceMap): number {
    let index = this.#indices.get(map);
    if (index !== undefined) return index;
    index = this.#maps.findIndex((known) => sameSource(known, map));
    if (index === -1) index = this.#maps.push(map) - 1;
    this.#indices.set(map, index);
    return index;
  }
}

/** How the file is loaded counts only where both maps have said it as a definition. */
function sameSource(a: SourceMap, b: SourceMap): boolean {
  if (a.filename !== b.filename || a.language !== b.language || !sameBytes(a.data, b.data)) return false;
  const left = marshalledHead(a);
  const right = marshalledHead(b);
  return left === undefined || right === undefined || left === right;
}

function marshalledHead({ definition }: SourceMap): string | undefined {
  return definition === undefined || "vertex" in definition ? undefined : definition.digests.at(-1);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}
