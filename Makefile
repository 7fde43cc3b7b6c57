# Every Equation Runs. `make help` lists the commands.

PYTHON ?= python3
VENV   ?= .venv
ROOT   := $(CURDIR)
RUN    := PYTHONPATH="$(ROOT)" "$(VENV)/bin/python"
# One kernel or test process a core, each with one thread: the same numbers on every machine, and no fight for the cores.
export OMP_NUM_THREADS ?= 1
ifneq ($(DATA_ROOT),)
export DATA_ROOT := $(abspath $(DATA_ROOT))
endif

.DEFAULT_GOAL := help
.PHONY: help environment book test lab serve data chapter new-chapter start grade progress release grade-all pdf clear-outputs mutants lighthouse budget lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo "  VENV=DIR shares one environment between clones; PYTHON=python3.12 picks an interpreter; DATA_ROOT=DIR holds real data."

environment: ## install what everything below needs (done by each of them)
	@"$(PYTHON)" tools/environment.py "$(VENV)"

book: environment ## execute every chapter and build the website: _build/html/index.html
	@$(RUN) -m book.execute
	@$(RUN) -m grading.course.zips
	@$(RUN) -m tools.build_site

test: environment ## everything CI runs: style, unit tests, every cell, the notebook rules, the site in a browser
	@$(RUN) -m tools.run_tests

lab: environment ## JupyterLab on the chapters
	@$(RUN) -m jupyter lab --ServerApp.root_dir="$(ROOT)" $(if $(filter 0,$(shell id -u)),--allow-root)

serve: ## look at the website: http://127.0.0.1:8000 (PORT=8001 picks another port)
	@"$(PYTHON)" -m tools.serve $(PORT)

pdf: environment ## print the built website to _build/pdf (needs Chromium): make pdf, or one chapter, make pdf C=classical/pca
	@$(RUN) -m tools.pdf $(C)

data: environment ## download real CIFAR-10 and MNIST to data/ (or DATA_ROOT), verified
	@$(RUN) -m utils.data

chapter: environment ## run one chapter and check the rules: make chapter C=classical/pca
	@test -n "$(C)" || { echo "make: name a chapter: make chapter C=classical/pca"; exit 1; }
	@$(RUN) -m book.execute "chapters/$(C).ipynb"
	@$(RUN) -m book.rules "chapters/$(C).ipynb"

new-chapter: environment ## start one from the template: make new-chapter C=classical/my_topic
	@test -n "$(C)" || { echo "make: name it: make new-chapter C=classical/my_topic"; exit 1; }
	@$(RUN) -m tools.new_chapter "$(C)"

start: environment ## a working copy of an assignment in work/: make start A=knn
	@test -n "$(A)" || { echo "make: name an assignment: make start A=knn"; exit 1; }
	@$(RUN) -m grading start "$(A)"

grade: environment ## points and hints for your work on an assignment: make grade A=knn
	@test -n "$(A)" || { echo "make: name an assignment: make grade A=knn"; exit 1; }
	@$(RUN) -m grading grade "$(A)"

progress: environment ## your points in all assignments
	@$(RUN) -m grading progress

release: environment ## zips for students and for the autograder, in dist/: make release A=knn
	@test -n "$(A)" || { echo "make: name an assignment: make release A=knn"; exit 1; }
	@$(RUN) -m grading release "$(A)"

grade-all: environment ## grade a class: make grade-all A=knn SUBMISSIONS=folder [SCHEDULER=tcp://host:8786]
	@test -n "$(A)" -a -n "$(SUBMISSIONS)" || { echo "make: for example: make grade-all A=knn SUBMISSIONS=folder"; exit 1; }
	@$(RUN) -m grading grade-all "$(A)" "$(SUBMISSIONS)" $(if $(SCHEDULER),--scheduler "$(SCHEDULER)") $(if $(JOBS),--jobs $(JOBS))

clear-outputs: environment ## strip outputs from all notebooks before a commit
	@$(RUN) -m tools.clear_outputs

mutants: environment ## plant errors in every formula of a chapter, code and print, and see them caught: make mutants C=classical/pca
	@test -n "$(C)" || { echo "make: name a chapter: make mutants C=classical/pca"; exit 1; }
	@$(RUN) -m book.mutants "chapters/$(C).ipynb"

budget: environment ## what each chapter costs, from the last runs, and how many of its equations are evaluated as printed
	@$(RUN) -m book.budget

lighthouse: environment ## measure page weight and Lighthouse scores of the built site (needs Chromium)
	@"$(PYTHON)" tools/environment.py "$(VENV)" --with-lighthouse
	@$(RUN) -m benchmarks.lighthouse

lock: environment ## renew constraints.txt from requirements.txt
	@$(RUN) -m tools.lock

clean: ## remove what was built (not the environment, not the data)
	@rm -rf _build .pytest_cache .ruff_cache every_equation_runs.egg-info
