package main

import (
	"fmt"
	"regexp"
	"strings"
)

// gap is a part of a case that is impossible because of the peer: values that do not
// pass. It is a test that this is still so.
type gap struct {
	// samples matches the whole names of values, such as "set:.*", with the method before
	// it where that is not check: "over long".
	samples string
	dir     direction
	reason  string
}

// verdict is what came of one value.
type verdict struct {
	// label is the name of the value, with the method before it where that is not check.
	label string
	err   error
}

func label(method, name string) string {
	if method == "check" {
		return name
	}
	return strings.TrimSpace(method + " " + name)
}

func (g *gap) matches(label string) bool {
	return regexp.MustCompile("^(?:" + g.samples + ")$").MatchString(label)
}

// gap returns the one of a value, or nil.
func (p *peer) gap(label string, d direction) *gap {
	for i := range p.gaps {
		if g := &p.gaps[i]; g.dir == d && g.matches(label) {
			return g
		}
	}
	return nil
}

// byName stands before the labels of calls by name.
const byName = "by name: "

// The labels of the values of a case.

func groupLabels(group string) func() []string {
	return func() (all []string) {
		for _, s := range samplesOf(group) {
			all = append(all, s.Name)
		}
		return all
	}
}

func typedLabels(before string, calls func() []typedCall) func() []string {
	return func() (all []string) {
		for _, t := range calls() {
			all = append(all, before+label(t.method, t.sample))
		}
		return all
	}
}

func fixedLabels(calls func() []fixedCall) func() []string {
	return func() (all []string) {
		for _, f := range calls() {
			all = append(all, f.label)
		}
		return all
	}
}

// judge notes values that did not pass, and those that did although the table says
// that they cannot.
func (c *cell) judge(x *expect, verdicts []verdict) {
	gaps := 0
	for _, v := range verdicts {
		switch g := c.peer.gap(v.label, c.dir); {
		case g == nil && v.err != nil:
			x.ok(fmt.Errorf("%s: %w", v.label, v.err))
		case g != nil && v.err == nil:
			x.ok(fmt.Errorf("%s: the table says that it does not pass, because %s; it does", v.label, g.reason))
		case g != nil:
			gaps++
		}
	}
	if gaps == 0 {
		c.detailf("%d values", len(verdicts))
	} else {
		c.detailf("%d values, %d of them as the table says not", len(verdicts), gaps)
	}
}
