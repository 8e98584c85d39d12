import type { Platform } from "../../../platform.ts";
import { formatPlatform, normalizePlatform } from "../../../platform.ts";
import { platformRanking } from "../../../registry/platform-match.ts";

/**
 * The node for each platform, by its place, as docker buildx chooses: first a node that was made for exactly that
 * platform; undefined where there is none.
 */
export function nodesMadeFor(
  platforms: readonly Platform[],
  offers: readonly (readonly Platform[])[],
): readonly (number | undefined)[] {
  return platforms.map((wanted) => {
    const text = formatPlatform(normalizePlatform(wanted));
    const place = offers.findIndex((offered) => offered.some((platform) => formatPlatform(platform) === text));
    return place < 0 ? undefined : place;
  });
}

/**
 * A node that runs all the platforms, by emulation too, when it is known what every node runs: of several the first.
 * What no node runs counts for none: its files can be made on any. Undefined where the platforms need several nodes.
 */
export function nodeThatRuns(
  platforms: readonly Platform[],
  offers: readonly (readonly Platform[])[],
): number | undefined {
  const runs = (offered: readonly Platform[], wanted: Platform) =>
    offered.some((platform) => platformRanking(platform)(wanted) !== undefined);
  const needed = platforms.filter((wanted) => offers.some((offered) => runs(offered, wanted)));
  const place = offers.findIndex((offered) => needed.every((wanted) => runs(offered, wanted)));
  return place < 0 ? undefined : place;
}

/**
 * The node for each platform, by its place, when it is known what every node runs: the one for which it is the closest to
 * its own, of several the first. What no node runs goes to the first node: its files can be made on any.
 */
export function bestNodes(platforms: readonly Platform[], offers: readonly (readonly Platform[])[]): readonly number[] {
  return platforms.map((wanted) => {
    const ranks = offers.map((offered) =>
      Math.min(...offered.map((platform) => platformRanking(platform)(wanted) ?? Number.POSITIVE_INFINITY)),
    );
    return Math.max(0, ranks.indexOf(Math.min(...ranks)));
  });
}
