"""The face of the package: a bundle, loaded once, that answers."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from edge.bundle.bundle import Bundle
from edge.errors import BundleError, BundleFormatError, UsageError, shown
from edge.events import Command, Rejected, Suggestion
from edge.home.home import Home
from edge.intent.model import TASK as INTENT
from edge.intent.model import IntentModel
from edge.intent.understanding import TextUnderstanding
from edge.loading import ACTIVITY, SPEECH, sample_home, sentences_only, understanding

if TYPE_CHECKING:
    from datetime import datetime

    from edge.preference.habits import Context, Habits
    from edge.preference.preference import Preference, Verdict
    from edge.voice.listener import Listening
    from edge.voice.settings import StreamSettings
    from edge.voice.stream import VoiceStream
    from edge.voice.voice import Voice, WakeChoice

PREFERENCE: Final = "preference"
_KNOWN: Final = frozenset({INTENT, PREFERENCE, SPEECH})


class Runtime:
    """The models of one bundle, ready to answer. Made by `Runtime.load`.

    Methods may be called from several threads; they take turns. Load it after forking. More of
    services that run for long is in docs/embedding.md.
    """

    def __init__(
        self, bundle: Bundle, home: Home | None = None, state: str | PathLike[str] | None = None
    ) -> None:
        """Makes the sessions; `load` is the usual way to get here.

        Raises:
            BundleError: what the bundle holds cannot be run.
            UsageError: `state` cannot be used.
        """
        if home is not None:
            _check_home(home)
        if not _KNOWN & bundle.tasks.keys():
            raise BundleFormatError(
                "the bundle has no task that this runtime knows",
                where="manifest.json: tasks",
                allowed=f"one or more of {', '.join(map(repr, sorted(_KNOWN)))}",
            )
        if SPEECH in bundle.tasks and ACTIVITY not in bundle.tasks:
            raise BundleFormatError(
                f"the bundle has the task {SPEECH!r}, but does not know when somebody speaks",
                where="manifest.json: tasks",
                allowed=f"{SPEECH!r} together with {ACTIVITY!r}",
            )
        self.name = bundle.name
        """The bundle's name."""
        self.version = bundle.version
        """The bundle's version."""
        self.profile = bundle.variant.profile
        """The device profile whose variant was taken."""
        self.tasks = tuple(sorted(_KNOWN & bundle.tasks.keys()))
        """What the bundle is for: "intent", "preference", "speech"; one or more."""
        self._closed = False
        # One that a signal's handler may take again: it may come while something is answered.
        self._turn = threading.RLock()
        self._text: TextUnderstanding | None = None
        self._habits: Habits | None = None
        self._home = home if home is not None else sample_home(bundle)
        if INTENT in bundle.tasks:
            self.intent = IntentModel.of(bundle)
            """The learned model, for those who want its frames before anything is rejected."""
            self._text = understanding(bundle, self.intent, self._home)
        # Who only types does not pay for the models that hear: they are made by the first stream.
        self._unheard: Bundle | None = None
        self._voice: Voice | None = None
        if SPEECH in bundle.tasks:
            self._unheard = bundle
            if self._text is None:
                self._text = sentences_only(bundle, self._home)
        if PREFERENCE in bundle.tasks:
            from edge.preference.habits import Habits  # only for bundles that need it

            # A sample home says what things are called, not what this household could do.
            self._habits = Habits(bundle, home, state, self._turn)
            self._habits.preference.home = self._home
        elif state is not None:
            raise self._lacks(PREFERENCE)

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        *,
        home: Home | str | PathLike[str] | None = None,
        profile: str | None = None,
        state: str | PathLike[str] | None = None,
    ) -> Runtime:
        """Loads a bundle: verifies every byte, picks this board's variant, warms up.

        Args:
            path: a bundle's folder or its uncompressed tar.
            home: the household's devices and areas, or the file that lists them; the bundle's own
                sample home, if it has one, when left out.
            profile: take this profile's variant, not the one nearest to this machine.
            state: the file where what is learned of the household is kept, of this bundle alone.
                One that cannot be used is renamed, and `problems` says so. Left out, what is
                learned ends with the process. No two runtimes have the same one.

        Raises:
            BundleError: the bundle is refused; nothing of it has been run.
            HomeError: the home is refused.
            UsageError: `state` is in use, or cannot be used, and would be overwritten.
        """
        given: object = path
        if not isinstance(given, str | PathLike):
            raise UsageError(
                f"is {shown(given)}", where="path", allowed="a bundle's folder, or its tar"
            )
        bundle = Bundle.open(path, profile)
        if isinstance(home, str | PathLike):
            home = Home.load(os.fspath(home))
        try:
            return cls(bundle, home, state)
        except BundleError as error:
            raise error.inside(bundle.path) from error

    @property
    def home(self) -> Home:
        """The household's devices and areas; add and remove as they come and go.

        Raises:
            UsageError: the runtime is closed.
        """
        if self._closed:
            raise _closed()
        return self._home

    @home.setter
    def home(self, home: Home) -> None:
        _check_home(home)
        with home.turn, self._turn:
            if self._closed:
                raise _closed()
            self._home = home
            if self._text is not None:
                self._text.home = home
            if self._habits is not None:
                self._habits.set_home(home)
            voice = self._voice
        if voice is not None:  # now, rather than when somebody speaks
            voice.recognizer.refresh()

    # --- text ---------------------------------------------------------------------------------

    def understand(self, text: str | bytes, area: str | None = None) -> Command | Rejected:
        """What a sentence commands, or why it is rejected. Never raises on any text.

        Args:
            text: the sentence.
            area: where it is said, where that is known: an area's id or name. It fills templates
                that ask for it ("turn on the lights", here), and settles which of several devices
                of one name is meant.

        Raises:
            UsageError: `text` is neither text nor bytes, the home has no such area, the runtime is
                closed, or the bundle understands no text.
        """
        with self._home.turn, self._turn:
            understanding = self._open()
            said_in = None if area is None else self._home.area_id(area)
            return understanding.answer(text, said_in)

    # --- preferences --------------------------------------------------------------------------

    @property
    def preference(self) -> Preference:
        """What suggests and learns, for those who want its parts. Not to be used while another
        thread uses the runtime.

        Raises:
            UsageError: the runtime is closed, or the bundle has no preferences.
        """
        return self._open_habits().preference

    def observe(
        self,
        action: str,
        at: datetime | float | None = None,
        context: Context | None = None,
        person: str = "",
        value: str = "",
        rating: float | None = None,
    ) -> None:
        """Learns from what was just done. Quick: tens of microseconds on a desktop.

        Args:
            action: "light.kitchen:turn_on", or an item of the catalogue; one never seen is learned.
            at: when, by the clock on the wall: a `datetime`, whose zone is not converted, or
                seconds since 1970 of that clock; now, when left out. A time before 2015 is that of
                a clock that was not set, and counts as not known.
            context: sensor → reading; what cannot be used is left out.
            person: who did it, where that is known. So many are told apart as `edge.limits.PERSONS`
                says, the household among them; of others what they do is the household's.
            value: what it was set to, where that matters.
            rating: what the item was rated, where the bundle's items are rated; what is no number
                is left out.

        Raises:
            UsageError: `action`, `person`, `at` or `context` is of the wrong kind, the runtime is
                closed, or the bundle has no preferences.
        """
        self._open_habits().observe(action, at, context, person, value, rating)

    def suggest(
        self,
        at: datetime | float | None = None,
        context: Context | None = None,
        k: int = 3,
        person: str = "",
        *,
        everything: bool = False,
    ) -> list[Suggestion]:
        """What may be wanted next, the likeliest first. It is for asking; nothing is done.

        Args:
            at, context, person: the moment, as for `observe`.
            k: how many at most.
            everything: also what is not likely enough to be shown to anybody.

        Raises:
            UsageError: as for `observe`, or `k` is not from 1 to `edge.limits.SUGGESTIONS`.
        """
        return self._open_habits().suggest(at, context, k, person, everything)

    def rating(
        self,
        item: str,
        at: datetime | float | None = None,
        context: Context | None = None,
        person: str = "",
    ) -> float | None:
        """What an item would be rated; None where the bundle's items are not rated, or it is not
        among them.

        Raises:
            UsageError: as for `observe`.
        """
        return self._open_habits().rating(item, at, context, person)

    def feedback(self, about: str | Suggestion, verdict: Verdict, person: str = "") -> None:
        """Counts what became of a suggestion, or of its action.

        Args:
            verdict: "accepted", "dismissed", or "never": it is not suggested again to anybody.

        Raises:
            UsageError: another verdict, no action's name, closed, or no preferences.
        """
        self._open_habits().feedback(about, verdict, person)

    def unblock(self, action: str) -> None:
        """Lets an action be suggested again that was never to be."""
        self._open_habits().unblock(action)

    def forget(self, person: str | None = None) -> None:
        """Erases what was learned of one person, or all of it; from the state's file at once.

        Forgetting everybody removes the file, and those that were set aside.

        Raises:
            UsageError: closed, or no preferences.
            OSError: the file cannot be written or removed: it still has what it had.
        """
        self._open_habits().forget(person)

    def export_state(self) -> dict[str, Any]:
        """All that was learned, as plain data: for whoever it is about."""
        return self._open_habits().export()

    def save(self) -> None:
        """Writes the state's file now. It is written every 16 observations and on closing anyway.

        Raises:
            OSError: it cannot be written; the old one is untouched.
            UsageError: there is no such file, closed, or no preferences.
        """
        self._open_habits().save()

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong with the state's file, in sentences; empty when nothing did."""
        return self._habits.problems if self._habits is not None else ()

    @property
    def unspoken(self) -> tuple[str, ...]:
        """Which devices of the home no sentence can name for their kind, in sentences."""
        return self._text.unspoken() if self._text is not None else ()

    # --- speech -------------------------------------------------------------------------------

    @property
    def voice(self) -> Voice:
        """What listens, for those who want its parts; made when it is first asked for.

        Raises:
            UsageError, BundleError: as for `stream`.
        """
        with self._home.turn, self._turn:
            if self._voice is not None:
                return self._voice
            bundle = self._unheard
            if bundle is None:
                raise _closed() if self._closed else self._lacks(SPEECH)
            from edge.voice.voice import Voice  # only for those who listen

            reads = self._read if INTENT in bundle.tasks else None
            self._voice = Voice.of(bundle, lambda: self._home, reads)
            self._unheard = None
            return self._voice

    def _read(self, text: str, area: str | None) -> Command | Rejected:
        """What a transcript commands; its area may have been removed since somebody listens."""
        with self._home.turn, self._turn:
            return self._open().answer(text, area)

    def stream(
        self, wake: WakeChoice = None, settings: StreamSettings | None = None
    ) -> VoiceStream:
        """A stream to push audio into; many may be open at once, and share one set of models.

            stream = hub.stream()
            for event in stream.push(pcm):  # int16, 16 kHz; any chunk size gives the same events
                ...
            stream.close()                  # the events of an utterance that was going on

        Without a wake phrase all that is said is a command. With one, only what is said after it,
        in the same breath or soon, and for a while after a command. `Command`s are as those of
        `understand`, but `score` is the probability that this was said and `text` is what was.
        Speech, or a noise taken for it, that has no words in it is `Rejected` as "nothing_heard".

        Args:
            wake: a phrase as it is written ("hey jarvis"), or several; see `edge phrase`.
            settings: where it is, times and thresholds.

        Raises:
            UsageError: the runtime is closed, the bundle does not hear, no sentence can be said in
                this home, the home has no such area, or a phrase cannot be listened for.
            BundleError: what the bundle holds for it cannot be run.
        """
        voice = self.voice
        from edge.voice.settings import StreamSettings  # only for those who listen

        if isinstance(settings, StreamSettings) and settings.area is not None:
            settings = replace(settings, area=self._home.area_id(settings.area))
        return voice.stream(wake, settings)

    def listen(
        self,
        device: str | int | None = None,
        wake: WakeChoice = None,
        settings: StreamSettings | None = None,
    ) -> Listening:
        """The events of a microphone, which is listened to by a thread until the `with` ends.

            with hub.listen(wake="hey jarvis") as events:
                for event in events:  # waits for each
                    ...

        A microphone that vanishes gives `AudioLost`, and `AudioBack` when it is there again.

        Args:
            device: a name or a part of it, a number as `edge listen --list-devices` has it, or None
                for the system's default.
            wake, settings: as for `stream`.

        Raises:
            MissingExtra: the library sounddevice is not installed.
            AudioError: there is no such microphone, or it cannot be opened.
            UsageError, BundleError: as for `stream`.
        """
        from edge.voice.listener import Listening
        from edge.voice.sources.microphone import Microphone

        stream = self.stream(wake, settings)  # before the microphone is taken: it may be refused
        return Listening(Microphone(device), stream)

    # --- ending -------------------------------------------------------------------------------

    def close(self) -> None:
        """Gives the models' memory back; the runtime answers no more. Closing twice is no error.

        What was learned and not saved yet is saved; that this failed is a problem, not an error.
        """
        if self._habits is not None:
            self._habits.close()
        with self._turn:
            self._closed = True
            self._text = self._unheard = None
            voice, self._voice = self._voice, None
            if voice is not None:
                voice.close()
            self.__dict__.pop("intent", None)

    def _open(self) -> TextUnderstanding:
        if self._text is None:
            raise _closed() if self._closed else self._lacks(INTENT)
        return self._text

    def _open_habits(self) -> Habits:
        if self._habits is None or self._closed:
            raise _closed() if self._closed else self._lacks(PREFERENCE)
        return self._habits

    def _lacks(self, task: str) -> UsageError:
        return UsageError(
            f"the bundle {self.name} has no task {task!r}",
            allowed=f"what it has: {', '.join(self.tasks)}",
        )

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _check_home(home: object) -> None:
    if not isinstance(home, Home):
        raise UsageError(
            f"a home is a {type(home).__name__}",
            where="home",
            allowed="edge.Home, such as Home.load(FILE)",
        )


def _closed() -> UsageError:
    return UsageError("the runtime is closed", hint="load the bundle again")
