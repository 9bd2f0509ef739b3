/**
 * Redis' protocol, RESP2 and RESP3: bytes in any slicing to values, and back. No sockets in it.
 *
 * - `ReplyParser`: what a server answers (`feed` a chunk, take replies with `next`)
 * - `RequestParser`: what a client asks, inline commands too
 * - `encodeCommand`: a command as bytes
 * - `encodeReply`: a reply as a string (latin1, a character a byte) or parts
 */
export { encodeReply, type Output } from "../../resp/buffered-writer.ts";
export { encodeCommand } from "../../resp/encode-command.ts";
export { ProtocolError } from "../../resp/errors.ts";
export { DEFAULT_REPLY_LIMITS, type ReplyLimits, ReplyParser } from "../../resp/reply-parser.ts";
export type { Protocol } from "../../resp/reply-writer.ts";
export * as replies from "../../resp/reply.ts";
export type { Reply } from "../../resp/reply.ts";
export { type RequestLimits, RequestParser } from "../../resp/request-parser.ts";
