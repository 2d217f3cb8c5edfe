package hessian2

import (
	"encoding/json"
	"fmt"
	"testing"
)

// What any body is read as can be printed, compared, made JSON and written, and is then
// read as the same.
func FuzzValues(f *testing.F) {
	for _, file := range []string{"java_v2.json", "java_draft.json", "hessian_refs_lite_java.json", "hessian_refs_sofa3_java.json"} {
		for _, v := range vectors(f, file) {
			f.Add(v.bytes(f), file == "java_draft.json" || file == "hessian_refs_sofa3_java.json")
		}
	}
	for d, draft := range map[Dialect]bool{V2: false, Draft: true} {
		for _, body := range legal(d) {
			f.Add(body, draft)
		}
	}
	types := []Option{Register(car{}, (*thrown)(nil)), Enum("com.acme.Level", map[level]string{0: "LOW", 1: "HIGH"})}
	v2, draft := New(types...), NewDraft(types...)
	f.Fuzz(func(t *testing.T, body []byte, asDraft bool) {
		s := v2
		if asDraft {
			s = draft
		}
		all, err := decodeAll(s, body)
		if err != nil {
			return
		}
		same, err := decodeAll(s, body)
		if err != nil || !Equal(all, same) {
			t.Fatalf("%v and %v of %x, %v", all, same, body, err)
		}
		if n := len(fmt.Sprintf("%v", &List{Items: all})); n > printShort+4 {
			t.Fatalf("%d bytes are printed of %x", n, body)
		}
		if n := len(fmt.Sprintf("%+v", &List{Items: all})); n > printLong+4 {
			t.Fatalf("%d bytes are printed of %x", n, body)
		}
		if out, err := json.Marshal(&List{Items: all}); err == nil && !json.Valid(out) {
			t.Fatalf("%x is JSON %s", body, out)
		}
		for _, v := range all {
			if err, ok := v.(error); ok {
				_ = fmt.Sprintf("%+v", err)
			}
		}
		back, err := encodeAll(s, all)
		if err != nil {
			t.Fatalf("%v of %x is not written: %v", all, body, err)
		}
		again, err := decodeAll(s, back)
		if err != nil || !Equal(all, again) {
			t.Fatalf("%x is read as\n%v, written as %x, and then read as\n%v, %v", body, all, back, again, err)
		}
	})
}
