package hessian2

import (
	"math"
	"reflect"
	"time"
)

// maps compares entries: first those that stand in the same place, then the others by
// their keys.
func (e *equaler) maps(a, b Map) bool {
	if standard(a.Type, "java.util.HashMap") != standard(b.Type, "java.util.HashMap") || len(a.Entries) != len(b.Entries) {
		return false
	}
	var restA, restB []Entry
	for i := range a.Entries {
		x, y := a.Entries[i], b.Entries[i]
		if e.sameKey(x.Key, y.Key) {
			e.add(reflect.ValueOf(x.Value), reflect.ValueOf(y.Value))
			continue
		}
		restA, restB = append(restA, x), append(restB, y)
	}
	return e.match(restA, restB)
}

// match finds for each entry of a the one of b that has its key.
func (e *equaler) match(a, b []Entry) bool {
	plain := map[any][]any{}
	var others []Entry
	for _, y := range b {
		if k, ok := plainKey(y.Key); ok {
			plain[k] = append(plain[k], y.Value)
		} else {
			others = append(others, y)
		}
	}
	for _, x := range a {
		k, ok := plainKey(x.Key)
		if !ok {
			if others, ok = e.search(x, others); !ok {
				return false
			}
			continue
		}
		values := plain[k]
		if len(values) == 0 {
			return false
		}
		e.add(reflect.ValueOf(x.Value), reflect.ValueOf(values[0]))
		plain[k] = values[1:]
	}
	return true
}

// search takes the entry with x's key out of others.
func (e *equaler) search(x Entry, others []Entry) ([]Entry, bool) {
	for i, y := range others {
		if e.sameKey(x.Key, y.Key) {
			e.add(reflect.ValueOf(x.Value), reflect.ValueOf(y.Value))
			others[i] = others[len(others)-1]
			return others[:len(others)-1], true
		}
	}
	return others, false
}

// sameKey compares two keys at once. What it saw is forgotten when they differ.
func (e *equaler) sameKey(a, b any) bool {
	x, plainX := plainKey(a)
	y, plainY := plainKey(b)
	if plainX || plainY {
		return plainX && plainY && x == y
	}
	mark, tries := len(e.trail), e.tries
	if e.tries--; e.tries < 0 || e.depth == keyDepth {
		return false
	}
	e.depth++
	ok := e.all(reflect.ValueOf(a), reflect.ValueOf(b))
	e.depth--
	if ok {
		e.tries = tries // what was compared is not compared again
		return true
	}
	for _, p := range e.trail[mark:] {
		delete(e.seen, p)
	}
	e.trail = e.trail[:mark]
	return false
}

// nanKey stands for NaN, which == does not find.
type nanKey struct{}

// plainKey returns what tells a key that holds nothing else from every other one.
func plainKey(key any) (any, bool) {
	switch k := key.(type) {
	case nil, bool, int32, int64, string, UUID, Decimal, Class, Locale:
		return k, true
	case float64:
		if math.IsNaN(k) {
			return nanKey{}, true
		}
		return k, true
	case time.Time:
		return [2]int64{k.Unix(), int64(k.Nanosecond())}, true
	case []byte:
		return [1]string{string(k)}, true
	}
	if t := reflect.TypeOf(key); flat(t) && t.Comparable() && t.Kind() != reflect.Float32 {
		return key, true
	}
	return nil, false
}
