/** What metrics want to know of one endpoint. Plain numbers, read when somebody asks. */
export interface EndpointFigures {
  /** Its name in the configuration. */
  readonly endpoint: string;
  /** Waiting, the held ones included. */
  readonly queueLength: number;
  /** How long the oldest has been waiting; 0: none waits. */
  readonly oldestPendingSeconds: number;
  readonly isDisabled: boolean;
  /** Since the start of the daemon. */
  readonly delivered: number;
  readonly failedAttempts: number;
  /** Given up: too often tried, too old, too many. */
  readonly dead: number;
  /** Another sentinel delivered them. */
  readonly deliveredByOthers: number;
  /** From the event to the receiver's answer: attempts that were the first ones and went well. */
  readonly deliverySeconds: { readonly count: number; readonly sum: number };
}

/** For the registry of metrics. */
export interface WebhookFigures {
  read(): readonly EndpointFigures[];
}
