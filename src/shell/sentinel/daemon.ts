import { randomBytes, randomInt } from "node:crypto";
import { unreachable } from "../../base/assert.ts";
import { Driver } from "../../base/driver.ts";
import { masterName, parseRunId, type RunId } from "../../base/ids.ts";
import type { SaveNumber } from "../../base/units.ts";
import { knownAddress } from "../../sentinel/commands/known-address.ts";
import { createSentinelState } from "../../sentinel/create.ts";
import { durableView } from "../../sentinel/durable.ts";
import type { Effect } from "../../sentinel/effect.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Input } from "../../sentinel/input.ts";
import { rememberedView } from "../../sentinel/remembering.ts";
import type { SentinelState } from "../../sentinel/state.ts";
import { isRunning } from "../../sentinel/script-queue.ts";
import { step } from "../../sentinel/step.ts";
import { REDIS_VERSION } from "../../server/version.ts";
import type { DaemonSettings } from "../../wire/sentinel-conf/daemon-settings.ts";
import type { SentinelConfig } from "../../wire/sentinel-conf/sentinel-config.ts";
import { monotonicNow, wallClockNow } from "../clock.ts";
import { userOptionLines } from "../../wire/acl/user-lines.ts";
import type { CommandNames } from "../renamed-commands.ts";
import { ConfigFile } from "../config-file.ts";
import { LinkTroubles } from "../links/link-troubles.ts";
import type { Links } from "../links/links.ts";
import type { AccessControl } from "../listener/access/access-control.ts";
import { disabledUserNotes } from "../listener/access/declared-access.ts";
import { Listener, type ListenOptions } from "../listener/listener.ts";
import type { PauseControl, SessionContext } from "../listener/session/session-command.ts";
import { DEFAULT_LISTENER_SETTINGS, type ListenerSettings } from "../listener/settings.ts";
import type { Log } from "../log.ts";
import { OutboundGate, type Outgoing } from "../../sentinel/outbound-gate.ts";
import type { HttpServer } from "../http/http-server.ts";
import { httpSettings } from "../http/http-settings.ts";
import { packageFolder, readVersion } from "../server/facts.ts";
import { type LookUp, Resolver } from "../resolver.ts";
import type { Supervision } from "../supervision.ts";
import type { SentinelSecrets } from "../secrets/sentinel-secrets.ts";
import type { Tls } from "../tls/tls.ts";
import { WakeUp } from "../wake-up.ts";
import { within } from "./disk-patience.ts";
import { EventFeed } from "./event-feed.ts";
import { HistoryFile } from "./history-file.ts";
import { speaksFor } from "../../sentinel/webhook-copies.ts";
import { answerWebhookCommand } from "../webhooks/webhook-command.ts";
import { Webhooks } from "../webhooks/webhooks.ts";
import { MemoryFile } from "./memory-file.ts";
import { ProcessInfo } from "./process-info.ts";
import { SentinelRequests } from "./requests.ts";
import { ScriptRunner } from "./script-runner.ts";
import { StateFolder } from "./state-folder.ts";

export interface SentinelDaemonOptions {
  readonly config: SentinelConfig;
  /** Absolute path of the configuration file. */
  readonly path: string;
  readonly log: Log;
  /** Where anything is encrypted: the certificates for it. */
  readonly tls?: Tls | undefined;
  /** What is kept outside of the configuration. */
  readonly secrets?: SentinelSecrets | undefined;
  /** The users that the configuration declares. */
  readonly access: AccessControl;
  /** `rename-command` */
  readonly renamed: CommandNames;
  /** Whose word INFO shows; undefined is nobody's. */
  readonly supervision?: Supervision;
  /** A client's SHUTDOWN: the caller stops the daemon. */
  readonly onShutdown: () => void;
  /** Resolves host names; undefined leaves it to the system. */
  readonly lookUp?: LookUp | undefined;
  /** The core is broken or has to die as told: the process must end now, with this status. */
  readonly onFatal: (status: number, cause: unknown) => void;
}

/** SIMULATE-FAILURE ends the process with this (spec sentinel §1.2). */
const SIMULATED_CRASH = 99;
const BROKEN = 1;
/** A sentinel's requests are short: who sends more than this is refused. */
const LONGEST_ARGUMENT_BYTES = 1024 * 1024;
const QUERY_BUFFER_BYTES = 64 * 1024 * 1024;
/** The wall clock may be set, and stands still while the machine sleeps: the core hears of it this often. */
const WALL_CLOCK_PERIOD_MS = 60_000;
const SEED_LIMIT = 2 ** 48 - 1;
/** The state folder is waited for this long: at the start, with the port open, and at the end. */
const LOADING_MS = 500;
const LAST_WRITE_MS = 2_000;

interface Loading {
  readonly history: ReturnType<HistoryFile["load"]>;
  readonly memory: ReturnType<MemoryFile["load"]>;
}

/** A sentinel at work: the core, and everything that does what it says. */
export class SentinelDaemon {
  readonly #options: SentinelDaemonOptions;
  readonly #state: SentinelState;
  readonly #driver: Driver<Input, Effect>;
  readonly #listener: Listener;
  readonly #requests: SentinelRequests;
  #links: Links | undefined;
  readonly #gate: OutboundGate;
  readonly #configFile: ConfigFile;
  readonly #folder: StateFolder;
  readonly #history: HistoryFile;
  readonly #memory: MemoryFile;
  readonly #wakeUp: WakeUp;
  readonly #scripts = new ScriptRunner((input) => this.#deliver(input));
  readonly #resolver: Resolver;
  readonly #feed = new EventFeed();
  readonly #webhooks: Webhooks;
  /** What happens before the core has begun waits here; undefined afterwards. */
  #early: Input[] | undefined = [];
  #passwordKeptElsewhere: string | undefined;
  #wallClock: NodeJS.Timeout | undefined;
  #http: HttpServer | undefined;
  readonly #startedAtMs = wallClockNow();
  /** Nothing is given to the core any more. */
  #ended = false;

  constructor(options: SentinelDaemonOptions) {
    const { config, path, secrets } = options;
    const { daemon, sentinel } = config;
    this.#options = options;
    const myId = sentinel.myId ?? newRunId();
    const isNew = sentinel.myId === undefined;
    const folder = new StateFolder({
      configPath: path,
      stateDir: sentinel.extensions["state-dir"],
      log: options.log,
    });
    this.#folder = folder;
    this.#memory = new MemoryFile({
      folder,
      log: options.log,
      view: () => rememberedView(this.#state),
    });
    this.#state = createSentinelState(
      {
        durable: { ...sentinel, myId },
        isNew,
        port: daemon.announcedPort,
        requirePass: daemon.requirePass,
        ...(secrets === undefined ? {} : { secrets: secrets.outside }),
      },
      { seed: randomInt(SEED_LIMIT), now: monotonicNow(), unixMs: wallClockNow() },
    );
    this.#driver = new Driver({
      step: (input, now) => step(this.#state, input, now),
      perform: (effect) => this.#perform(effect),
      now: monotonicNow,
    });
    this.#wakeUp = new WakeUp({
      now: monotonicNow,
      wake: () => this.#deliver({ kind: "tick", afterPoll: false }),
    });
    this.#resolver = new Resolver((answer) => this.#deliver(answer), options.lookUp);
    this.#gate = new OutboundGate((outgoing) => this.#emit(outgoing));
    this.#configFile = new ConfigFile({
      path,
      view: () => durableView(this.#state),
      options: () => [
        ...config.commandLineOptions,
        ...userOptionLines(options.access.users, options.access.usersFile),
      ],
      events: {
        saved: (save) => this.#onSaved(save),
        failed: (save, reason) => this.#onSaveFailed(save, reason),
      },
    });
    this.#history = new HistoryFile({ folder, log: options.log });
    this.#followPassword(secrets?.requirePass);
    secrets?.watch(() => {
      this.#followPassword(secrets.requirePass);
      this.#deliver({ kind: "secrets-changed", secrets: secrets.outside });
    });
    this.#webhooks = new Webhooks({
      lines: () => this.#state.settings.extensions.webhook,
      folder: folder.file("webhooks"),
      sentinel: myId,
      configEpoch: (name) => this.#state.masters.get(masterName(name))?.configEpoch ?? 0,
      speaksFor: (name) => speaksFor(this.#state, masterName(name)),
      tellOthers: (name, words) =>
        this.#deliver({ kind: "webhook-delivered", master: masterName(name), words }),
      log: (level, line) => options.log.line(level, line),
    });
    this.#feed.subscribe((fed) => this.#webhooks.onEvent(fed));
    const startedAt = monotonicNow();
    this.#requests = new SentinelRequests({
      session: () => session,
      knownAddress: (name) => (this.#ended ? undefined : knownAddress(this.#state, name)),
      deliver: (input) => this.#deliver(input),
      composeInfo: (sections, text) => info.compose(sections, text),
      webhookCommand: (words) => answerWebhookCommand(this.#webhooks, words),
      shutdown: options.onShutdown,
      renamed: options.renamed,
    });
    this.#listener = new Listener({
      handler: this.#requests,
      settings: listenerSettings(daemon),
      access: options.access,
      now: monotonicNow,
      log: (level, message) => options.log.line(level, message),
    });
    const session = sessionContext(this.#listener, this.#requests.pause);
    const info = new ProcessInfo(
      {
        version: readVersion(),
        runId: newRunId(),
        configFile: path,
        bind: daemon.bind,
        unixSocket: daemon.unixSocket,
        maxClients: daemon.maxClients,
        supervision: options.supervision ?? "no",
        startedAt,
      },
      { listener: this.#listener, commands: this.#requests },
    );
  }

  /** Listens, and begins to watch. @throws {ListenError} */
  async start(): Promise<void> {
    const { log, config } = this.#options;
    const { myId } = this.#state;
    await this.#listener.listen(listenOptions(config.daemon, this.#options.tls));
    for (const note of disabledUserNotes(this.#options.access)) log.line("notice", note);
    log.line(
      "notice",
      `Running mode=sentinel, port=${this.#listener.port || this.#listener.tlsPort}.`,
    );
    log.line("notice", `Sentinel ID is ${myId}`, { runId: myId });
    // Loading the client library takes longer than all before it: clients need not wait for that.
    const loading = { history: this.#history.load(), memory: this.#memory.load() };
    const { Links } = await import("../links/links.ts");
    this.#links = new Links({
      myId,
      localAddress: config.daemon.bindSourceAddress,
      tls: config.daemon.tls?.replication === true ? this.#options.tls : undefined,
      troubles: new LinkTroubles(log),
      report: (input) => this.#deliver(input),
    });
    await this.#startHttp();
    this.#webhooks.start();
    const past = await this.#pastFrom(loading);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const input of [...past, { kind: "start" } as const, ...early]) this.#deliver(input);
    this.#wallClock = setInterval(() => {
      this.#deliver({ kind: "wall-clock", unixMs: wallClockNow() });
    }, WALL_CLOCK_PERIOD_MS).unref();
  }

  /** What the state folder tells in time. What comes later is taken then. */
  async #pastFrom({ history, memory }: Loading): Promise<readonly Input[]> {
    const [entries, groups] = await Promise.all([
      within(history, LOADING_MS),
      within(memory, LOADING_MS),
    ]);
    if (entries === undefined || groups === undefined) {
      this.#folder.warn(new Error(`it was not read within ${LOADING_MS} ms`));
    }
    if (entries === undefined) {
      void history.then((late) => this.#deliver({ kind: "history-loaded", entries: late }));
    }
    if (groups === undefined) {
      void memory.then((late) => this.#deliver({ kind: "memory-loaded", groups: late }));
    }
    return [
      { kind: "memory-loaded", groups: groups ?? [] },
      entries === undefined
        ? { kind: "history-loaded", entries: [], auditsAbove: this.#startedAtMs }
        : { kind: "history-loaded", entries },
    ];
  }

  /**
   * Where it is asked for; nothing of it is loaded elsewhere. That takes a moment in which nothing else
   * is done, so it is over before the core begins to watch.
   * @throws {HttpStartError}
   */
  async #startHttp(): Promise<void> {
    const settings = httpSettings(this.#state.settings.extensions);
    if (settings === undefined || this.#ended) return;
    const { HttpServer } = await import("../http/http-server.ts");
    const { clients } = this.#listener;
    this.#http = new HttpServer({
      settings,
      dashboardFolder: new URL("dist/dashboard/", packageFolder() ?? import.meta.url),
      source: {
        state: this.#state,
        now: monotonicNow,
        feed: this.#feed,
        log: this.#options.log,
        facts: {
          version: readVersion(),
          configFile: this.#options.path,
          startedAtMs: this.#startedAtMs,
        },
        ask: (words, from, onReply) =>
          this.#requests.ask(words, from, (reply) => {
            if (reply.kind === "value") onReply(reply.reply);
          }),
        counts: () => ({
          clients: clients.size,
          commands: this.#requests.processed,
          subscribers: clients.accepted().filter(({ subscriptions }) => subscriptions > 0).length,
        }),
        webhooks: this.#webhooks,
      },
    });
    await this.#http.start();
  }

  /** Ends without a word to anybody and without a change to the file (spec sentinel, S-010). */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#tellUnfinishedScripts();
    this.#wakeUp.stop();
    clearInterval(this.#wallClock);
    this.#requests.pause.stop();
    const http = this.#http?.stop();
    this.#links?.closeAll();
    this.#options.tls?.stop();
    this.#options.secrets?.stop();
    await Promise.all([
      within(this.#webhooks.stop(), LAST_WRITE_MS),
      this.#configFile.settled(),
      within(this.#history.settled(), LAST_WRITE_MS),
      within(this.#memory.settled(), LAST_WRITE_MS),
      this.#listener.close(),
      http,
    ]);
  }

  /** Scripts that run go on; those that wait are nobody's any more, as with Redis. */
  #tellUnfinishedScripts(): void {
    const waiting = this.#state.scripts.jobs.filter((job) => !isRunning(job)).length;
    if (waiting === 0) return;
    this.#options.log.line("warning", `${waiting} scripts were still waiting and are not run`);
  }

  /** A password that is kept elsewhere is the default user's, whatever the file has of that user. */
  #followPassword(password: string | undefined): void {
    if (password === this.#passwordKeptElsewhere) return;
    this.#passwordKeptElsewhere = password;
    this.#options.access.users.setDefaultPassword(password ?? "");
  }

  /** What this sentinel has told lately, for whoever shows or forwards it. */
  get feed(): EventFeed {
    return this.#feed;
  }

  #deliver(input: Input): void {
    if (this.#ended) return;
    if (this.#early !== undefined) {
      this.#early.push(input);
      return;
    }
    try {
      this.#driver.deliver(input);
    } catch (cause) {
      this.#end(BROKEN, cause);
    }
  }

  #end(status: number, cause: unknown): void {
    this.#ended = true;
    this.#options.onFatal(status, cause);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "wake-at":
        return this.#wakeUp.at(effect.at);
      case "poll":
        setImmediate(() => this.#deliver({ kind: "tick", afterPoll: true }));
        return undefined;
      case "resolve":
        return this.#resolver.ask(effect);
      case "open-link":
        return this.#links?.open(effect);
      case "open-subscription":
        return this.#links?.openSubscription(effect.link);
      case "close-link":
        return this.#links?.close(effect.link);
      case "send":
      case "reply":
      case "publish-event":
      case "run-script":
        return this.#gate.pass(effect);
      case "kill-script":
        return this.#scripts.kill(effect.job);
      case "save-config":
        return this.#configFile.save(effect.save);
      case "record":
        return this.#history.append(effect.entry);
      case "remember":
        return this.#memory.write();
      case "log":
        return this.#options.log.line(effect.level, effect.message);
      case "webhook-heard":
        return this.#webhooks.onHeard(effect.words);
      case "set-log-level":
        this.#options.log.threshold = effect.level;
        return undefined;
      case "crash":
        return this.#end(SIMULATED_CRASH, "simulated failure");
      default:
        return unreachable(effect);
    }
  }

  #emit(outgoing: Outgoing): void {
    switch (outgoing.kind) {
      case "send":
        return this.#links?.send(outgoing.link, outgoing.command);
      case "reply":
        return this.#requests.reply(outgoing);
      case "publish-event":
        return this.#publish(outgoing.event);
      case "run-script":
        return this.#scripts.run(outgoing);
      default:
        return unreachable(outgoing);
    }
  }

  /** Debug events are for the log alone (spec sentinel §8.1). */
  #publish(event: SentinelEvent): void {
    this.#options.log.event(event);
    if (event.level !== "debug") this.#feed.publish(event);
    if (event.level !== "debug") this.#listener.pubSub.publish(event.name, event.payload);
  }

  /** What waited for the save goes first; then the core hears of it and may send more. */
  #onSaved(save: SaveNumber): void {
    this.#options.log.line("notice", "Sentinel new configuration saved on disk");
    this.#gate.saved(save);
    this.#deliver({ kind: "config-saved", save });
  }

  #onSaveFailed(save: SaveNumber, reason: string): void {
    const { log, path } = this.#options;
    log.error("WARNING: Sentinel was not able to save the new configuration on disk!!!", {
      reason: `${path}: ${reason}`,
    });
    this.#gate.saveFailed(save);
    this.#deliver({ kind: "config-save-failed", save, reason });
  }
}

function newRunId(): RunId {
  const id = parseRunId(randomBytes(20).toString("hex"));
  if (id === undefined) throw new Error("20 bytes are not 40 hex digits");
  return id;
}

function listenerSettings(daemon: DaemonSettings): ListenerSettings {
  return {
    ...DEFAULT_LISTENER_SETTINGS,
    maxClients: daemon.maxClients,
    idleTimeoutSeconds: daemon.idleTimeoutSeconds,
    tcpKeepaliveSeconds: daemon.tcpKeepaliveSeconds,
    protectedMode: daemon.protectedMode,
    maxBulkLength: LONGEST_ARGUMENT_BYTES,
    queryBufferLimit: QUERY_BUFFER_BYTES,
  };
}

function listenOptions(daemon: DaemonSettings, door: Tls | undefined): ListenOptions {
  const { port, bind, tcpBacklog, unixSocket, unixSocketMode } = daemon;
  return {
    port,
    bind,
    backlog: tcpBacklog,
    ...(door === undefined || door.settings.port === 0
      ? {}
      : { tls: { port: door.settings.port, door } }),
    ...(unixSocket === undefined
      ? {}
      : { unixSocket: { path: unixSocket, permissions: unixSocketMode } }),
  };
}

function sessionContext(
  { clients, pubSub, access, now, log }: Listener,
  pause: PauseControl,
): SessionContext {
  return {
    clients,
    pubSub,
    access,
    now,
    log,
    pause,
    greeting: { server: "redis", version: REDIS_VERSION, mode: "sentinel" },
  };
}
