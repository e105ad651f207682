# Two commands for a newcomer: `make run` and `make test`. Everything behind them is in deploy/local/.
# PORT=8001 chooses the port of `make run`; ARGS="…" adds arguments to test, bench and manage.

export PORT ARGS
PORTAL := python3 -B -m deploy.local

.PHONY: help run test check fix bench messages manage reset

help:
	@echo "make run       set up, load the demonstration, serve (PORT=8000)"
	@echo "make test      every test, browser tests included (ARGS=\"tests/visits -q\")"
	@echo "make check     style, types, templates, migrations, translations"
	@echo "make fix       let the tools mend what they can"
	@echo "make bench     load a million visits and measure the pages and the report"
	@echo "make messages  bring the message catalogues up to date with the code"
	@echo "make manage    a management command, beside make run or alone (ARGS=\"annual_report uk 2024-25 --output x.pdf\")"
	@echo "make reset     remove the databases, files and logs of this checkout"

run test check fix bench messages manage reset:
	@$(PORTAL) $@
