package hessian2_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

type fitColor string

func (fitColor) JavaClassName() string { return "com.acme.Color" }

func TestAValueThatNoParameterOfItsDeclaredTypeTakesIsRefused(t *testing.T) {
	n := int32(1)
	wrong := map[string][]any{
		"int":                  {"x", true, 1.5, []int32{1}, []byte{1}, map[string]int{}, time.Time{}},
		"boolean":              {int32(1), "true"},
		"double":               {"x", true},
		"java.lang.String":     {int32(5), []string{"a"}, fitColor("RED"), []byte("x"), true},
		"[I":                   {int32(5), "x"},
		"[B":                   {int32(5), "x"},
		"java.util.List":       {int32(5), "x", map[string]int{}},
		"java.util.Map":        {int32(5), []int32{1}},
		"java.math.BigDecimal": {"12.5", 12.5},
		"java.util.Date":       {int64(5), "2024-01-01"},
	}
	right := map[string][]any{
		"int": {int8(1), uint8(1), int64(1), &n, nil}, "long": {int32(1), 5}, "double": {1.5, float32(1), int32(1)},
		"boolean": {true}, "java.lang.String": {"x", nil}, "[I": {[]int32{1}, hessian2.Ints{1}, &hessian2.List{}},
		"[B": {[]byte{1}}, "java.util.List": {[]string{"a"}, [2]int{}}, "java.util.Map": {map[string]int{}, struct{ A int }{}},
		"java.math.BigDecimal": {hessian2.NewDecimal(125, 1)}, "java.math.BigInteger": {big.NewInt(1)}, "java.util.Date": {time.Unix(0, 0)},
		"java.lang.Object": {int32(5), "x", fitColor("RED")}, "com.acme.Color": {fitColor("RED")}, "char": {"x", 'x'},
	}
	for _, s := range []*hessian2.Serializer{hessian2.New(), hessian2.NewDraft()} {
		for javaType, values := range wrong {
			for _, v := range values {
				e := s.Encoder(nil)
				if err := e.Value(v, javaType); err == nil || !strings.Contains(err.Error(), "the signature declares "+javaType) {
					t.Errorf("a %T as %s: %v", v, javaType, err)
				}
				e.Close()
			}
		}
		for javaType, values := range right {
			for _, v := range values {
				e := s.Encoder(nil)
				if err := e.Value(v, javaType); err != nil {
					t.Errorf("a %T as %s: %v", v, javaType, err)
				}
				e.Close()
			}
		}
	}
}
