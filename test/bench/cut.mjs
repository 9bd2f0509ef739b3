// A second network of this machine, whose cable can be pulled: a network namespace and a veth pair. Needs Linux, root and `ip`
// (Debian: iproute2); where they are missing, the caller says so and measures something weaker.
import { execFileSync } from "node:child_process";

const NAME = `vedette-${process.pid}`;
const OUTSIDE = "10.213.77.1";
const INSIDE = "10.213.77.2";

/** @param {string} words */
function ip(words) {
  execFileSync("ip", words.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
}

/**
 * @typedef {object} SecondNetwork
 * @property {string} outside this side's address
 * @property {string} inside the address of what runs behind the cable
 * @property {readonly string[]} enter the words that start a program behind it
 * @property {() => void} cut pulls the cable: what is sent is lost, nothing is refused or closed
 * @property {() => void} remove
 */

/** @returns {SecondNetwork | undefined} undefined where this machine does not allow it */
export function secondNetwork() {
  const cable = `vd${process.pid % 100_000}`;
  const remove = () => {
    for (const words of [`netns del ${NAME}`, `link del ${cable}a`]) {
      try {
        ip(words);
      } catch {
        // Not there, or gone with the other.
      }
    }
  };
  try {
    ip(`netns add ${NAME}`);
    ip(`link add ${cable}a type veth peer name ${cable}b`);
    ip(`link set ${cable}b netns ${NAME}`);
    ip(`addr add ${OUTSIDE}/30 dev ${cable}a`);
    ip(`link set ${cable}a up`);
    ip(`netns exec ${NAME} ip addr add ${INSIDE}/30 dev ${cable}b`);
    ip(`netns exec ${NAME} ip link set ${cable}b up`);
    ip(`netns exec ${NAME} ip link set lo up`);
  } catch {
    remove();
    return undefined;
  }
  return {
    outside: OUTSIDE,
    inside: INSIDE,
    enter: ["ip", "netns", "exec", NAME],
    // The end inside goes down: this side keeps its address and route, and nothing comes back.
    cut: () => ip(`netns exec ${NAME} ip link set ${cable}b down`),
    remove,
  };
}
