export const graphFormats = ["text", "dot", "mermaid", "json"] as const;

/** One of {@link graphFormats}: what `llbc graph --format` takes. */
export type GraphFormat = (typeof graphFormats)[number];
