import { CALL_MUTANTS } from "./call_mutants.ts";
import { CONTENT_MUTANTS } from "./content_mutants.ts";
import { CORE_MUTANTS } from "./core_mutants.ts";
import { DISTANCE_MUTANTS } from "./distance_mutants.ts";
import type { Mutant } from "./mutant.ts";
import { REFERENCE_MUTANTS } from "./reference_mutants.ts";
import { REQUEST_MUTANTS } from "./request_mutants.ts";
import { STREAM_MUTANTS } from "./stream_mutants.ts";

/** Every planted bug. */
export const ALL_MUTANTS: readonly Mutant[] = [
  ...DISTANCE_MUTANTS,
  ...CONTENT_MUTANTS,
  ...REFERENCE_MUTANTS,
  ...CORE_MUTANTS,
  ...CALL_MUTANTS,
  ...STREAM_MUTANTS,
  ...REQUEST_MUTANTS,
];

/** What has to catch them: the tests of how offers travel and how calls end. A test file that a mutant names comes first, for it. */
export const SUITE: readonly string[] = [
  "tests/property/",
  "tests/unit/federation/",
  "tests/unit/core/",
  "tests/unit/rpc/",
  "tests/simulation/safety_test.ts",
  "tests/simulation/liveness_test.ts",
];
