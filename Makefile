.PHONY: help setup run test test-all check bench demo messages lock

PYTHON_RUN = .venv/bin/python

help:
	@echo 'make run       set up, load a demo school and serve it at http://127.0.0.1:8000 (PORT=8001 for another port)'
	@echo 'make test      set up, check, and run the tests, on SQLite and on PostgreSQL with Redis, and in a browser'
	@echo 'make test-all  the same with every odd input and removed guard, of which make test takes a tenth'
	@echo 'make check     format, lint, types, floors, migrations, translations, deployment'
	@echo 'make bench     measure what must be quick'
	@echo 'make setup     system packages, .venv, .env, translations; a second time it does nothing'
	@echo 'make demo      load the demo (SCALE=school, district, city or university)'
	@echo 'make messages  compile the translations'
	@echo 'make lock      resolve requirements/*.in again (UPGRADE=1 for the newest)'

setup:
	@bin/setup run

run: setup
	@exec $(PYTHON_RUN) manage.py serve

test:
	@bin/setup test
	@bin/check
	@bin/test

test-all:
	@bin/setup test
	@bin/check
	@bin/test --all

check:
	@bin/setup test
	@bin/check

bench:
	@bin/setup test
	@$(PYTHON_RUN) -m bench $(ARGS)

demo: setup
	@$(PYTHON_RUN) manage.py migrate --verbosity 0
	@$(PYTHON_RUN) manage.py demo --scale $(or $(SCALE),school)

messages: setup
	@$(PYTHON_RUN) manage.py translations

lock:
	@bin/lock
