# Two commands matter: make check (the inner loop) and make test (everything).
# The stages, their budgets and what they run: internal/stages/table.go.

STAGES  := .build/stages
# Without the state of the repository: it may belong to another user, or be absent.
BUILD   := go build -buildvcs=false
FUZZTIME ?= 8s
BENCHED := ^(onramp.*|grpc|grpc-full|kitex-mux|kitex-full|floor-rpc1|dubbo-hessian)$$
CELLS   := 1024/1,1024/10,1024/100,1024/1000,16384/100

.PHONY: help test check lint race fuzz vectors faults netns oracle interop faults-page demo demo-no-retry soak bench bench-hessian bench-all clean

help:
	@echo "make demo       three servers and a client, with faults; about 25 seconds"
	@echo "make check      gofmt, vet, build, short tests; Go alone, no network"
	@echo "make test       all stages: check lint race fuzz vectors faults netns oracle interop demo"
	@echo "make netns      networks that lose packets, in namespaces; as root"
	@echo "make faults-page  the fault tests, then docs/faults.md from them; as root"
	@echo "make soak       long runs: about an hour"
	@echo "make bench      measured beside other libraries; about 10 minutes"
	@echo "make bench-hessian  Hessian beside dubbo-go-hessian2; a minute"
	@echo "make bench-all  the whole matrix; hours"

# The runner is built and then replaces the shell, so that Ctrl-C and other
# signals reach it, and through it everything it started.
test check lint race fuzz vectors faults netns oracle interop soak:
	@$(BUILD) -o $(STAGES) ./internal/stages && exec $(STAGES) -fuzztime $(FUZZTIME) $@

# docs/faults.md is written from what the tests of this run said, red ones too.
faults-page:
	@$(BUILD) -o $(STAGES) ./internal/stages
	@$(STAGES) faults netns page; red=$$?; go run -buildvcs=false ./internal/faults/page && exit $$red

# For people: the demo once, with its live line. The stage of make test runs both.
demo:
	@$(BUILD) -o .build/demo ./examples/demo && exec .build/demo

demo-no-retry:
	@$(BUILD) -o .build/demo ./examples/demo && exec .build/demo -no-retry

bench: | .build
	@bench/peers/run.sh -systems '$(BENCHED)' -cells $(CELLS) -rounds 5 -dur 2s -fresh -out .build/bench.jsonl

bench-hessian:
	@go -C bench/peers/micro test -count=1 -run HessianTable -v .

bench-all: | .build
	@bench/peers/run.sh -rounds 5 -fresh -out .build/bench-all.jsonl

.build:
	@mkdir -p $@

clean:
	rm -rf .build
