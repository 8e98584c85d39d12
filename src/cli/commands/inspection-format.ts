export const inspectionFormats = ["text", "json"] as const;

/** How what is found out about a Dockerfile is printed; JSON in the shapes of BuildKit. */
export type InspectionFormat = (typeof inspectionFormats)[number];
