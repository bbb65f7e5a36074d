import { assert, assertEquals } from "@std/assert";
import {
  type Announcement,
  isLoopBack,
  originOf,
  shouldProcess,
} from "../../../lib/protocol/announcement.ts";
import { clusterId, functionName, nodeUrl } from "../../../lib/protocol/names.ts";
import { type PlainPropagation, propagationInfo } from "../../../lib/protocol/propagation.ts";

const ORIGIN = nodeUrl("ws://origin:1");
const RELAY = nodeUrl("ws://relay:1");
const SELF = nodeUrl("ws://self:1");

function announcement(plain: PlainPropagation, advertised = [RELAY]): Announcement {
  return {
    capabilities: {
      functions: [functionName("f")],
      resources: [],
      clusterId: clusterId("c"),
      advertisedUrls: advertised,
    },
    propagation: propagationInfo(plain),
  };
}

Deno.test("originOf is the original source, also when a forwarder puts its own addresses in", () => {
  assertEquals(originOf(announcement({ originalSource: ORIGIN, hopCount: 1 })), ORIGIN);
  assertEquals(originOf(announcement({ originalSource: ORIGIN })), ORIGIN);
});

Deno.test("originOf is the sender of an initial announcement that names none", () => {
  assertEquals(originOf(announcement({})), RELAY);
  assertEquals(originOf(announcement({}, [])), undefined);
});

Deno.test("originOf never takes a forwarder for the origin", () => {
  assertEquals(originOf(announcement({ hopCount: 1 })), undefined);
});

Deno.test("isLoopBack lets initial announcements pass and finds looped copies", () => {
  assert(!isLoopBack(announcement({ originalSource: SELF }), SELF));
  assert(!isLoopBack(announcement({ originalSource: ORIGIN, hopCount: 2 }), SELF));
  assert(isLoopBack(announcement({ originalSource: SELF, hopCount: 1 }), SELF));
  assert(isLoopBack(announcement({ originalSource: SELF, hopCount: 2 }), SELF));
});

Deno.test("shouldProcess takes a foreign announcement up to its last hop", () => {
  assert(shouldProcess(announcement({ originalSource: ORIGIN }), SELF));
  assert(shouldProcess(announcement({ originalSource: ORIGIN, hopCount: 2 }), SELF));
  assert(!shouldProcess(announcement({ originalSource: ORIGIN, hopCount: 3 }), SELF));
});

Deno.test("shouldProcess refuses our own copies and those without an origin", () => {
  assert(!shouldProcess(announcement({ originalSource: SELF, hopCount: 1 }), SELF));
  assert(!shouldProcess(announcement({ originalSource: SELF }), SELF));
  assert(!shouldProcess(announcement({ hopCount: 1 }), SELF));
});
