package hessian2_test

import (
	"fmt"
	"math/big"
	"reflect"
	"runtime"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Memory that is free again is soon given to something else. What was written from it
// must not be taken for that.
func TestValuesAreNotTakenForOthersThatHadTheirAddress(t *testing.T) {
	values := map[string]func(i int64) any{
		"pointers to structs": func(i int64) any { return &person{Name: fmt.Sprint(i)} },
		"big numbers":         func(i int64) any { return new(big.Int).Lsh(big.NewInt(i+1), 100) },
		"arrays in maps":      func(i int64) any { return map[string][4]int64{"a": {i, 2, 3, 4}} },
		"arrays":              func(i int64) any { return [4]int64{i, 2, 3, 4} },
		"slices":              func(i int64) any { return []int64{i, 2, 3, 4} },
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for name, value := range values {
			e := s.Encoder(nil)
			for i := range int64(50) {
				if err := e.Value(value(i), ""); err != nil {
					t.Fatal(err)
				}
				runtime.GC()
			}
			d := s.Decoder(e.Close())
			for i := range int64(50) {
				got := reflect.New(reflect.TypeOf(value(i)))
				if err := d.Value(got.Interface()); err != nil || !reflect.DeepEqual(got.Elem().Interface(), value(i)) {
					t.Fatalf("%s: %v, %v, want %v", name, got.Elem(), err, value(i))
				}
			}
			d.Close()
		}
	})
}

// The same, for what lives no longer than an element of the one value.
func TestElementsAreNotTakenForOthersThatHadTheirAddress(t *testing.T) {
	numbers, arrays := []*big.Int{}, map[int32][4]int64{}
	for i := range int64(5000) {
		numbers, arrays[int32(i)] = append(numbers, new(big.Int).Lsh(big.NewInt(i+1), 100)), [4]int64{i, 2, 3, 4}
	}
	stop, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for range 5 {
			if got := as[[]*big.Int](t, s, numbers); fmt.Sprint(got) != fmt.Sprint(numbers) {
				t.Error("some numbers are others")
			}
			if got := as[map[int32][4]int64](t, s, arrays); !reflect.DeepEqual(got, arrays) {
				t.Error("some arrays are others")
			}
		}
	})
	close(stop)
	<-ended
}
