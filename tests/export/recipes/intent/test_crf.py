"""The CRF's recursions against the sum and the maximum over every tag sequence there is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from edge.intent.tags import is_legal
from export.recipes.intent.crf import ConditionalRandomField
from export.recipes.intent.labels import LabelSet

SIZES = [(1, 1), (1, 4), (2, 1), (2, 2), (2, 4), (3, 3)]
"""(slot labels, words)"""


def made(slot_labels: int, seed: int) -> ConditionalRandomField:
    """A CRF with random weights."""
    torch.manual_seed(seed)
    crf = ConditionalRandomField(LabelSet(("on",), tuple("abc"[:slot_labels]), ()))
    torch.nn.init.normal_(crf.transitions)
    torch.nn.init.normal_(crf.starts)
    return crf


def every_path(crf: ConditionalRandomField, emissions: Tensor) -> Iterator[tuple[list[int], float]]:
    """Every legal tag sequence for emissions [words, tags], and its score."""
    words, tags = emissions.shape
    for path in itertools.product(range(tags), repeat=words):
        if is_legal(path):
            score = crf.starts[path[0]] + sum(emissions[i, tag] for i, tag in enumerate(path))
            score += sum(crf.transitions[a, b] for a, b in itertools.pairwise(path))
            yield list(path), float(score.detach())


def padded(*rows: Tensor) -> tuple[Tensor, Tensor]:
    """Emissions [batch, words, tags] filled up with noise, and their mask."""
    longest = max(len(row) for row in rows)
    emissions = torch.randn(len(rows), longest, rows[0].shape[1]) * 50
    mask = torch.zeros(len(rows), longest)
    for index, row in enumerate(rows):
        emissions[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return emissions, mask


@pytest.mark.parametrize(("slot_labels", "words"), SIZES)
@pytest.mark.parametrize("seed", range(3))
class TestAgainstEnumeration:
    def test_negative_log_likelihood(self, slot_labels: int, words: int, seed: int) -> None:
        crf = made(slot_labels, seed)
        emissions = torch.randn(words, 1 + 2 * slot_labels)
        paths = list(every_path(crf, emissions))
        total = torch.logsumexp(torch.tensor([score for _, score in paths]), 0)
        mask = torch.ones(1, words)
        for path, score in paths[:: 1 + len(paths) // 20]:
            found = crf.negative_log_likelihood(emissions[None], torch.tensor([path]), mask)
            assert found.item() == pytest.approx(float(total) - score, abs=1e-4)

    def test_marginals(self, slot_labels: int, words: int, seed: int) -> None:
        crf = made(slot_labels, seed)
        emissions = torch.randn(words, 1 + 2 * slot_labels)
        expected = torch.zeros_like(emissions)
        for path, score in every_path(crf, emissions):
            expected[range(words), path] += torch.tensor(score).exp()
        expected /= expected.sum(1, keepdim=True)
        found = crf.marginals(emissions[None], torch.ones(1, words))[0]
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)

    def test_decode(self, slot_labels: int, words: int, seed: int) -> None:
        crf = made(slot_labels, seed)
        emissions = torch.randn(words, 1 + 2 * slot_labels)
        best, _ = max(every_path(crf, emissions), key=lambda pair: pair[1])
        assert crf.decode(emissions[None], torch.ones(1, words))[0].tolist() == best


def test_it_works_where_the_emissions_are() -> None:
    """On a GPU, for which a device stands that only keeps shapes."""
    crf = made(2, 0).to("meta")
    emissions, mask = (tensor.to("meta") for tensor in padded(torch.randn(3, 5), torch.randn(2, 5)))
    tags = torch.zeros(2, 3, dtype=torch.long, device="meta")
    assert crf.decode(emissions, mask).is_meta
    assert crf.marginals(emissions, mask).is_meta
    assert crf.negative_log_likelihood(emissions, tags, mask).is_meta


class TestPadding:
    """A sentence is read alike alone and beside a longer one."""

    def test_it_changes_nothing(self) -> None:
        crf = made(2, 0)
        rows = [torch.randn(words, 5) for words in (1, 3, 6)]
        emissions, mask = padded(*rows)
        tags = torch.zeros(3, 6, dtype=torch.long)
        likelihood = crf.negative_log_likelihood(emissions, tags, mask)
        marginals = crf.marginals(emissions, mask)
        paths = crf.decode(emissions, mask)
        for index, row in enumerate(rows):
            words, alone = len(row), torch.ones(1, len(row))
            expected = crf.negative_log_likelihood(row[None], tags[:1, :words], alone)
            torch.testing.assert_close(likelihood[index : index + 1], expected)
            torch.testing.assert_close(marginals[index, :words], crf.marginals(row[None], alone)[0])
            assert paths[index, :words].tolist() == crf.decode(row[None], alone)[0].tolist()

    def test_padding_has_no_probability(self) -> None:
        emissions, mask = padded(torch.randn(2, 5), torch.randn(4, 5))
        assert not made(2, 0).marginals(emissions, mask)[0, 2:].any()


class TestRules:
    def test_a_forbidden_tag_is_never_decoded(self) -> None:
        crf = made(3, 1)
        emissions = torch.randn(50, 7, 7)
        emissions[:, :, 2::2] += 20  # every word would like to be inside of a slot
        for path in crf.decode(emissions, torch.ones(50, 7)).tolist():
            assert is_legal(path)

    def test_nor_has_it_any_probability(self) -> None:
        crf = made(2, 1)
        emissions = torch.zeros(1, 3, 5)
        emissions[:, :, 2::2] = 20
        assert crf.marginals(emissions, torch.ones(1, 3))[0, 0, 2::2].max() < 1e-6

    def test_learning_makes_gold_likelier(self) -> None:
        crf = made(2, 2)
        emissions, tags, mask = torch.zeros(1, 3, 5), torch.tensor([[1, 2, 0]]), torch.ones(1, 3)
        before = crf.negative_log_likelihood(emissions, tags, mask)
        before.sum().backward()
        with torch.no_grad():
            for parameter in crf.parameters():
                assert parameter.grad is not None
                parameter.sub_(0.1 * parameter.grad)
        assert crf.negative_log_likelihood(emissions, tags, mask) < before

    def test_large_scores_stay_numbers(self) -> None:
        crf = made(2, 3)
        emissions = torch.randn(4, 30, 5) * 1000
        mask = torch.ones(4, 30)
        tags = crf.decode(emissions, mask)
        assert torch.isfinite(crf.negative_log_likelihood(emissions, tags, mask)).all()
        assert torch.isfinite(crf.marginals(emissions, mask)).all()
