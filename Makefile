# Everything runs from a virtual environment in this folder; nothing outside it is touched.
#   make setup         make that environment; all that follows does so where there is none
#   make demo          train, distil, quantise, export, verify and answer some twenty sentences
#   make test          lint, types, layering and the tests
#   make lint          the same without the tests
#   make format        bring the code into the form that lint asks for
#   make bench         accuracy and speed beside peers
#   make bench-speech  the same of what is heard: two and a half hours, with recordings (EDGE_DATA)
#   make clean         remove what tools leave behind
#   make distclean     remove the environment and all that was trained, too
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# What to give pytest besides, say: make test PYTEST_ARGS="tests/edge -x"
PYTEST_ARGS ?=

# One word of the shell, whatever is in it: paths may have spaces, which make's own functions cut at.
quoted = '$(subst ','\'',$(1))'
DATA   = $(call quoted,$(EDGE_DATA))

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench bench-speech recordings clean distclean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(READY)

# Done once, and again when what is to be installed has changed. A half-made environment, one without
# pip, is made whole. torch goes first and alone: it is
# the one large download, and a wheel for another accelerator is chosen there (pip's own settings).
$(READY): pyproject.toml constraints.txt
	@$(call quoted,$(PYTHON)) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(call quoted,$(PYTHON)) --version 2>&1)." >&2; \
	  echo "Name another one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(call quoted,$(PYTHON)) -m venv $(VENV)
	$(BIN)/python -m pip install -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install -c constraints.txt -e ".[export,audio,dev]"
	@touch $(READY)

# Recordings of people, where they lie beside the checkout; without them the demo hears synthetic ones.
demo: $(READY)
	EDGE_DATA="$${EDGE_DATA-$$(cd ../shared/data 2>/dev/null && pwd)}" $(BIN)/python -m export.demo

test: lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What `make bench` measures: the samples, and every public corpus there is under EDGE_DATA.
# A bundle's name → where its corpus lies:
PLACE_smartthings := smartthings_fr
PLACE_beauty      := amazon/Beauty.txt
PLACE_toys        := amazon/Toys_and_Games.txt
# Twelve thousand items and what goes with them take more than the smaller boards' budgets.
BOARDS_beauty     := --profiles raspberry-pi-5,x86-64-hub,float-reference
BOARDS_toys       := $(BOARDS_beauty)
CELLS    := $(foreach nation,fr sp,$(foreach shift,winter daytime single,$(nation)-$(shift)))
$(foreach cell,$(CELLS),$(eval PLACE_smartgen-$(cell) := smartgen/$(subst -,/,$(cell))))
there     = $(foreach name,$(1),$(shell test -e $(DATA)/$(or $(PLACE_$(name)),$(name)) && echo $(name)))
# Nothing is public where EDGE_DATA is not set.
CORPORA  := $(if $(EDGE_DATA),$(call there,snips clinc150 slurp))
HABITS   := $(if $(EDGE_DATA),$(call there,smartthings beauty toys $(CELLS:%=smartgen-%)))
MEASURED := home household ratings $(CORPORA) $(HABITS)
EXPORT   := EDGE_PROFILES=benchmarks/profiles $(BIN)/edge export

runs/home.edge: $(READY)
	$(BIN)/edge train intent --data export/samples/home --out runs/home --resume \
	  --settings export/samples/home/settings.toml
	$(EXPORT) runs/home --out $@

runs/household.edge runs/ratings.edge: runs/%.edge: $(READY)
	$(BIN)/edge train preference --data export/samples/$* --out runs/$* --resume \
	  $(patsubst %,--settings %,$(wildcard export/samples/$*/settings.toml))
	$(EXPORT) runs/$* --out $@

# How far to trust what other households did is learned on the cells of the other country.
runs/smartgen-%.edge: benchmarks/settings/smartgen.toml $(READY)
	$(BIN)/edge train preference --data $(DATA)/$(PLACE_smartgen-$*) --out runs/smartgen-$* \
	  --settings $< --resume $(foreach cell,$(filter-out $(firstword $(subst -, ,$*))-%,$(CELLS)),\
	  --practice $(DATA)/$(PLACE_smartgen-$(cell)))
	$(EXPORT) runs/smartgen-$* --out $@

$(filter-out runs/smartgen-%,$(HABITS:%=runs/%.edge)): runs/%.edge: benchmarks/settings/%.toml $(READY)
	$(BIN)/edge train preference --data $(DATA)/$(PLACE_$*) --out runs/$* --settings $< --resume
	$(EXPORT) runs/$* --out $@ $(BOARDS_$*)

runs/%.edge: benchmarks/settings/%.toml $(READY)
	$(BIN)/edge train intent --data $(DATA)/$* --out runs/$* --settings $< --resume
	$(EXPORT) runs/$* --out $@

bench: $(MEASURED:%=runs/%.edge)
	$(BIN)/python -m benchmarks $(foreach name,$(MEASURED),--bundle $(name)=runs/$(name).edge)
	$(BIN)/python -m benchmarks tables

# Small domains of people's recordings, and the shipped model made to fit each.
DOMAINS := words codes orders-1 choices readings calls

# One command writes all of them: a rule for each file would run it once a file with make -j.
runs/domains/.ready: $(READY)
	$(BIN)/python -m benchmarks.speech.domains runs/domains --data $(DATA)
	@touch $@

$(DOMAINS:%=runs/speech-%.edge): runs/speech-%.edge: runs/domains/.ready
	$(BIN)/edge train speech --sentences runs/domains/$*.txt --out runs/speech-$* --cache runs/speech-features --resume
	$(BIN)/edge export runs/speech-$* --out $@

runs/speech-float.edge: $(READY)
	$(EXPORT) export/pretrained/speech-en --out $@

# What is measured beside the bundle that ships.
BESIDE := $(addprefix speech-,$(DOMAINS) float)

recordings:
	@test -d $(DATA)/speech || { \
	  echo "No recordings: EDGE_DATA has to name a folder with speech/ (docs/speech.md)." >&2; exit 2; }

bench-speech: recordings $(BESIDE:%=runs/%.edge)
	$(BIN)/python -m benchmarks --only speech --bundle speech=edge/models/home-en.edge \
	  $(foreach name,$(BESIDE),--bundle $(name)=runs/$(name).edge)
	$(BIN)/python -m benchmarks tables

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV) runs
