package bolt_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// killers are values of the draft dialect that ask for far more than they are: each
// shape has taken a process down somewhere.
func killers() map[string]string {
	return map[string]string{
		"a list of 2^31-1":             "Vl\x7f\xff\xff\xff",
		"a list of -1":                 "Vl\xff\xff\xff\xff",
		"an int[] of 2^31-1":           "Vt\x00\x04[intl\x7f\xff\xff\xff",
		"lists in lists":               strings.Repeat("V", 1<<20),
		"maps in maps":                 strings.Repeat("MN", 1<<19),
		"objects in objects":           "O\x91a\x91\x01b" + strings.Repeat("o\x90", 1<<19),
		"classes without an object":    strings.Repeat("O\x90\x90", 1<<18),
		"a class of 2^31-1 fields":     "O\x91aI\x7f\xff\xff\xff",
		"a class of -1 fields":         "O\x91a\x8f",
		"a class's name of 2^31-1":     "OI\x7f\xff\xff\xff",
		"a class of 65536 fields":      "O\x91aI\x00\x01\x00\x00" + strings.Repeat("\x00", 1<<16) + strings.Repeat("o\x90", 2000),
		"half of a surrogate pair":     "\x01\xed\xa0\xbd",
		"a reference to nothing":       "J\x07",
		"a reference to -1":            "R\xff\xff\xff\xff",
		"a type that is not there":     "Vu\x95n\x00z",
		"a type of 60000 dimensions":   "Vt\xea\x60" + strings.Repeat("[", 60000) + "n\x00z",
		"a map whose key is a map":     "MMzNz",
		"a list that contains itself":  "Vn\x01J\x00z",
		"empty lists without an end":   "V" + strings.Repeat("Vn\x00z", 1<<17),
		"a string of chunks":           strings.Repeat("s\x00\x00", 1<<18),
		"an exception that is its own": "O\xa0java.lang.Error!\x93\x0ddetailMessage\x0astackTrace\x05causeo\x90\x90\x90J\x00",
		"an exception of wrong types":  "O\x99a.b.Error\x93\x0ddetailMessage\x0astackTrace\x05causeo\x90\x95\x95\x95",
		"nothing":                      "",
	}
}

func TestNoBodyTakesMoreThanItIsWorth(t *testing.T) {
	const head, tail = "O\xbc" + sofaRequest + "\x92\x0amethodName\x0crequestPropso\x90\x01m", "O\xbe" + sofaResponse + "\x92\x07isError\x0bappResponseo\x90"
	limits := oracle.Limits{Bytes: 1 << 20, Time: 50 * time.Millisecond}
	for reader, w := range bothReaders(t) {
		for what, value := range killers() {
			t.Run(reader+", "+what, func(t *testing.T) {
				for _, body := range []string{head + value, head + "N" + value, head + "Mz" + value + value, value} {
					src := []byte(body)
					limits.Check(t, func() { w.readsRequest(src) })
				}
				for _, body := range []string{tail + "F" + value, tail + "T" + value, tail + value + "N", value} {
					src := []byte(body)
					limits.Check(t, func() { w.readsResponse(src) })
				}
			})
		}
	}
}

// readsRequest does with a body whatever a server does with it.
func (w *wire) readsRequest(body []byte) {
	r := &onramp.Request{}
	_ = w.body.OpenRequest(&codec.Frame{Kind: codec.Request, Serializer: 1, Content: body, Header: block("service", "S:1.0")}, r)
	_ = r.Body.Decode(new(onramp.Args))
	_ = r.Body.Decode(new(string))
	_ = r.Body.Decode(&onramp.Args{new(car), new(map[string]any)})
}

// readsResponse does with a body whatever a client does with it.
func (w *wire) readsResponse(body []byte) {
	for _, status := range []uint16{0, 2} {
		for _, header := range [][]byte{nil, block("sofa_head_response_error", "true")} {
			p := &onramp.Response{}
			err := w.body.OpenResponse(&codec.Frame{Kind: codec.Response, Status: status, Serializer: 1, Content: body, Header: header}, call(), p)
			if err == nil {
				_ = p.Body.Decode(new(any))
				_ = p.Body.Decode(new(car))
			} else {
				_ = err.Error()
			}
		}
	}
}

func TestErrorsAboutBodiesQuoteLittle(t *testing.T) {
	w := newHessian(t)
	secret := strings.Repeat("secret", 100)
	for _, body := range []string{
		"O\xc8\xc8" + secret[:200] + "\x90o\x90",
		"O\xbc" + sofaRequest + "\x91\xc8\xc8" + secret[:200] + "o\x90",
		"O\xbc" + sofaRequest + "\x91\x0amethodNameo\x90M" + "S\x02\x58" + secret,
		"S\x02\x58" + secret,
		"O\xbc" + sofaRequest + "\x90o\x90S\x02\x58" + secret,
	} {
		r := &onramp.Request{}
		err := w.body.OpenRequest(&codec.Frame{Kind: codec.Request, Serializer: 1, Content: []byte(body), Header: block("service", "S:1.0")}, r)
		for _, e := range []error{err, r.Body.Decode(new(int32)), r.Body.Decode(&onramp.Args{new(int32), new(car)})} {
			if e == nil {
				continue
			}
			if why := (oracle.Text{}).Judge(e, []byte(body)); why != "" {
				t.Error(why)
			}
		}
	}
}
