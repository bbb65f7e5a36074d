/**
 * Every limit of farcall in one place: name, default, reason, and what happens when it is reached.
 *
 * A table or queue that is not bounded by one of these is a defect (rule 6 of the house).
 *
 * @module
 */

/** Longest message either dialect accepts, in bytes. Above: the frame is refused as `PAYLOAD_TOO_LARGE`. */
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
/**
 * Longest answer to a peer of the reference, in bytes: its outbound sockets close at 1 MiB (code 1009) and lose
 * everything in flight, so we fail that one call instead.
 */
export const LEGACY_ANSWER_BYTES_MAX = 1_000_000;
/** Deepest nesting of a JSON message; checked by a linear scan before parsing, so nested input costs no stack. */
export const DEPTH_MAX = 64;
/**
 * Deepest nesting of arguments or of a result: what a message of either dialect wraps around them must still fit into
 * {@linkcode DEPTH_MAX}, or the peer would refuse the frame and close the link for everybody.
 */
export const PAYLOAD_DEPTH_MAX = DEPTH_MAX - 4;
/** Longest function or resource name, in UTF-8 bytes. */
export const NAME_BYTES_MAX = 256;
/** Longest cluster id, in UTF-8 bytes. */
export const CLUSTER_ID_BYTES_MAX = 128;
/** Longest node URL, in UTF-8 bytes. */
export const URL_BYTES_MAX = 2_048;
/** Longest announcement id, in UTF-8 bytes: the reference puts a URL and a name into it. */
export const ANNOUNCEMENT_ID_BYTES_MAX = 2_560;
/** Longest id of a request and longest name of a command, free strings of the caller, in UTF-16 units. */
export const ID_LENGTH_MAX = 1_024;
/** Longest export class of an offer (cluster ids joined by spaces), in UTF-16 units. */
export const SCOPE_LENGTH_MAX = 4_096;
/** Text of offers that a codec keeps to write it again for the next link, in UTF-16 units; beyond it all is dropped. */
export const WRITTEN_OFFERS_TEXT_MAX = 1024 * 1024;
/** Most rules of one kind in a node's policy, and most patterns in one of them: each is asked for each group. */
export const POLICY_RULES_MAX = 256;
/** Function names that a codec remembers, to check each once and to keep its text once; beyond it all are dropped. */
export const KNOWN_NAMES_MAX = 4_096;
/** Most messages in one frame of `farcall.v1`. Above: the frame is refused. */
export const MESSAGES_PER_FRAME_MAX = 1_024;
/** Most nodes one gossip of the reference may describe, and most entries of one logical clock in it. */
export const PEERS_PER_GOSSIP_MAX = 4_096;
/** Most functions in one HELLO of the reference. */
export const FUNCTIONS_PER_HELLO_MAX = 1_024;
/** Most resources of one offer or of one command. */
export const RESOURCES_PER_OFFER_MAX = 64;
/** Most advertised URLs in one HELLO. */
export const ADVERTISED_URLS_MAX = 8;
/** Most commands in one request. */
export const COMMANDS_PER_REQUEST_MAX = 256;
/** Most positional or keyword arguments of one command. */
export const ARGUMENTS_MAX = 256;
/** Most places of one command at which results of others are put in. Above: `INVALID_ARGUMENT`, and nothing runs. */
export const REFERENCES_PER_COMMAND_MAX = 4_096;
/** Longest list that a command may be mapped over. Above: the request ends with `INVALID_ARGUMENT`. */
export const MAP_ITEMS_MAX = 4_096;
/** Runs of one map at once, where its request does not say. */
export const MAP_CONCURRENCY_DEFAULT = 16;
/** Most runs of one map at once: all commands of a request together stay far below what a node may have pending. */
export const MAP_CONCURRENCY_MAX = 64;
/**
 * Results in between that the progress of one request tells, in UTF-16 units of JSON together: whoever asked may read
 * slowly. Beyond it an event says that its value was left out.
 */
export const PROGRESS_VALUES_MAX = 1024 * 1024;
/** Events of one request's progress. Beyond it single parts of maps are told no more. */
export const PROGRESS_EVENTS_MAX = 4_096;
/**
 * Shortest result that stays with the node that has it until the next command's node asks for it, in UTF-16 units of JSON. A
 * shorter one goes through whoever runs the request: asking for it would take longer.
 */
export const HAND_OVER_UNITS_MIN = 16 * 1024;
/** Results that a node keeps for others to ask for, in UTF-16 units of JSON together; beyond it they are sent at once. */
export const KEPT_UNITS_MAX = 32 * 1024 * 1024;
/** How many results a node keeps for others; beyond it they are sent at once. */
export const KEPT_VALUES_MAX = 4_096;
/** How long a result is kept when the connection of whoever may release it is gone, in ms: it may still be asked for. */
export const KEPT_ORPHAN_MS = 5_000;
/** Results of other nodes that one call may need to get. A command that needs more gets them with its arguments. */
export const TAKINGS_PER_CALL_MAX = 64;
/** What a node has got of other nodes for calls that can't run yet, in UTF-16 units; beyond it those calls are sent back. */
export const TAKEN_UNITS_MAX = 32 * 1024 * 1024;
/** How long a node tries to get a result from another one, in ms; then the call comes with the result in it instead. */
export const TAKING_MS_MAX = 5_000;
/** How often commands of one request are run again because a node was lost with their results. Then the request fails. */
export const REGAINS_MAX = 3;
/** Longest ticket of a result that is kept, in characters: ours have 32. */
export const TICKET_LENGTH_MAX = 128;
/** Longest digest of a contract, in characters: ours has 64, a later version's may be written in another way. */
export const CONTRACT_DIGEST_LENGTH_MAX = 128;
/** Longest canonical JSON of a contract, in bytes. Longer ones are refused where they are first used. */
export const CONTRACT_BYTES_MAX = 65_536;
/** Contracts of others that a node keeps, in bytes of JSON together. At the limit the oldest go. */
export const CONTRACT_CACHE_BYTES_MAX = 4 * 1024 * 1024;
/** Longest version of a contract, in UTF-16 units. Longer ones are refused where the contract is made. */
export const CONTRACT_VERSION_LENGTH_MAX = 64;
/** Longest chain of commands that feed each other. */
export const GRAPH_DEPTH_MAX = 64;

/** How far an announcement travels when its origin does not say: three links, as in the reference. */
export const MAX_HOPS_DEFAULT = 3;
/** Most hops an origin may ask for; the cost of a crash grows with it (count to infinity, 8 is plenty). */
export const MAX_HOPS_CEILING = 16;
/** Most offers of one origin. New ones are refused, old ones kept. */
export const OFFERS_PER_ORIGIN_MAX = 4_096;
/** Most offers of one client. New ones are left out, and the node reports it. */
export const OFFERS_PER_CLIENT_MAX = 256;
/** Most groups one link may advertise to us; beyond it the link is closed as a protocol violation. */
export const GROUPS_PER_LINK_MAX = 65_536;
/**
 * Longest part of a digest in one message, in UTF-16 units of its names: even if every unit needs six bytes on the wire
 * the message stays far below {@linkcode MESSAGE_BYTES_MAX}. A longer digest takes several messages.
 */
export const DIGEST_TEXT_MAX = 64 * 1024;
/**
 * Longest list of held groups in a `resync`, which is one message, in UTF-16 units of its names. What is beyond it is
 * left out, and its content is sent again.
 */
export const RESYNC_TEXT_MAX = 512 * 1024;
/** Most links of one node. Further ones are closed with 4429. */
export const LINKS_MAX = 512;
/** Most nodes of a cluster that are all linked with each other; a larger one is a random graph. */
export const CLUSTER_MESH_MAX = 8;
/**
 * Links that a node of a larger cluster wants within it. A random graph of this degree is connected with all but
 * certainty, and stays so when any five nodes fail at once (random k-regular graphs are k-connected: Bollobás, 1981).
 */
export const CLUSTER_LINKS = 6;
/** Links within the cluster that a node wants to have dialled itself, so that those who dial it can't surround it. */
export const CLUSTER_DIALLED_MIN = 2;
/** Most links within the cluster that nobody configured; whoever dials one more is refused, and dials another node. */
export const CLUSTER_LINKS_MAX = 16;
/** Most nodes of its own cluster that a node remembers; at the limit the longest unheard of is forgotten. */
export const MEMBERS_MAX = 1_024;
/**
 * Most nodes of its own cluster that a node looks for because it had a link to them and nobody tells of them any more: more
 * than anybody loses to the other side of a partition. At the limit those go first that it never dialled itself, and of
 * these the longest lost.
 */
export const LAST_MEMBERS_MAX = 64;
/** Of them so many are dialled at once. */
export const LAST_MEMBERS_DIALS = 4;
/** Longest pause until the next of them are dialled, in ms; drawn anew each time. */
export const LAST_MEMBERS_MS = 30_000;
/**
 * So long a lost node is looked for, in ms: a day, for a partition that somebody must be woken for. A node without any link
 * within its cluster looks for ever.
 */
export const LAST_MEMBER_MS_MAX = 86_400_000;
/** The same for a node that dialled us and was never dialled, in ms: its address is only what it says. */
export const UNPROVEN_MEMBER_MS_MAX = 3_600_000;
/** Most learnt peers that are dialled, or linked by our dial, at once. Further ones wait until one is given up. */
export const LEARNT_PEERS_MAX = 64;
/** Dials of learnt peers at once, after which one more is made each {@linkcode LEARNT_DIAL_MS}: anybody may name addresses. */
export const LEARNT_DIALS_BURST = 64;
/** Pause between dials of learnt peers in the long run, in ms. */
export const LEARNT_DIAL_MS = 1_000;
/** Dials in a row that fail before a learnt peer is given up: about two minutes. Configured peers never are. */
export const LEARNT_ATTEMPTS_MAX = 12;
/** Rest of a learnt peer that was given up or refused us, in ms, if others still see it; doubles with each time. */
export const LEARNT_REST_MS = 60_000;
/** Longest rest of a learnt peer, in ms. */
export const LEARNT_REST_MS_MAX = 3_600_000;
/** Most client and call connections of one node. Further ones are closed with 4429. */
export const CONNECTIONS_MAX = 10_000;

/** How long the tracker of the reference's dialect remembers an announcement id, in ms (the seed's 300 s). */
export const TRACKER_TTL_MS = 300_000;
/** Most ids the tracker holds; at the limit the oldest is evicted. */
export const TRACKER_CAPACITY = 131_072;
/** How long content out of reach is retained, so that a flap costs headers only, in ms. */
export const RETENTION_MS = 300_000;
/** Most contents retained out of reach; the least recently lost goes first. */
export const RETENTION_CAPACITY = 1_024;
/** Deletions an offer set remembers for deltas; an older peer gets the whole set. */
export const TOMBSTONES_PER_SET_MAX = 64;

/** Default time a call may take, in ms. */
export const CALL_TIMEOUT_MS_DEFAULT = 30_000;
/** Longest time a call may ask for, in ms; larger values are clamped. */
export const CALL_TIMEOUT_MS_MAX = 3_600_000;
/** Most calls of one client waiting for their end; beyond it `RESOURCE_EXHAUSTED`. */
export const PENDING_CALLS_PER_CLIENT_MAX = 1_024;
/** Most calls one link may have waiting on us. */
export const PENDING_CALLS_PER_LINK_MAX = 16_384;
/** Most calls of one node waiting for their end, and most functions running at once are bounded by it too. */
export const PENDING_CALLS_PER_NODE_MAX = 65_536;
/** Functions running at once on one node. */
export const RUNNING_FUNCTIONS_MAX = 4_096;
/** Links a relayed call may pass: one more than the ceiling of maxHops is a loop. */
export const RELAY_TTL_MAX = MAX_HOPS_CEILING;

/** Other providers that one call tries after the first. Beyond it the error goes up. */
export const RETRIES_MAX = 2;
/** Retries that a node may make before it has seen a success; each costs one. Without any the error goes up. */
export const RETRY_TOKENS = 10;
/** Good ends of calls that earn one retry: retries stay below 10 % of what works. */
export const SUCCESSES_PER_RETRY = 10;
/** Retries that can be saved up, at most: a provider that dies with a thousand calls in flight. */
export const RETRY_TOKENS_MAX = 1_000;
/** Calls of one node that wait for a provider to appear. Beyond it they fail at once, as without waiting. */
export const PARKED_CALLS_MAX = 4_096;
/** How often waiting calls look again at a provider that is listed and could not be reached, in ms. */
export const PARKED_LOOK_MS = 1_000;
/** Calls that may wait for a free slot of one function. Beyond it they are refused. */
export const QUEUED_CALLS_MAX = 1_024;
/** How long a call waits for a free slot of a function, in ms; then it is refused and may go elsewhere. */
export const QUEUED_MS_MAX = 1_000;
/**
 * How long a function runs before its caller is told that it began, in ms: most functions end sooner, and a message for each
 * of those would nearly double what goes back.
 */
export const ACCEPTED_AFTER_MS = 10;
/** How long a provider that said it is leaving is left out of selection, in ms: its offers are gone by then. */
export const LEAVING_REST_MS = 5_000;

/** How long a node that leaves serves on until its neighbours have taken its withdrawal, in ms. */
export const WITHDRAWAL_MS_MAX = 1_000;

/** Streams that one connection may read or give at once; beyond it `RESOURCE_EXHAUSTED`. */
export const STREAMS_PER_LINK_MAX = 1_024;
/**
 * What a writer may send of one stream before its reader gives new credit, in units of items (see
 * {@linkcode STREAM_ITEM_OVERHEAD}): enough for 5 MB/s over 50 ms. An item leaves as long as any is left.
 */
export const STREAM_CREDIT = 256 * 1024;
/** What may be under way of all streams over one link, or of all that one process reads; each gets an equal part. */
export const STREAM_CREDIT_PER_LINK = 4 * 1024 * 1024;
/** What a stream may always have under way, however many there are: none starves because others are not read. */
export const STREAM_CREDIT_MIN = 4 * 1024;
/**
 * Items that are ready at the same time leave together until they are so much, in units of items: enough that what a message
 * costs no longer counts, and little enough that others get their turn.
 */
export const STREAM_BATCH = 4 * 1024;
/** Streamed arguments of one call; more is a `RangeError` at the caller, and ends the connection of a peer that sends them. */
export const ARGUMENT_STREAMS_MAX = 8;
/** Longest item of a stream; more ends the stream with `RESULT_TOO_LARGE`, and with `PROTOCOL` where a peer sends it. */
export const STREAM_ITEM_MAX = STREAM_CREDIT;
/**
 * An item counts as the UTF-16 units of its JSON text and so many more: tiny ones need memory, too, and no window holds more
 * than 4,096.
 */
export const STREAM_ITEM_OVERHEAD = 64;

/** Failures in a row after which a provider is left alone. */
export const COOL_DOWN_FAILURES = 5;
/** First rest of a failing provider, in ms; doubles up to {@linkcode COOL_DOWN_MS_MAX}. */
export const COOL_DOWN_MS = 1_000;
/** Longest rest of a failing provider, in ms. */
export const COOL_DOWN_MS_MAX = 30_000;
/** How long a URL that could not be dialled for calls is reached by relay instead, in ms. */
export const UNDIALABLE_MS = 60_000;

/**
 * How long a dial for calls has for itself before they are passed along links, where that can be done, in ms: the delay that
 * RFC 8305 recommends between two attempts to connect.
 */
export const DIAL_HEAD_START_MS = 250;
/** How long an address that did not answer in that time is held for one that won't: calls do not wait for it, in ms. */
export const SILENT_MS = 600_000;
/** How long a dial may take, in ms. */
export const DIAL_TIMEOUT_MS = 10_000;
/** How long a new `farcall.v1` connection may take to say hello, in ms. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
/** First pause before dialling again, in ms; doubles, with full jitter, up to {@linkcode RECONNECT_MS_MAX}. */
export const RECONNECT_MS = 100;
/** Longest pause before dialling again, in ms. */
export const RECONNECT_MS_MAX = 30_000;
/**
 * The same for a configured peer that is in reach over others, in ms: it lives, only the way to it is broken, and may be whole
 * again at any moment.
 */
export const RECONNECT_LIVING_MS_MAX = 5_000;
/** How often news of a peer may bring the next attempt to dial it forward, in ms. */
export const RECONNECT_NEWS_MS = 10_000;
/** How often a name in `peers` is looked up again while all is well, in ms. */
export const DNS_REFRESH_MS = 60_000;
/** How often a file in `peers` is read again, in ms: reading a small file costs less than being told of its changes. */
export const PEER_FILE_REFRESH_MS = 5_000;
/** Least time between two readings of one source of peers, in ms, however many links fall meanwhile. */
export const PEER_READ_MS_MIN = 1_000;
/** How long a connection must have been up before the back-off starts from the beginning, in ms. */
export const RECONNECT_RESET_MS = 10_000;
/**
 * Nodes of the reference that are dialled back because they dialled us, at most: anybody may name an address to be
 * dialled. Beyond it a node is not dialled: it hears of our own offers only, and keeps what is withdrawn.
 */
export const DIAL_BACKS_MAX = 128;
/** Failures in a row after which a node is no longer dialled back; it is again when its links are gone and it comes anew. */
export const DIAL_BACK_ATTEMPTS_MAX = 5;
/** Silence after which a ping goes out, in ms. */
export const PING_AFTER_MS = 5_000;
/**
 * Silence after a ping that proves a link half-open once its peer has dialled a second one, in ms: the peer would not
 * dial while it has a link, so {@linkcode DEAD_AFTER_MS} need not pass.
 */
export const RIVAL_PING_MS = 2_000;
/** Silence after which a peer counts as dead, in ms. */
export const DEAD_AFTER_MS = 15_000;
/**
 * Silence after which a node pings a client, in ms: later than the client itself would. A client that offers functions is
 * treated as a node is, since others wait for it.
 */
export const CLIENT_PING_AFTER_MS = 15_000;
/** Silence after which a client counts as dead, in ms. */
export const CLIENT_DEAD_AFTER_MS = 30_000;
/** How often a HELLO is repeated to a peer of the reference, which forgets a quiet peer after 60 s, in ms. */
export const LEGACY_HELLO_MS = 20_000;
/**
 * How long the answer to a GOODBYE that takes offers back is waited for, in ms: a node of the reference on a healthy
 * link answers within a round trip. After that what is left is told all the same.
 */
export const LEGACY_GOODBYE_MS = 2_000;
/**
 * Silence after which a socket that a node of the reference dialled is closed if it has another one, in ms. It opens one
 * for each announcement to a peer that it has no link to, and never closes any; its own link carries gossip every few
 * seconds, and if it is closed in a pause it dials again.
 */
export const LEGACY_IDLE_MS = 120_000;
/** How often offers are repeated into regions of the reference, so that a far gateway can expire them, in ms. */
export const LEGACY_REFRESH_MS = 120_000;
/** Call connections to one node of the reference, which serves each connection strictly in order. */
export const LEGACY_CALL_CONNECTIONS_MAX = 8;
/**
 * Offers that a client remembers for one iteration over them, to tell what has changed after a change of nodes. Beyond it
 * offers are told and not remembered: such an offer is told as new again by the next node, and its loss only by a node.
 */
export const WATCHED_OFFERS_MAX = 65_536;
/** How often a client looks at the offers in reach where its node can't tell it of them, in ms. */
export const OFFER_LOOK_MS = 1_000;
/** Pause before a client asks the next node to tell it of offers, in ms. */
export const OFFER_WATCH_AGAIN_MS = 100;
/** How long an idle call connection is kept, in ms. */
export const CALL_CONNECTION_IDLE_MS = 60_000;
/** Bytes waiting in a connection above which a link gets no announcements until it drains. */
export const SEND_QUEUE_SOFT_BYTES = 1024 * 1024;
/** Bytes waiting in a connection above which it is closed with 4408. */
export const SEND_QUEUE_HARD_BYTES = 16 * 1024 * 1024;
/** How long a link that fell {@linkcode FLAPS_MAX} times in {@linkcode FLAP_WINDOW_MS} is announced to nobody, in ms. */
export const FLAP_HOLD_MS = 5_000;
/** Falls of a link within the window that make it a flapping one. */
export const FLAPS_MAX = 3;
/** Window in which falls of a link are counted, in ms. */
export const FLAP_WINDOW_MS = 60_000;
/**
 * How long a node must hear of another life under its own URL before it reports a conflict, in ms: its own ghost after a
 * restart dies sooner.
 */
export const URL_CONFLICT_MS = 30_000;

/** Longest error message on the wire, in UTF-16 units. */
export const ERROR_MESSAGE_MAX = 512;
/** Longest error details on the wire, in bytes of JSON. */
export const ERROR_DETAILS_MAX = 8_192;
