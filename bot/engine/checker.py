"""Runs the checks where they hold up nobody: in a process of their own, warm from the start."""

import asyncio
import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import checks
from checks import Examined
from checks.values import Post


class Checker:
    """`run` examines one post. `ready` turns true when the models are loaded."""

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor, self._own = executor, executor is None
        self.ready = False

    def _pool(self) -> Executor:
        if self._executor is None:
            spawn = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(1, mp_context=spawn, initializer=_quiet)
        return self._executor

    async def warm(self) -> None:
        """Loads the models; raises when they cannot be loaded."""
        await asyncio.get_running_loop().run_in_executor(self._pool(), checks.warm)
        self.ready = True

    async def run(self, post: Post) -> Examined:
        """What the checks say. A worker that died is replaced once; a second is the caller's."""
        try:
            return await self._ask(post)
        except BrokenProcessPool:
            self._executor = None
            return await self._ask(post)

    async def _ask(self, post: Post) -> Examined:
        found = await asyncio.get_running_loop().run_in_executor(
            self._pool(), checks.examine, post, post.practice
        )
        self.ready = True
        return found

    def close(self) -> None:
        if self._executor and self._own:
            self._executor.shutdown(wait=False, cancel_futures=True)


def _quiet() -> None:
    """A worker ends with its parent and leaves Ctrl-C to it."""
    import os
    import signal
    import threading
    import time

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
