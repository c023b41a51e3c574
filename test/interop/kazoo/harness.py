"""What the kazoo scripts share. Each script is called with HOSTS (host:port,...), runs its checks in order against
running servers, prints `ok <check>` or `FAILED <check>` with the traceback, and exits 1 when one failed."""
import logging
import sys
import threading
import time
import traceback
import uuid

from kazoo.client import KazooClient

logging.basicConfig(level=logging.ERROR)

HOSTS = sys.argv[1]
CHECKS = []
_clients = []


def check(function):
    """Registers a check; its docstring says the rule. It gets a fresh path below which nothing exists yet."""
    CHECKS.append(function)
    return function


def connect(hosts=HOSTS, timeout=10.0, **options):
    """A started client, stopped at the latest when the check ends."""
    client = KazooClient(hosts=hosts, timeout=timeout, **options)
    client.start(timeout=15)
    _clients.append(client)
    return client


def server(number):
    """host:port of one server, counted from 0; there may be fewer servers than asked for."""
    hosts = HOSTS.split(',')
    return hosts[number % len(hosts)]


def eventually(what, condition, within=15.0):
    """Waits until the condition holds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError('not within %s s: %s' % (within, what))
        time.sleep(0.01)


def raises(error, call, *args, **options):
    try:
        result = call(*args, **options)
    except error:
        return
    raise AssertionError('%s expected, got the result %r' % (error.__name__, result))


def equal(actual, expected):
    if actual != expected:
        raise AssertionError('%r expected, got %r' % (expected, actual))


def in_threads(*functions, within=30.0):
    """Runs functions at the same time, waits for all, raises the first error."""
    errors = []

    def guarded(function):
        try:
            function()
        except BaseException as error:  # handed to the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + within
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if errors:
        raise errors[0]
    if any(thread.is_alive() for thread in threads):
        raise AssertionError('not finished within %s s' % within)


def main():
    failed = 0
    for function in CHECKS:
        try:
            function('/interop-' + uuid.uuid4().hex[:12])
            print('ok', function.__doc__, flush=True)
        except BaseException:
            failed += 1
            print('FAILED', function.__doc__, flush=True)
            traceback.print_exc(file=sys.stdout)
        while _clients:
            client = _clients.pop()
            client.stop()
            client.close()
    sys.exit(1 if failed else 0)
