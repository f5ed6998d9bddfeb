"""Open a bundle: check all of it, choose the variant for this device, hand out its bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from edge.bundle import paths
from edge.bundle.inspection import Inspection, inspect, raise_serious
from edge.bundle.manifest import Graph, Manifest, Variant
from edge.bundle.store import open_store
from edge.errors import BundleError, EdgeError, UsageError, shown
from edge.onnx.summary import TensorSpec

if TYPE_CHECKING:
    from device_profiles import Machine

__all__ = ["Bundle", "Graph", "Manifest", "TensorSpec", "Variant"]


class Bundle:
    """A bundle whose every byte was checked; made by `Bundle.open`.

    Attributes:
        path: where it was opened.
        name: what it is called.
        version: its version, for people.
        sequence: its version, for programs: rises with every release.
        created: UTC time it was exported, "2025-01-31T12:00:00Z".
        manifest: the whole manifest, read-only at its top.
        tasks: task → its settings; each task's own module knows what they mean.
        variant: the variant chosen for this device.
        profiles: the device profiles that the bundle has variants for.
    """

    __slots__ = (
        "_contents",
        "created",
        "manifest",
        "name",
        "path",
        "profiles",
        "sequence",
        "tasks",
        "variant",
        "version",
    )

    def __init__(self, path: str, manifest: Manifest, variant: Variant, found: Inspection) -> None:
        self.path = path
        self.name = manifest.name
        self.version = manifest.version
        self.sequence = manifest.sequence
        self.created = manifest.created
        self.manifest: Mapping[str, Any] = manifest.raw
        self.tasks = manifest.tasks
        self.variant = variant
        self.profiles = tuple(each.profile for each in manifest.variants)
        self._contents = found.contents

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        profile: str | None = None,
        machine: Machine | None = None,
    ) -> Bundle:
        """Check a bundle whole and choose a variant. All or nothing: no bundle is half open.

        Args:
            path: its folder, or an uncompressed tar of it.
            profile: the variant to take; by default the closest to `machine`.
            machine: the device; by default the one this runs on.

        Raises:
            BundleNotFound: there is none at `path`.
            BundleFormatError: it is not what docs/bundle-format.md says.
            BundleIntegrityError: a file is missing, unlisted, or not the one that was listed.
            BundleTooNew: it needs a newer runtime.
            ForbiddenGraph: a graph asks for something that is refused.
            BundleError: it has no variant for this device.
            UsageError: it has no variant called `profile`, or EDGE_PROFILES names what is no
                folder of profiles.
        """

        from device_profiles import ProfileError  # as in edge.bundle.manifest

        def choose(manifest: Manifest) -> Variant:
            return _choose(manifest, profile, machine)

        try:
            with open_store(path) as store:
                found = inspect(store, raise_serious, choose)
        except EdgeError as error:
            raise error.inside(os.fspath(path)) from error
        except ProfileError as error:  # of this machine's own profiles: no fault of the bundle's
            raise UsageError(
                error.what, where=error.where, allowed=error.allowed, hint=error.hint
            ) from error
        if found.manifest is None or found.variant is None:
            raise BundleError("the bundle could not be read", where=os.fspath(path))
        return cls(os.fspath(path), found.manifest, found.variant, found)

    def asset(self, path: str) -> bytes:
        """The bytes of a file under assets/: those that were hashed.

        Raises:
            BundleError: the bundle has no such asset.
        """
        if not path.startswith("assets/") or path not in self._contents:
            raise BundleError(
                f"there is no asset {shown(path)}",
                where=self.path,
                allowed=", ".join(p for p in self._contents if p.startswith("assets/")) or "none",
            )
        return self._contents[path]

    def graph(self, task: str) -> Graph:
        """The chosen variant's graph for a task.

        Raises:
            BundleError: it has none.
        """
        if task not in self.variant.graphs:
            raise BundleError(
                f"the variant {self.variant.profile} has no graph for {shown(task)}",
                where=self.path,
                allowed=", ".join(self.variant.graphs) or "none",
            )
        return self.variant.graphs[task]

    def graph_bytes(self, task: str) -> bytes:
        """That graph's bytes, which were hashed and scanned; give these to ONNX Runtime.

        Raises:
            BundleError: there is no such graph.
        """
        return self._contents[self.graph(task).path]


def _choose(manifest: Manifest, profile: str | None, machine: Machine | None) -> Variant:
    variants = {variant.profile: variant for variant in manifest.variants}
    if profile is not None:
        if profile not in variants:
            raise UsageError(
                f"the bundle has no variant for the profile {shown(profile)}",
                allowed=", ".join(variants),
                hint="name one of these, or export the bundle for that profile",
            )
        return variants[profile]
    from device_profiles import NoneFits, closest, detect

    try:
        return variants[closest(machine or detect(), variants)]
    except NoneFits as error:
        raise BundleError(
            f"no variant fits this device: {error.what}; {error.where}",
            where=paths.MANIFEST,
            allowed=f"the bundle has variants for {', '.join(variants)}",
            hint="pass profile= (or --profile) with one of these to run it anyway, or export the "
            "bundle for this device's profile",
        ) from error
