package main

import (
	"strings"
	"testing"
)

// javaPeer describes the fake in a role, over the wires with Hessian bodies.
func javaPeer(t *testing.T, role string) *peer {
	t.Helper()
	p := fakePeer(t, role)
	p.wires = []string{"bolt1-hessian", "dubbo"}
	p.without = []omission{{"generic objects", peerCalls, "it is of Java alone"}}
	p.gaps = []gap{{"over integer", peerServes, "values do not tell an int from an Integer"}}
	return p
}

func TestAGoodPeerIsGreenInEveryCaseOfHessian(t *testing.T) {
	pattern := ""
	if testing.Short() || raceBuild { // the stage oracle runs all of it
		pattern = "success|business|typed|cycles|name"
	}
	m := driverOf(t, javaPeer(t, "good"), pattern).matrix(t.Context())
	if m.red() != 0 {
		t.Errorf("%d cells are red:\n%s", m.red(), m.text())
	}
}

func TestAValueThatIsAnotherOneIsRed(t *testing.T) {
	m := driverOf(t, javaPeer(t, "bends"), "^scalars$").matrix(t.Context())
	if n := strings.Count(m.text(), "int:48: value is int32 49, want int32 48"); m.red() != 4 || n != 4 {
		t.Errorf("%d cells are red, and %d say why, want 4:\n%s", m.red(), n, m.text())
	}
}

func TestAGapIsATestThatItStands(t *testing.T) {
	p := javaPeer(t, "bends")
	p.gaps = []gap{{"int:.*", peerServes, "it cannot count"}, {"int:.*", peerCalls, "it cannot count"}}
	if m := driverOf(t, p, "^scalars$").matrix(t.Context()); m.red() != 0 {
		t.Errorf("%d cells are red:\n%s", m.red(), m.text())
	}
	p.gaps = append(p.gaps, gap{"true", peerServes, "it is shy"})
	if m := driverOf(t, p, "^scalars$").matrix(t.Context()); m.red() != 2 || !strings.Contains(m.text(), "true: the table says that it does not pass, because it is shy; it does") {
		t.Errorf("%d cells are red:\n%s", m.red(), m.text())
	}
}

func TestACallThatARestartLosesIsRed(t *testing.T) {
	m := driverOf(t, javaPeer(t, "loses"), "rolling").matrix(t.Context())
	if m.red() != 2 || !strings.Contains(m.text(), "calls failed, want 0: [{closed Reset connection reset") {
		t.Errorf("%d cells are red:\n%s", m.red(), m.text())
	}
}

func TestACaseThatIsLeftOutHasNoCell(t *testing.T) {
	p := javaPeer(t, "good")
	p.without = []omission{{"several arguments", peerCalls, "it is late"}}
	d := driverOf(t, p, "several")
	m := d.matrix(t.Context())
	if m.red() != 0 || !strings.Contains(m.text(), "ok           -            -\n") {
		t.Errorf("%d cells are red:\n%s", m.red(), m.text())
	}
	if text := page([]*peer{p}, d.cases); !strings.Contains(text, "| - (1) | - (1) |") || !strings.Contains(text, "not tried, because it is late") {
		t.Errorf("the page is\n%s", text)
	}
}
