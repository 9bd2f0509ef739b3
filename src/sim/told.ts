import type { LinkCommand } from "../sentinel/effect.ts";
import type { HelloTexts } from "./hello-texts.ts";
import type { Told } from "./watch.ts";

/** What a command to an instance tells it about the sender's epochs and configuration. */
export function toldByCommand(command: LinkCommand, hellos: HelloTexts): Told | undefined {
  switch (command.name) {
    case "hello": {
      const { parsed } = hellos.read(command.payload);
      if (parsed.kind === "hello") return { kind: "hello", hello: parsed };
      throw new Error(`a sentinel sends a hello that nobody understands: ${command.payload}`);
    }
    case "ask": {
      const { master, epoch, candidate } = command;
      return { kind: "ask", master, epoch, candidate };
    }
    case "ping":
    case "info":
    case "reconfigure":
    case "script-kill":
    case "sentinels":
    case "master-fields":
    case "peer-info":
    case "vedette":
    case "where-is":
    case "order":
    case "ask-master":
      return undefined;
  }
}
