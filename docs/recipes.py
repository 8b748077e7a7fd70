#!/usr/bin/python3
"""Takes part in three of the small recipes, on the same znodes as the Java ones, raw or Curator's.

    recipes.py lock     HOSTS PATH [SECONDS]          waits for the exclusive lock and holds it that long
    recipes.py election HOSTS PATH NAME [SECONDS]     waits until it leads, and leads that long
    recipes.py put      HOSTS PATH CAPACITY ITEM...   adds items to the queue
    recipes.py take     HOSTS PATH [COUNT]            handles that many items: prints them

HOSTS is a connect string. Needs kazoo (Debian: python3-kazoo). docs/recipes.md says why the names have to be these.
"""

import struct
import sys
import time
import uuid

from kazoo.client import KazooClient
from kazoo.recipe.election import Election
from kazoo.recipe.lock import Lock


class TwinLock(Lock):
    _NODE_NAME = "__WRIT__"
    _EXCLUDE_NAMES = ["__WRIT__", "__READ__"]


class Latch(Lock):
    _NODE_NAME = "latch-"
    _EXCLUDE_NAMES = ["latch-"]


def token(zk, lock):
    return zk.get(lock.path + "/" + lock.node)[1].czxid


def lock(zk, path, seconds="1"):
    twin = TwinLock(zk, path)
    with twin:
        print("kazoo holds, token", token(zk, twin), flush=True)
        time.sleep(float(seconds))
    print("kazoo released", flush=True)


def election(zk, path, name, seconds="1"):
    stand = Election(zk, path, name)
    stand.lock = Latch(zk, path, name)

    def lead():
        print(name, "leads, token", token(zk, stand.lock), flush=True)
        time.sleep(float(seconds))

    stand.run(lead)
    print(name, "resigned", flush=True)


def encode(data):
    """As Curator's DistributedQueue: version, part, length, bytes, end."""
    return struct.pack(">iBi", 0x10001, 1, len(data)) + data + b"\x02"


def decode(raw):
    version, opcode, length = struct.unpack(">iBi", raw[:9])
    assert version == 0x10001 and opcode == 1 and raw[9 + length:] == b"\x02"
    return raw[9:9 + length]


def failed(results):
    return any(isinstance(result, Exception) for result in results)


def add(zk, path, data, capacity):
    mine = str(uuid.uuid4()).encode()  # the same for all tries of this put
    while True:
        tokens, stat = zk.get(path + "/items")
        if mine in tokens:
            return True  # added before, and the answer lost
        if stat.children_count >= capacity:
            return False
        put = zk.transaction()
        put.set_data(path + "/items", mine + tokens[:99 * 36], stat.version)
        put.create(path + "/items/queue-", encode(data), sequence=True)
        if not failed(put.commit()):
            return True


def put(zk, path, capacity, *items):
    zk.ensure_path(path + "/items")
    for item in items:
        print("put" if add(zk, path, item.encode(), int(capacity)) else "full:", item, flush=True)


def take(zk, path, count="1"):
    zk.ensure_path(path + "/claims")
    left = int(count)
    while left > 0:
        for name in sorted(n for n in zk.get_children(path + "/items") if n.startswith("queue-")):
            claim = zk.transaction()
            claim.check(path + "/items/" + name, -1)
            claim.create(path + "/claims/" + name, ephemeral=True)
            if left > 0 and not failed(claim.commit()):
                print("kazoo handles", name, decode(zk.get(path + "/items/" + name)[0]).decode(), flush=True)
                done = zk.transaction()
                done.delete(path + "/items/" + name)
                done.delete(path + "/claims/" + name)
                done.commit()
                left -= 1
        time.sleep(0.1)


def main():
    parts = {"lock": lock, "election": election, "put": put, "take": take}
    if len(sys.argv) < 4 or sys.argv[1] not in parts:
        sys.exit(__doc__)
    zk = KazooClient(hosts=sys.argv[2], timeout=6)
    zk.start()
    try:
        parts[sys.argv[1]](zk, *sys.argv[3:])
    finally:
        zk.stop()


if __name__ == "__main__":
    main()
