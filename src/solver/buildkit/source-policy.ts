import Long from "long";
import type { SourcePolicy, SourceRule } from "../source-policy.ts";
import { control } from "./proto/gen/buildkit.js";
import { toRecord } from "./wire.ts";

/** A policy as it goes to the worker. */
export function toWirePolicy({ version = 1, rules }: SourcePolicy): control.SourcePolicy.$Properties {
  return { version: Long.fromNumber(version), rules: rules.map(toWireRule) };
}

function toWireRule({ action, selector, updates }: SourceRule): control.SourceRule.$Properties {
  return {
    action: control.PolicyAction[action],
    selector: {
      identifier: selector.identifier,
      matchType: control.MatchType[selector.matchType ?? "WILDCARD"],
      constraints: (selector.constraints ?? []).map(({ key, value, condition = "EQUAL" }) => ({
        key,
        value,
        condition: control.AttrMatch[condition],
      })),
    },
    ...(updates === undefined
      ? {}
      : {
          updates: {
            identifier: updates.identifier ?? "",
            attrs: toRecord(new Map(Object.entries(updates.attrs ?? {}))),
          },
        }),
  };
}
