import { Links } from "../shell/links/links.ts";
import { SentinelDaemon } from "../shell/sentinel/daemon.ts";
import { BundledServer } from "../shell/server/bundled-server.ts";
import * as s from "./vedette-sentinel.ts";
import * as d from "./vedette-server.ts";
export { Links, SentinelDaemon, BundledServer, s, d };
