package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// lost are the samples that the library does not even bring to itself, and why.
func lost() map[string]string {
	return map[string]string{
		"decimal:exponent": "its decimals have 81 digits",
		"derived":          "it finds the first field of a name alone",
		"error:suppressed": "it reads the elements of Throwable[] as Throwable",
		"refs:empty":       "it does not count what is empty when it writes, and counts it when it reads",
		"strings":          "it reads a null within String[] as \"\"",
	}
}

func TestSamplesComeBackButThoseTheLibraryCannotCarry(t *testing.T) {
	p, addr := start(t)
	for _, name := range slices.Sorted(maps.Keys(makers())) {
		why, expected := lost()[name]
		a := ask{Addr: addr, Service: valuesInterface + ":1.0", Method: "check", Timeout: 10000}
		if expected {
			a.Timeout = 500 // some of them are never answered
		}
		e := p.calls(t, a, sample(name))[0]
		seen := p.notes.take().Calls
		v, _ := e.Reply.(verdict)
		came := v.Equal && len(seen) == 1 && *seen[0].Equal
		if came == expected {
			t.Errorf("%s: came = %v, told as lost: %q; end %+v %+v, seen %+v", name, came, why, e, e.Failed, seen)
		}
	}
}

func TestTypedMethodsCarryTheirSamples(t *testing.T) {
	p, addr := start(t)
	for method, names := range map[string]string{
		"checkBoolean": "true false", "checkByte": "byte:-128", "checkShort": "short:-32768", "checkChar": "char:e",
		"checkInt": "int:0 int:-2147483648", "checkLong": "long:0 long:9223372036854775807", "checkFloat": "float:0.1", "checkDouble": "double:nan double:1.5",
		"checkBooleanObject": "true null", "checkInteger": "int:48 null", "checkLongObject": "long:16 null", "checkDoubleObject": "double:1.5 null",
		"checkString": "string:0 string:emoji null", "checkBytes": "bytes:0 bytes:70000 null", "checkChars": "chars", "checkInts": "ints:0 ints:3",
		"checkLongs": "longs", "checkDoubles": "doubles", "checkObjects": "objects", "checkCarArray": "car-array",
		"checkList": "list:empty list:300", "checkSet": "set:hash set:tree", "checkMap": "map:keys map:tree", "checkCar": "car:full cycle:car cycle:ring null",
		"checkCars": "cars cars:100", "checkColor": "enum null", "checkDate": "date:ms date:old", "checkDecimal": "decimal:long decimal:scale",
		"checkBigInteger": "bigint:minus", "checkUuid": "uuid", "checkLocalDate": "time:local-date", "checkLocalDateTime": "time:local-date-time",
	} {
		for name := range strings.FieldsSeq(names) {
			e := p.calls(t, ask{Addr: addr, Service: valuesInterface + ":1.0", Method: method}, sample(name))[0]
			if v, _ := e.Reply.(verdict); !v.Equal {
				t.Errorf("%s(%s): %+v %+v", method, name, e.Reply, e.Failed)
			}
		}
	}
}

func TestGenericCallsBringMaps(t *testing.T) {
	p, addr := start(t)
	for _, c := range []struct{ method, name string }{
		{"check", "car:chain"}, {"checkCar", "car:empty"}, {"checkInt", "int:48"}, {"checkString", "string:31"},
		{"check", "map:strings"}, {"check", "list:3"}, {"checkColor", "enum"}, {"join", ""}, {"nothing", ""},
	} {
		e := p.calls(t, ask{Addr: addr, Service: valuesInterface + ":1.0", Method: c.method, Generic: "true"}, sample(c.name))[0]
		seen := p.notes.take().Calls
		if v, _ := e.Reply.(verdict); !v.Equal || len(seen) != 1 || !*seen[0].Equal {
			t.Errorf("%s(%s): %+v %+v, seen %+v", c.method, c.name, e.Reply, e.Failed, seen)
		}
	}
}

// The library's filter makes an empty map of a date that is in a map, and a list of
// numbers of bytes.
func TestGenericCallBringsAFullCarAndSpoilsItOnTheWayBack(t *testing.T) {
	p, addr := start(t)
	e := p.calls(t, ask{Addr: addr, Service: valuesInterface + ":1.0", Method: "checkCar", Generic: "true"}, sample("car:full"))[0]
	seen := p.notes.take().Calls
	if len(seen) != 1 || !*seen[0].Equal {
		t.Errorf("the server saw %+v", seen)
	}
	if v, _ := e.Reply.(verdict); v.Equal || e.Failed != nil {
		t.Errorf("the reply: %+v %+v", e.Reply, e.Failed)
	}
}

func TestUnknownSampleSendsNothing(t *testing.T) {
	p, addr := start(t)
	e := p.calls(t, ask{Addr: addr, Service: valuesInterface + ":1.0", Method: "check"}, sample("no such"))[0]
	if e.Failed == nil || e.Failed.Kind != "local" || e.Failed.Name != "unknown sample" || e.Failed.Text != "no such" {
		t.Errorf("the call ended %+v", e.Failed)
	}
	if seen := p.notes.take().Calls; len(seen) != 0 {
		t.Errorf("the server saw %+v", seen)
	}
}
