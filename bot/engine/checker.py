"""Runs the checks where they hold up nobody: in a process of their own, warm from the start."""

import asyncio
import multiprocessing
import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import checks
from bot.orphans import end_with
from bot.verdicts import UNCHECKED
from checks import Examined
from checks.values import Post


class Checker:
    """`run` examines one post. `ready` turns true when the models are loaded; until then
    `problem` says why they cannot be.
    """

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor, self._own = executor, executor is None
        self.ready, self.problem = False, ""

    def _pool(self) -> Executor:
        if self._executor is None:
            spawn = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(
                1, mp_context=spawn, initializer=_quiet, initargs=(os.getpid(),)
            )
        return self._executor

    async def warm(self) -> None:
        """Loads the models; raises when they cannot be loaded."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool(), checks.warm)
        except BrokenProcessPool:
            self._executor, self.problem = None, "the process that loads the models died"
            raise
        except Exception as error:
            known = isinstance(error, checks.CannotCheck)
            self.problem = str(error) if known else type(error).__name__
            raise
        self.ready, self.problem = True, ""

    async def run(self, post: Post) -> Examined:
        """What the checks say. A worker that died is replaced once; a second death is the caller's.
        As long as a model cannot be loaded, every draft is held: what found nothing may be what
        broke.
        """
        try:
            found = await self._ask(post)
        except BrokenProcessPool:
            self._executor = None
            found = await self._ask(post)
        return Examined((*found.findings, UNCHECKED)) if self.problem else found

    async def _ask(self, post: Post) -> Examined:
        return await asyncio.get_running_loop().run_in_executor(
            self._pool(), checks.examine, post, post.practice
        )

    def close(self) -> None:
        if self._executor and self._own:
            self._executor.shutdown(wait=False, cancel_futures=True)


def _quiet(parent: int) -> None:
    """A worker ends with its parent and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
