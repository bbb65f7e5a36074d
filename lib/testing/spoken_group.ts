import type { GroupName } from "../protocol/v1_messages.ts";

/** A group that is spoken of on a link. */
export interface SpokenGroup {
  /** Its name. */
  readonly name: GroupName;
  /** Its name as one string: equal for equal names and only these. */
  readonly key: string;
  /** Its name for people. */
  readonly shown: string;
}

/** A group by its name. */
export function spokenGroup(name: GroupName): SpokenGroup {
  const { origin, incarnation, maxHops, scope, cluster, writer, base } = name;
  const key = [origin, incarnation, maxHops, scope, cluster, writer ?? "", base].join("\n");
  const by = writer === undefined ? "" : ` as ${writer} has it`;
  return { name, key, shown: `${origin} (life ${incarnation}, ${maxHops} links)${by}` };
}
