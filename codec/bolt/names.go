package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// UniqueID is the key of Request.Header whose value is the third part of a
// service's unique name, interface:version:uniqueId. It is no pair on the wire.
const UniqueID = onramp.UniqueID

// Keys that say what is called. The pairs in front of constant keys are written
// with their length.
const (
	keyTarget  = "sofa_head_target_service"
	keyService = "service"
	keyMethod  = "sofa_head_method_name"

	lenTarget  = "\x00\x00\x00\x18"
	lenService = "\x00\x00\x00\x07"
	lenMethod  = "\x00\x00\x00\x15"
)

const defaultVersion = "1.0"

// addNames appends what is called: the unique name twice, and the method.
func (w *writer) addNames(r *onramp.Request) {
	version, id := r.Version, uniqueID(&r.Header)
	if version == "" {
		version = defaultVersion
	}
	if w.err = checkNames(r, version); w.err != nil {
		return
	}
	n := len(r.Service) + 1 + len(version)
	if id != "" {
		n += 1 + len(id)
	}
	w.addUnique(lenTarget+keyTarget, n, r.Service, version, id)
	w.addUnique(lenService+keyService, n, r.Service, version, id)
	if w.begin(len(keyMethod), len(r.Method)) {
		w.block = append(w.block, lenMethod+keyMethod...)
		w.block = binary.BigEndian.AppendUint32(w.block, uint32(len(r.Method)))
		w.block = append(w.block, r.Method...)
	}
}

// addUnique appends a pair whose value is a unique name of n bytes; key has its
// length in front.
func (w *writer) addUnique(key string, n int, service, version, id string) {
	if !w.begin(len(key)-4, n) {
		return
	}
	b := w.block
	b = append(b, key...)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	b = append(b, service...)
	b = append(b, ':')
	b = append(b, version...)
	if id != "" {
		b = append(b, ':')
		b = append(b, id...)
	}
	w.block = b
}

func checkNames(r *onramp.Request, version string) error {
	switch {
	case r.Service == "":
		return invalid("the request has no service")
	case r.Method == "":
		return invalid("the request has no method")
	case strings.IndexByte(r.Service, ':') >= 0:
		return invalid("service %q has a colon: the version belongs into Request.Version", r.Service)
	case strings.IndexByte(version, ':') >= 0:
		return invalid("version %q has a colon: the unique id belongs into the header pair %q", version, UniqueID)
	}
	return nil
}

func uniqueID(h *onramp.Header) string {
	if _, _, ok := h.Block(); ok {
		id, _ := h.Peek(UniqueID) // no copy when there is none
		return string(id)
	}
	return h.Get(UniqueID)
}

// names are what is called, as views of a header block.
type names struct {
	target, service, method []byte
}

// unique returns the unique name. sofa_head_target_service is what Java serves
// by; service alone comes from Node.
func (n *names) unique() []byte {
	if n.target != nil {
		return n.target
	}
	return n.service
}

// find reads the names. A name that is given twice could be understood in two
// ways by two readers, and is an error.
func (n *names) find(block []byte) error {
	for {
		key, value, rest, ok := next(block)
		if !ok {
			return nil
		}
		block = rest
		var at *[]byte
		switch string(key) {
		case keyTarget:
			at = &n.target
		case keyService:
			at = &n.service
		case keyMethod:
			at = &n.method
		default:
			continue
		}
		if *at != nil {
			return fmt.Errorf("bolt: header %s is given twice", key)
		}
		*at = value
	}
}

// apply stores the names in r.
func (n *names) apply(f *codec.Frame, r *onramp.Request) error {
	unique := n.unique()
	if len(unique) == 0 {
		return errors.New("bolt: the header " + keyTarget + " is missing: the call names no service")
	}
	service, version, _ := splitUnique(unique)
	r.Service, r.Version = f.String(service), f.String(version)
	if len(n.method) == 0 {
		return errors.New("bolt: the header " + keyMethod + " is missing: the call names no method")
	}
	r.Method = f.String(n.method)
	return nil
}

// splitUnique splits interface:version:uniqueId, of which only the first must be
// there.
func splitUnique(unique []byte) (service, version, id []byte) {
	service, version, _ = bytes.Cut(unique, colon)
	version, id, _ = bytes.Cut(version, colon)
	return service, version, id
}

var colon = []byte(":")
