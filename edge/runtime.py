"""The face of the package: a bundle, loaded once, that answers."""

from __future__ import annotations

import threading
from os import PathLike
from typing import Any

from edge import strict_json
from edge.bundle import Bundle
from edge.errors import BundleFormatError, UsageError
from edge.events import Command, Rejected
from edge.grammar import Grammar
from edge.home import Home
from edge.intent import TASK, IntentModel
from edge.limits import HOME_FILE_BYTES, MANIFEST_DEPTH
from edge.resolve import SlotSchema
from edge.understanding import TextUnderstanding


class Runtime:
    """The models of one bundle, ready to answer. Made by `Runtime.load`.

    Methods may be called from several threads; they take turns.
    """

    def __init__(self, bundle: Bundle, home: Home | None = None) -> None:
        """Makes the sessions; `load` is the usual way to get here.

        Raises:
            BundleError: what the bundle holds cannot be run.
        """
        task: dict[str, Any] = dict(bundle.tasks.get(TASK, {}))
        if not task:
            raise BundleFormatError(
                "the bundle has no task that understands text",
                where="manifest.json: tasks",
                allowed=f"a task {TASK!r}",
            )
        assets = task.get("assets", {})
        grammar = assets.get("grammar")
        if home is None and "home" in assets:
            data = strict_json.loads(
                bundle.asset(assets["home"]),
                assets["home"],
                most_bytes=HOME_FILE_BYTES,
                most_depth=MANIFEST_DEPTH,
            )
            home = Home.from_dict(data, where=assets["home"])
        self.name = bundle.name
        """The bundle's name."""
        self.version = bundle.version
        """The bundle's version."""
        self.profile = bundle.variant.profile
        """The device profile whose variant was taken."""
        self.intent = IntentModel.of(bundle)
        """The learned model, for those who want its frames before anything is rejected."""
        self._text: TextUnderstanding | None = TextUnderstanding(
            self.intent,
            Grammar.from_bytes(bundle.asset(grammar)) if grammar else None,
            SlotSchema.from_dict(task.get("slot_schema", {})),
            home if home is not None else Home(),
        )
        self._turn = threading.Lock()

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        *,
        home: Home | str | PathLike[str] | None = None,
        profile: str | None = None,
    ) -> Runtime:
        """Loads a bundle: verifies every byte, picks this board's variant, warms up.

        Args:
            path: a bundle's folder or its uncompressed tar.
            home: the household's devices and areas, or the file that lists them; the bundle's own
                sample home, if it has one, when left out.
            profile: take this profile's variant, not the one nearest to this machine.

        Raises:
            BundleError: the bundle is refused; nothing of it has been run.
            HomeError: the home is refused.
        """
        bundle = Bundle.open(path, profile)
        if home is not None and not isinstance(home, Home):
            home = Home.load(home)  # type: ignore[arg-type]
        return cls(bundle, home)

    @property
    def home(self) -> Home:
        """The household's devices and areas; add and remove as they come and go.

        Raises:
            UsageError: the runtime is closed.
        """
        return self._open().home

    @home.setter
    def home(self, home: Home) -> None:
        with self._turn:
            self._open().home = home

    def understand(self, text: str | bytes) -> Command | Rejected:
        """What a sentence commands, or why it is rejected. Never raises on any text.

        Raises:
            UsageError: `text` is neither text nor bytes, or the runtime is closed.
        """
        with self._turn:
            return self._open().answer(text)

    def close(self) -> None:
        """Gives the models' memory back; the runtime answers no more. Closing twice is no error."""
        with self._turn:
            self._text = None
            self.__dict__.pop("intent", None)

    def _open(self) -> TextUnderstanding:
        if self._text is None:
            raise UsageError("the runtime is closed", hint="load the bundle again")
        return self._text

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
