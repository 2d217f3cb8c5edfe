package row_test

import (
	"testing"

	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestEveryProtocolHasANameAndACodecThatWorks(t *testing.T) {
	seen := map[string]bool{}
	row.Each(t, func(t *testing.T, p row.Protocol) {
		if seen[p.Name] {
			t.Errorf("%s is there twice", p.Name)
		}
		seen[p.Name] = true
		if c, ok := p.Codec().(interface{ Check() error }); ok && c.Check() != nil {
			t.Error(c.Check())
		}
	})
}

func TestAProtocolIsFoundByItsName(t *testing.T) {
	for _, p := range row.Protocols() {
		if got, err := row.Named(p.Name); err != nil || got.Name != p.Name {
			t.Errorf("%s: %v, %v", p.Name, got.Name, err)
		}
	}
	if _, err := row.Named("morse"); err == nil {
		t.Error("a protocol that is none was found")
	}
}
