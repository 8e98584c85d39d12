import type { Diagnostic } from "../diagnostic.ts";
import type { Definition } from "../llb/definition.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { BuildGraph } from "./build-graph.ts";
import type { Compilation, CompiledPlatform, ScanDefinitions } from "./compilation.ts";
import { encodeImage } from "./image-json.ts";
import type { ImageLookup, Lookup } from "./image-lookup.ts";
import type { Image } from "./image-state.ts";
import type { OciImage } from "./oci-image.ts";

// What few look at is made on the first look. The getters are those of classes: V8 keeps the getters of an object
// literal, with all that they see, until it collects the whole heap, and a compile sees a lot.

/** What a compile gives for one platform. */
export class FinishedPlatform implements CompiledPlatform {
  readonly platform: string;
  readonly definition: Definition;
  readonly imageJSON: Uint8Array;
  declare readonly epoch?: number;
  readonly #imageText: string;
  readonly #baseImage: Image | undefined;
  readonly #makeScan: () => ScanDefinitions;
  #baseImageJSON: Uint8Array | undefined;

  constructor(
    { platform, definition, imageJSON, epoch }: Omit<CompiledPlatform, "image" | "scan" | "baseImageJSON">,
    imageText: string,
    baseImage: Image | undefined,
    makeScan: () => ScanDefinitions,
  ) {
    this.platform = platform;
    this.definition = definition;
    this.imageJSON = imageJSON;
    if (epoch !== undefined) this.epoch = epoch;
    this.#imageText = imageText;
    this.#baseImage = baseImage;
    this.#makeScan = makeScan;
  }

  get baseImageJSON(): Uint8Array | undefined {
    if (this.#baseImage !== undefined) this.#baseImageJSON ??= encodeUtf8(encodeImage(this.#baseImage));
    return this.#baseImageJSON;
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
  readonly imageDigests: ReadonlyMap<string, string>;
  readonly resultMetadata: Readonly<Record<string, string>>;
  readonly #images: ImageLookup;
  readonly #makeGraph: () => BuildGraph;
  #lookups: readonly Lookup[] | undefined;
  #graph: BuildGraph | undefined;

  constructor(
    { platforms, diagnostics, resultMetadata }: Pick<Compilation, "platforms" | "diagnostics" | "resultMetadata">,
    images: ImageLookup,
    makeGraph: () => BuildGraph,
  ) {
    this.platforms = platforms;
    this.diagnostics = diagnostics;
    this.imageDigests = images.digests;
    this.resultMetadata = resultMetadata;
    this.#images = images;
    this.#makeGraph = makeGraph;
  }

  get lookups(): readonly Lookup[] {
    this.#lookups ??= this.#images.lookups;
    return this.#lookups;
  }

  get graph(): BuildGraph {
    this.#graph ??= this.#makeGraph();
    return this.#graph;
  }
}
