package discovery_test

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzGrammarPrintsWhatItParsed takes any text for a target. Its errors show up to
// 200 bytes of it: who reads them wrote the target.
func FuzzGrammarPrintsWhatItParsed(f *testing.F) {
	for _, s := range []string{
		"svc/m", "bolt://h:1,[::1]:2/a/b/m?version=1", "bolt+dns+srv:///x/y?group=%20&uniqueId=a", "static:///a:1,b:2?service=S/m",
		"file:///a%20b?service=S&group=%26", "bolt://?service=S", "consul://a:1,b?service=a%2Fb", "a:/b", "svc?service=x://y/z",
		"%d%s%!x", "bolt://\x1b[2J:1/a", "svc?" + strings.Repeat("a=b&", 1000), strings.Repeat("/", 4096), strings.Repeat("é", 300),
	} {
		f.Add(s)
	}
	g := grammar()
	d := oracle.Decoder[discovery.Target]{
		K:      oracle.Typed,
		Decode: func(src []byte) (discovery.Target, error) { return g.Parse(string(src)) },
		Encode: func(t discovery.Target) ([]byte, error) { return []byte(t.String()), nil },
		Errors: oracle.Text{Most: 2000, Quote: 202}, // the quotes around it may be the input's, too
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := d.Check(t, []byte(text))
		if err != nil {
			return
		}
		if second, err := g.Parse(first.String()); err != nil || second.String() != first.String() {
			t.Fatalf("%q is printed as %q and then as %q, %v", text, first, second, err)
		}
	})
}
