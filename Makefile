# Every Equation Runs. `make help` lists the commands.

PYTHON ?= python3
VENV   ?= .venv
# Paths as a shell would have them, whichever shell it was: ~ is the home folder, blanks are kept. GNU make splits at
# blanks, so that they are another letter while it works. All of it is understood by make 3.81, which macOS has.
empty  :=
blank  := $(empty) $(empty)
packed  = $(subst $(blank),¦,$(1))
path    = $(subst ¦,$(blank),$(patsubst ~/%,$(HOME)/%,$(patsubst ~,$(HOME),$(call packed,$(1)))))
rooted  = $(if $(filter /%,$(call packed,$(call path,$(1)))),,$(CURDIR)/)$(call path,$(1))
ifneq ($(filter ~%,$(filter-out ~ ~/%,$(call packed,$(VENV)) $(call packed,$(PYTHON)) $(call packed,$(DATA_ROOT)))),)
$(error write the path out: only ~ and ~/… are understood here, not the home folders of others)
endif
CHOSEN := $(if $(filter command environment override,$(firstword $(origin PYTHON))),--chosen)
override PYTHON := $(call path,$(PYTHON))
override VENV   := $(call path,$(VENV))
ROOT   := $(CURDIR)
RUN    := PYTHONPATH="$(ROOT)" "$(VENV)/bin/python"
# One kernel or test process a core, each with one thread: the same numbers on every machine, and no fight for the cores.
export OMP_NUM_THREADS ?= 1
ifneq ($(DATA_ROOT),)
override DATA_ROOT := $(call rooted,$(DATA_ROOT))
export DATA_ROOT
endif
have-python = @command -v "$(PYTHON)" >/dev/null || { echo "make: there is no $(PYTHON) here; install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: named-chapter named-new-chapter named-assignment named-class help environment book test lab serve data chapter new-chapter start grade progress release grade-all pdf epub clear-outputs mutants lighthouse budget lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo "  VENV=DIR shares one environment between clones; PYTHON=python3.12 picks an interpreter; DATA_ROOT=DIR holds real data."

environment: ## install what everything below needs (done by each of them)
	$(have-python)
	@"$(PYTHON)" tools/environment.py "$(VENV)" $(CHOSEN)

# What a command needs to be told is asked for first, before anything is installed.
named-chapter:
	@test -n "$(C)" || { echo "make: name a chapter: make $(firstword $(MAKECMDGOALS)) C=classical/pca" >&2; exit 1; }
named-new-chapter:
	@test -n "$(C)" || { echo "make: name it: make new-chapter C=classical/my_topic" >&2; exit 1; }
named-assignment:
	@test -n "$(A)" || { echo "make: name an assignment: make $(firstword $(MAKECMDGOALS)) A=knn" >&2; exit 1; }
named-class:
	@test -n "$(A)" -a -n "$(SUBMISSIONS)" || { echo "make: for example: make grade-all A=knn SUBMISSIONS=folder" >&2; exit 1; }

book: environment ## execute every chapter and build the website: _build/html/index.html
	@$(RUN) -m book.execute
	@$(RUN) -m grading.course.zips
	@$(RUN) -m tools.build_site

test: environment ## everything CI runs: style, unit tests, every cell, the notebook rules, the site in a browser
	@$(RUN) -m tools.run_tests

lab: environment ## JupyterLab on the chapters
	@$(RUN) -m jupyter lab --ServerApp.root_dir="$(ROOT)" $(if $(filter 0,$(shell id -u)),--allow-root)

serve: ## look at the website: http://127.0.0.1:8000 (PORT=8001 picks another port)
	$(have-python)
	@"$(PYTHON)" -m tools.serve $(PORT)

pdf: environment ## print the built website to _build/pdf (needs Chromium): make pdf, or one chapter, make pdf C=classical/pca
	@$(RUN) -m tools.pdf $(C)

epub: environment ## make an EPUB of the built website in _build/epub: make epub, or one chapter, make epub C=classical/pca
	@$(RUN) -m tools.epub $(C)

data: environment ## download real CIFAR-10 and MNIST to data/ (or DATA_ROOT), verified
	@$(RUN) -m utils.data

chapter: named-chapter environment ## run one chapter and check the rules: make chapter C=classical/pca
	@$(RUN) -m book.execute "$(C)"
	@$(RUN) -m book.rules "$(C)"

new-chapter: named-new-chapter environment ## start one from the template: make new-chapter C=classical/my_topic
	@$(RUN) -m tools.new_chapter "$(C)"

start: named-assignment environment ## a working copy of an assignment in work/: make start A=knn
	@$(RUN) -m grading start "$(A)"

grade: named-assignment environment ## points and hints for your work on an assignment: make grade A=knn
	@$(RUN) -m grading grade "$(A)"

progress: environment ## your points in all assignments
	@$(RUN) -m grading progress

release: named-assignment environment ## zips for students and for the autograder, in dist/: make release A=knn
	@$(RUN) -m grading release "$(A)"

grade-all: named-class environment ## grade a class: make grade-all A=knn SUBMISSIONS=folder [SCHEDULER=tcp://host:8786]
	@$(RUN) -m grading grade-all "$(A)" "$(SUBMISSIONS)" $(if $(SCHEDULER),--scheduler "$(SCHEDULER)") $(if $(JOBS),--jobs $(JOBS))

clear-outputs: environment ## strip outputs from all notebooks before a commit
	@$(RUN) -m tools.clear_outputs

mutants: named-chapter environment ## plant errors in every formula of a chapter, code and print, and see them caught: make mutants C=classical/pca
	@$(RUN) -m book.mutants "$(C)"

budget: environment ## what each chapter costs, from the last runs, and how many of its equations are evaluated as printed
	@$(RUN) -m book.budget

lighthouse: environment ## measure page weight and Lighthouse scores of the built site (needs Chromium)
	@"$(PYTHON)" tools/environment.py "$(VENV)" $(CHOSEN) --with-lighthouse
	@$(RUN) -m benchmarks.lighthouse

lock: environment ## renew constraints.txt from requirements.txt
	@$(RUN) -m tools.lock

clean: ## remove what was built (not the environment, not the data)
	@rm -rf _build .pytest_cache .ruff_cache every_equation_runs.egg-info
