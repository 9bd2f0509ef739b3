"""Writes through redis-py's Sentinel support, one line on stdout for each acknowledged write.

Arguments: the master's name, the key, the sentinels' ports.
"""

import sys
import time

from redis.exceptions import RedisError
from redis.sentinel import Sentinel

name, key, *ports = sys.argv[1:]
sentinel = Sentinel([("127.0.0.1", int(port)) for port in ports], socket_timeout=0.5)
master = sentinel.master_for(name, socket_timeout=0.5)
count = 0
while True:
    try:
        master.set(key, count + 1)
    except RedisError as error:
        print("failed", error, flush=True)
        time.sleep(0.05)
    else:
        count += 1
        print("acknowledged", count, flush=True)
        time.sleep(0.01)
