#!/usr/bin/python3
"""Any of the three parts of the system in Python, on the same tree as the Java roles.

    participant.py master HOSTS [SECONDS]        assigns every pending task to some worker, as a person at zkCli would
    participant.py worker HOSTS ID [SECONDS]     takes what is assigned to it; the result is the command in capitals
    participant.py client HOSTS COMMAND...       submits each command and waits for its status

HOSTS is a connect string, with or without a chroot: 127.0.0.1:2181,127.0.0.1:2182/app. Needs kazoo (Debian: python3-kazoo).
It plays by the rules of docs/protocol.md as far as a person does: the master claims with a plain ephemeral /master
and writes without a fence, so it is for trying things out and for nothing else.
"""

import sys
import time

from kazoo.client import KazooClient
from kazoo.exceptions import NodeExistsError


def master(zk, seconds):
    while True:
        try:
            zk.create("/master", b"kazoo 127.0.0.1", ephemeral=True)
            break
        except NodeExistsError:
            print("somebody reigns:", zk.get("/master")[0].decode(), flush=True)
            gone = zk.handler.event_object()
            if zk.exists("/master", watch=lambda event: gone.set()):
                gone.wait(60)
    print("reigning", flush=True)
    deadline = time.time() + seconds
    while time.time() < deadline:
        taken = {t for w in zk.get_children("/assign") for t in zk.get_children("/assign/" + w)}
        workers = zk.get_children("/workers")
        for i, task in enumerate(sorted(zk.get_children("/tasks"), key=lambda name: name[-10:])):
            if workers and task not in taken and not zk.exists("/tasks/" + task + "/status"):
                worker = workers[i % len(workers)]
                zk.ensure_path("/assign/" + worker)
                zk.create("/assign/" + worker + "/" + task)
                print("assigned", task, "to", worker, flush=True)
        time.sleep(0.1)
    zk.delete("/master")
    print("released", flush=True)


def worker(zk, name, seconds):
    zk.create("/workers/" + name, b"127.0.0.1", ephemeral=True)
    zk.ensure_path("/assign/" + name)
    print("registered", flush=True)
    deadline = time.time() + seconds
    done = set()
    while time.time() < deadline:
        for task in zk.get_children("/assign/" + name):
            if task not in done:
                command = zk.get("/tasks/" + task)[0]
                zk.create("/tasks/" + task + "/status", b"done\n" + command.upper())
                done.add(task)
                print("done", task, flush=True)
        time.sleep(0.05)


def client(zk, commands):
    tasks = [zk.create("/tasks/task-", command.encode(), sequence=True) for command in commands]
    for task in tasks:
        status = task + "/status"
        there = zk.handler.event_object()
        if not zk.exists(status, watch=lambda event: there.set()):
            if not there.wait(30):
                print(task, "unknown: no status within 30 s")
                continue
        print(task, zk.get(status)[0].decode().replace("\n", "  ", 1), flush=True)
        collect = zk.transaction()
        collect.delete(status)
        collect.delete(task)
        collect.commit()


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("master", "worker", "client"):
        print(__doc__)
        return 2
    part, hosts, rest = arguments[0], arguments[1], arguments[2:]
    zk = KazooClient(hosts)
    zk.start(15)
    try:
        for parent in ("/", "/workers", "/assign", "/tasks"):
            zk.ensure_path(parent)
        if part == "master":
            master(zk, float(rest[0]) if rest else 3600)
        elif part == "worker":
            worker(zk, rest[0], float(rest[1]) if len(rest) > 1 else 3600)
        else:
            client(zk, rest)
    finally:
        zk.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
