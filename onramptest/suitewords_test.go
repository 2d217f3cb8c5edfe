package onramptest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

// A check tells an author the contract's own words, so that they must be there.
func TestSuitesQuoteTheContract(t *testing.T) {
	said := map[string]string{}
	p := PolicySuite{Load: true, Key: true}
	for _, c := range p.checks() {
		said[c.name] = c.says
	}
	u := UnitSuite{MostCalls: 2, Refuses: true,
		New:       func(UnitEnv) feature.Unit { return stateful{} },
		Wrong:     map[string]func() error{"x": nil},
		WouldHave: func(feature.Unit) uint64 { return 0 },
	}
	for _, c := range append(u.checks(), unitSideChecks()...) {
		said[c.name] = c.says
	}
	words := contracts(t, "..", "../balancer", "../feature", ".")
	for name, says := range said {
		for part := range strings.SplitSeq(elided.ReplaceAllString(says, "\x00"), "\x00") {
			if !strings.Contains(words, strings.TrimSpace(part)) {
				t.Errorf("the check %q quotes %q, which no contract says", name, part)
			}
		}
	}
	if len(said) < 55 {
		t.Errorf("there are %d checks with names of their own", len(said))
	}
}

// stateful is a unit that keeps what it counts.
type stateful struct{ feature.Unit }

func (stateful) Reconfigure(*policy.Service) {}

// elided is what a quotation adds to the words.
var elided = regexp.MustCompile(`\[[^\]]*\],?`)

// contracts returns the comments of packages as one line.
func contracts(t *testing.T, dirs ...string) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				if comment, ok := strings.CutPrefix(strings.TrimSpace(line), "//"); ok {
					b.WriteString(comment)
				}
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
