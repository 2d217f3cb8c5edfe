package client

import (
	"unsafe"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// builder is what the stages of one pipeline are built from.
type builder struct {
	service *service
	options MethodOptions
	path    *feature.Path
	hop     hop
}

// pipeline is what the calls of one method run through below one threshold. It
// is immutable; the Request carries it.
type pipeline struct {
	run  onramp.Handler
	path *feature.Path
	plan uint64
	step int
	// stages names what was built, outermost first.
	stages []string
}

// pipelines are those of one method under one plan and policy.
type pipelines struct {
	gen   *generation
	below []uint16
	steps []pipeline
}

// pick returns the pipeline of a call with this hash.
func (p *pipelines) pick(hash uint16) *pipeline {
	for i, b := range p.below {
		if hash < b {
			return &p.steps[i]
		}
	}
	return &p.steps[len(p.steps)-1]
}

// build makes the pipelines of a method for a generation.
func (g *generation) build(m *method) (*pipelines, error) {
	p := &pipelines{gen: g, steps: make([]pipeline, len(g.plan.Steps)), below: make([]uint16, len(g.plan.Steps)-1)}
	for i := range g.plan.Steps {
		step := &g.plan.Steps[i]
		if i < len(p.below) {
			p.below[i] = step.Below
		}
		h, err := g.hop(&step.Set)
		if err != nil {
			return nil, err
		}
		b := &builder{service: m.service, options: m.options, hop: h, path: m.path(&step.Set, g)}
		p.steps[i] = b.chain(m.service.client.order)
		p.steps[i].plan, p.steps[i].step = g.plan.Version, i
	}
	return p, nil
}

// path returns what the units of a method may know.
func (m *method) path(set *feature.Set, g *generation) *feature.Path {
	return &feature.Path{
		Service: m.service.name, Version: m.key.version, Group: m.key.group, Method: m.key.method,
		Idempotent: m.options.Idempotent || g.policy.Retry.Repeats(m.key.method),
		Set:        set, Policy: g.policy,
	}
}

// chain builds the stages in the order of the table.
func (b *builder) chain(order []rank) pipeline {
	p := pipeline{path: b.path}
	for i := len(order) - 1; i >= 0; i-- {
		h := order[i].build(b, p.run)
		if !same(h, p.run) {
			p.stages = append([]string{order[i].name}, p.stages...)
		}
		p.run = h
	}
	return p
}

// same reports whether a rank returned its next unchanged: whether both are one
// function value. Code pointers would not do, because two stages may run the
// same code.
func same(a, b onramp.Handler) bool {
	return *(*unsafe.Pointer)(unsafe.Pointer(&a)) == *(*unsafe.Pointer)(unsafe.Pointer(&b))
}
