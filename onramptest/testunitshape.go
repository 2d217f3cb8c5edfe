package onramptest

import (
	"context"
	"reflect"
	"strings"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
)

// unitShapeChecks are about the unit before any call.
func unitShapeChecks(s *UnitSuite) []check[*UnitSuite] {
	all := []check[*UnitSuite]{
		{name: "the unit stands for one feature", of: "feature.Unit.Feature",
			says: "Feature is the feature that the Unit stands for. It does not change", do: "return a constant of package feature",
			run: unitFeature},
		{name: "wrapping only builds", of: "feature.Unit.Wrap",
			says: "It is called when a pipeline is built, never per call", do: "return a Handler, or next; call nothing, wait for nothing, and do not change the Path",
			run: unitWraps},
	}
	if len(s.Wrong) > 0 {
		all = append(all, check[*UnitSuite]{name: "a wrong setting is refused when the unit is made", of: "onramptest.UnitSuite.Wrong",
			says: "units that must be refused, by the path of the field that is wrong", do: "check settings where the unit is made, and name the field in the error",
			run: unitRefusesSettings})
	}
	return all
}

func unitFeature(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	f := r.unit.Feature()
	if f >= feature.N {
		t.stop("Feature returned %d; there are %d features", f, feature.N)
	}
	r.stage()
	other := s.rig(t)
	defer other.close()
	if again, its := r.unit.Feature(), other.unit.Feature(); again != f || its != f {
		t.broken("Feature returned %s, after Wrap %s, and of another unit %s", f, again, its)
	}
}

func unitWraps(t *checking, s *UnitSuite) {
	r := s.rig(t)
	defer r.close()
	for _, mode := range []feature.Mode{feature.Enforce, feature.Observe} {
		p := r.path(mode, true)
		before, set, pol := *p, *p.Set, *p.Policy
		called, begin := false, time.Now()
		h := r.unit.Wrap(p, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			called = true
			return req.Reply(), nil
		})
		switch {
		case h == nil:
			t.stop("in mode %s Wrap returned nil", mode)
		case called:
			t.stop("in mode %s Wrap called next", mode)
		case time.Since(begin) != 0:
			t.stop("in mode %s Wrap took %v", mode, time.Since(begin))
		case !reflect.DeepEqual(before, *p) || !reflect.DeepEqual(set, *p.Set) || !reflect.DeepEqual(pol, *p.Policy):
			t.stop("in mode %s Wrap changed its Path, which all units of the method share", mode)
		}
	}
}

func unitRefusesSettings(t *checking, s *UnitSuite) {
	for path, wrong := range s.Wrong {
		if err := wrong(); err == nil {
			t.broken("the unit with a wrong %s was made", path)
		} else if !strings.Contains(err.Error(), path) {
			t.broken("the error does not name the field %s: %v", path, err)
		}
	}
}
