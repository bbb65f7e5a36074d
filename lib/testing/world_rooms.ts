import type { Report } from "../core/reports.ts";
import type { CallBook } from "./call_book.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Faults } from "./fault_options.ts";
import type { Chance } from "./seeded_chance.ts";
import type { SimulatedNetwork } from "./simulated_network.ts";
import type { Place } from "./simulated_paths.ts";

/** What the inhabitants of one world share. */
export interface WorldRooms {
  readonly queue: EventQueue;
  readonly network: SimulatedNetwork;
  readonly faults: Faults;
  readonly chance: Chance;
  readonly calls: CallBook;
  /** Hears of each event that a machine takes. */
  readonly noted: (place: Place, event: { readonly type: string }) => void;
  /** Hears of each report. */
  readonly told: (name: string, report: Report) => void;
}
