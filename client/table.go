package client

import (
	"hash/maphash"
	"sync/atomic"
)

// table is a map that only grows. Readers take no lock and allocate nothing;
// writers hold the client's lock, and bound it.
type table[K comparable, V any] struct {
	seed    maphash.Seed
	n       int
	buckets [1024]atomic.Pointer[entry[K, V]]
}

// entry is immutable once it is in a bucket.
type entry[K comparable, V any] struct {
	key   K
	value V
	next  *entry[K, V]
}

func newTable[K comparable, V any]() *table[K, V] {
	return &table[K, V]{seed: maphash.MakeSeed()}
}

func (t *table[K, V]) get(k K) (v V, ok bool) {
	for e := t.bucket(k).Load(); e != nil; e = e.next {
		if e.key == k {
			return e.value, true
		}
	}
	return v, false
}

// put adds k, which is not in t.
func (t *table[K, V]) put(k K, v V) {
	b := t.bucket(k)
	b.Store(&entry[K, V]{key: k, value: v, next: b.Load()})
	t.n++
}

func (t *table[K, V]) bucket(k K) *atomic.Pointer[entry[K, V]] {
	return &t.buckets[maphash.Comparable(t.seed, k)%uint64(len(t.buckets))]
}
