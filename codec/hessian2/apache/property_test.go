package apache_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// cars draws cars and owners that share each other. Lists are nil or have elements: the
// library counts no empty ones.
func cars(t *rapid.T) []*car {
	owners := make([]*owner, rapid.IntRange(1, 3).Draw(t, "owners"))
	for i := range owners {
		owners[i] = &owner{Name: rapid.String().Draw(t, "name")}
	}
	all := make([]*car, rapid.IntRange(1, 6).Draw(t, "cars"))
	for i := range all {
		c := &car{Model: rapid.String().Draw(t, "model"), Price: float64(rapid.IntRange(-9e6, 9e6).Draw(t, "price")) / 8, Built: time.UnixMilli(rapid.Int64Range(1, 1e13).Draw(t, "built")), Color: rapid.SampledFrom([]color{red, blue}).Draw(t, "color")}
		c.ID = rapid.StringN(0, 50, -1).Draw(t, "id")
		c.Spare.Size = rapid.Int32().Draw(t, "spare")
		if rapid.Bool().Draw(t, "wheels") {
			c.Wheels = []*wheel{{1}, {2}, {1}}
		}
		if rapid.Bool().Draw(t, "tags") {
			c.Tags = map[string]string{"a": rapid.String().Draw(t, "tag"), "b": ""}
		}
		if rapid.Bool().Draw(t, "names") {
			c.Names = rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "names")
		}
		c.Owner = rapid.SampledFrom(owners).Draw(t, "owner")
		c.Owner.Cars = append(c.Owner.Cars, c)
		c.Owner.Self = rapid.SampledFrom(owners).Draw(t, "self")
		c.Extra = rapid.SampledFrom([]any{nil, int32(1), "x", c.Owner, true}).Draw(t, "extra")
		all[i] = c
	}
	return all
}

func TestWhateverTheLibraryWritesIsRead(t *testing.T) {
	s, own := stream(), hessian2.New(ours()...)
	rapid.Check(t, func(r *rapid.T) {
		in := cars(r)
		body, err := s.Append(nil, in)
		if err != nil {
			r.Fatal(err)
		}
		var library, engine []*car
		if err := s.Decode(body, &library); err != nil || !reflect.DeepEqual(in, library) {
			r.Fatalf("%+v is %+v, %v", in, library, err)
		}
		if err := own.Decode(body, &engine); err != nil || !hessian2.Equal(in, engine) {
			r.Fatalf("hessian2: %+v is %+v, %v", in, engine, err)
		}
		theirs, err := own.Append(nil, in)
		if err != nil {
			r.Fatal(err)
		}
		library = nil
		if err := s.Decode(theirs, &library); err != nil || !hessian2.Equal(in, library) {
			r.Fatalf("written by hessian2: %+v is %+v, %v", in, library, err)
		}
	})
}

func TestManyGoroutinesUseOneSerializer(t *testing.T) {
	s := stream()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 30 {
				in := sampleCar()
				body, err := s.Append(nil, in)
				var out *car
				if err == nil {
					err = s.Decode(body, &out)
				}
				if err != nil || !reflect.DeepEqual(in, out) {
					t.Errorf("%+v, %v", out, err)
					return
				}
				_ = s.Decode(body[:len(body)/2], &out)
			}
		})
	}
	all.Wait()
}
