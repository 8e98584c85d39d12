export type { SourceLocation, SourceMap } from "./vertex.ts";
