package dubbo

import (
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Exceptions of Java that stand for errors of Go.
const (
	// runtimeException is one that each consumer has.
	runtimeException = "java.lang.RuntimeException"
	// genericException is what a call by name gets: it names the other one's class.
	genericException = "com.alibaba.dubbo.rpc.service.GenericException"
)

const originRefused = "refused"

// classed is a value that names its Java class.
type classed interface{ JavaClassName() string }

// appendException appends e as the exception that a method of Java throws.
func (b *Body) appendException(dst []byte, f *codec.Frame, p *onramp.Response, e *onramp.Error) ([]byte, error) {
	begin := len(dst)
	thrown := thrownBy(e)
	if f.Flags&generic != 0 {
		thrown = generalized(thrown, e)
	}
	dst = append(dst, tagInt0+typeException)
	out, err := b.append(dst, thrown, false)
	if err != nil { // an exception that cannot be encoded is told by its text
		out, err = b.append(dst, hessian2.NewException(runtimeException, written(message(e))), false)
	}
	if err != nil {
		return dst, err
	}
	var none onramp.Header
	header, trailer := &none, &none
	switch {
	case p != nil:
		header, trailer = &p.Header, &p.Trailer
	case e.Header != nil:
		header = e.Header
	}
	return b.attach(out, begin, f, e, header, trailer)
}

// outcome appends what another onramp reads and an exception does not say.
func (w *writer) outcome(e *onramp.Error) {
	if e.Code != onramp.OK && (e.Code != onramp.Unknown || !e.Business) {
		w.code(e.Code)
	}
	if !e.Business {
		origin := onramp.Remote
		if e.Origin == onramp.Refused {
			origin = onramp.Refused
		}
		add(w, keyOrigin, origin.String())
	}
	w.retryAfter(e.RetryAfter)
}

func (w *writer) code(c onramp.Code) { add(w, keyCode, strconv.Itoa(int(c))) }

func (w *writer) retryAfter(d time.Duration) {
	if ms := d.Milliseconds(); ms > 0 {
		add(w, keyRetryAfter, strconv.FormatInt(ms, 10))
	}
}

// thrownBy returns the object that is thrown for e: what the handler returned, when that
// names its Java class, and else an exception with its text.
func thrownBy(e *onramp.Error) any {
	if e.Business {
		if object, ok := errors.AsType[classedError](e.Err); ok && isThere(object) {
			return object
		}
		switch object := e.Detail.(type) {
		case *hessian2.Exception, *hessian2.Object, classed:
			if isThere(object) {
				return object
			}
		}
	}
	return hessian2.NewException(runtimeException, written(message(e)))
}

// isThere reports whether v is no nil pointer, which would be thrown as null.
func isThere(v any) bool {
	p := reflect.ValueOf(v)
	return p.Kind() != reflect.Pointer || !p.IsNil()
}

// classedError is an error that names its Java class.
type classedError interface {
	error
	classed
}

// generalized returns the exception of a call by name.
func generalized(thrown any, e *onramp.Error) any {
	class := ""
	switch t := thrown.(type) {
	case *hessian2.Exception:
		class = t.Class
	case *hessian2.Object:
		class = t.Class
	case classed:
		class = t.JavaClassName()
	}
	text := written(message(e))
	x := hessian2.NewException(genericException, text)
	x.Fields = []hessian2.Field{{Name: "exceptionMessage", Value: text}, {Name: "exceptionClass", Value: class}}
	return x
}
