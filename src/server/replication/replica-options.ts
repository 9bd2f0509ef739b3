/** What a replica tells about itself by REPLCONF before it asks for the stream (spec §2.8). */
export interface ReplicaOptions {
  /** 0 until told. */
  listeningPort: number;
  /** Empty when the socket's address counts. */
  announcedIp: string;
  /** Understands a payload of unknown length, ended by a marker. */
  eof: boolean;
  /** Understands `+CONTINUE <replid>`. */
  psync2: boolean;
  /** Wants the snapshot and no stream. */
  rdbOnly: boolean;
  /** Of the snapshot: all, or the libraries of functions only. */
  rdbFilter: "everything" | "functions";
}

export function newReplicaOptions(): ReplicaOptions {
  return {
    listeningPort: 0,
    announcedIp: "",
    eof: false,
    psync2: false,
    rdbOnly: false,
    rdbFilter: "everything",
  };
}
