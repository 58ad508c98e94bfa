"""A process of ours that a demo or a test starts, stops and kills."""

import contextlib
import signal
import subprocess


class Child:
    """Holds the process while there is one; ``patience`` is how many seconds it has to end."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Stop it the polite way; nothing happens when it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._end(signal.SIGKILL)

    def cut_power(self) -> None:
        """Kill it, whatever it does, and leave it to whoever watches; nothing happens when it does not run."""
        if self._process is not None:
            self._process.kill()

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGCONT)  # a stopped process does not hear the other signal
            self._process.send_signal(how)
        try:
            self._process.wait(self._patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
