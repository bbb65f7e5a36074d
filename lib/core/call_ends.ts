import type { Payload } from "../protocol/payload.ts";
import type { ReplyTo } from "./call_record.ts";
import type { CallRouter } from "./call_router.ts";
import type { Outcome } from "./effects.ts";
import type { OwnCalls } from "./own_calls.ts";
import type { Replies } from "./replies.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";

/** Where words about calls go. */
interface EndRooms {
  readonly calls: CallRouter;
  readonly requests: RequestRunner;
  readonly replies: Replies;
  readonly own: OwnCalls;
}

/** Takes every word about a call, and its end, to whoever asked: this process, a connection, or a request that runs here. */
export class CallEnds {
  readonly #rooms: () => EndRooms;

  /** @param rooms Where words go; asked for each time, since those rooms need this one first. */
  constructor(rooms: () => EndRooms) {
    this.#rooms = rooms;
  }

  /** A call has begun to run. */
  accepted(turn: Turn, replyTo: ReplyTo): void {
    const { requests, replies } = this.#rooms();
    if (replyTo.kind === "step") requests.stepAccepted(turn, replyTo.run);
    else replies.accepted(turn, replyTo);
  }

  /** How a request goes. */
  progress(turn: Turn, replyTo: ReplyTo, event: Payload): void {
    const { own, replies } = this.#rooms();
    if (replyTo.kind === "local") own.progress(turn, replyTo.call, event);
    else replies.progress(turn, replyTo, event);
  }

  /** The end of a call. */
  reply(turn: Turn, replyTo: ReplyTo, outcome: Outcome): void {
    const { own, calls, requests, replies } = this.#rooms();
    if (replyTo.kind === "step") return requests.stepEnded(turn, replyTo, outcome);
    if (replyTo.kind === "regain") return requests.regained(turn, replyTo, outcome);
    if (replyTo.kind === "taking") {
      return calls.takings.taken(turn, replyTo.attempt, replyTo.index, outcome);
    }
    if (replyTo.kind !== "local") return replies.send(turn, replyTo, outcome);
    own.ended(turn, replyTo.call, outcome);
  }
}
