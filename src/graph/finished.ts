import type { Diagnostic } from "../diagnostic.ts";
import type { Definition } from "../llb/definition.ts";
import type { BuildGraph } from "./build-graph.ts";
import type { Compilation, CompiledPlatform, ScanDefinitions } from "./compilation.ts";
import type { Lookup } from "./image-lookup.ts";
import type { OciImage } from "./oci-image.ts";

// What few look at is made on the first look. The getters are those of classes: V8 keeps the getters of an object
// literal, with all that they see, until it collects the whole heap, and a compile sees a lot.

/** What a compile gives for one platform. */
export class FinishedPlatform implements CompiledPlatform {
  readonly platform: string;
  readonly definition: Definition;
  readonly imageJSON: Uint8Array;
  declare readonly baseImageJSON?: Uint8Array;
  declare readonly epoch?: number;
  readonly #imageText: string;
  readonly #makeScan: () => ScanDefinitions;

  constructor(
    { platform, definition, imageJSON, baseImageJSON, epoch }: Omit<CompiledPlatform, "image" | "scan">,
    imageText: string,
    makeScan: () => ScanDefinitions,
  ) {
    this.platform = platform;
    this.definition = definition;
    this.imageJSON = imageJSON;
    if (baseImageJSON !== undefined) this.baseImageJSON = baseImageJSON;
    if (epoch !== undefined) this.epoch = epoch;
    this.#imageText = imageText;
    this.#makeScan = makeScan;
  }

  get image(): OciImage {
    return JSON.parse(this.#imageText);
  }

  get scan(): ScanDefinitions {
    return this.#makeScan();
  }
}

/** What a compile gives. */
export class FinishedCompile implements Compilation {
  readonly platforms: readonly CompiledPlatform[];
  readonly diagnostics: readonly Diagnostic[];
  readonly lookups: readonly Lookup[];
  readonly imageDigests: ReadonlyMap<string, string>;
  readonly resultMetadata: Readonly<Record<string, string>>;
  readonly #makeGraph: () => BuildGraph;
  #graph: BuildGraph | undefined;

  constructor(
    { platforms, diagnostics, lookups, imageDigests, resultMetadata }: Omit<Compilation, "graph">,
    makeGraph: () => BuildGraph,
  ) {
    this.platforms = platforms;
    this.diagnostics = diagnostics;
    this.lookups = lookups;
    this.imageDigests = imageDigests;
    this.resultMetadata = resultMetadata;
    this.#makeGraph = makeGraph;
  }

  get graph(): BuildGraph {
    this.#graph ??= this.#makeGraph();
    return this.#graph;
  }
}
