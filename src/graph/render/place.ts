import type { BoxesToPlace, PlacedBoxes } from "./place-boxes.ts";
import { placeColumns } from "./place-columns.ts";

/** More boxes than these take too long to be laid out well. */
const mostWellPlaced = 250;

/** Places boxes well where they are few, and in columns where they are many; equal boxes always equally. */
export async function place(boxes: BoxesToPlace): Promise<PlacedBoxes> {
  if (boxes.boxes.size > mostWellPlaced) return placeColumns(boxes);
  // The layout library is loaded for those who draw.
  const { placeBoxes } = await import("./place-boxes.ts");
  return placeBoxes(boxes);
}
