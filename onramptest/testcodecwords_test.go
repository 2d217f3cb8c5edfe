package onramptest

import (
	"strings"
	"testing"
)

// What a check says of a contract must stand there; " ... " is what is left out.
func TestTheSuitesOfCodecsAndSourcesQuoteTheContract(t *testing.T) {
	said := map[string]string{}
	note := func(name, of, says, do string) {
		if said[name] != "" || of == "" || do == "" {
			t.Errorf("the check %q has a name of another one, or does not say whose contract it is or what to do", name)
		}
		if said[name] = says; strings.HasPrefix(of, "net.") {
			delete(said, name) // the standard library's
		}
	}
	for _, group := range [][]check[*CodecSuite]{
		codecGround(), codecGone(), codecMatch(), codecDial(), codecCalls(), codecBodies(), codecErrors(), codecDeadlines(),
		codecAbandoned(), codecLoad(), codecDrain(), codecClose(), codecPeers(), codecHostile(), codecBytes(), codecLimits(), codecStreams(), codecTCP(),
	} {
		for _, c := range group {
			note(c.name, c.of, c.says, c.do)
		}
	}
	for _, group := range [][]check[*SourceSuite]{sourceGround(), sourceEnds(), sourceSets(), sourceFailures(), sourceWatches(), sourceTargets()} {
		for _, c := range group {
			note(c.name, c.of, c.says, c.do)
		}
	}
	for _, group := range [][]check[*FramerSuite]{framerGround(), framerCuts(), framerBuilds(), framerPowers(), framerHostile()} {
		for _, c := range group {
			note(c.name, c.of, c.says, c.do)
		}
	}
	words := contracts(t, "..", "../codec", "../discovery")
	for name, says := range said {
		for part := range strings.SplitSeq(says, "...") {
			if !strings.Contains(words, strings.TrimSpace(part)) {
				t.Errorf("the check %q quotes %q, which no contract says", name, strings.TrimSpace(part))
			}
		}
	}
	if len(said) < 90 {
		t.Errorf("there are %d checks", len(said))
	}
}
