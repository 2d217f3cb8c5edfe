package hessian2

import (
	"encoding/json"
	"testing"
)

func TestLocaleHasALanguageTag(t *testing.T) {
	for value, want := range map[string]string{"en_US": "en-US", "de": "de", "": "und", "zh_TW_#Hant": "zh-Hant-TW", "zh__#Hans": "zh-Hans", "de_AT_POSIX": "de-AT", "_US": "und-US",
		"th_TH_TH_#u-nu-thai": "th-TH", "ja_JP_JP_#u-ca-japanese": "ja-JP"} {
		if got := (Locale{value}).Tag(); got != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
}

func TestClassAndLocaleAreTexts(t *testing.T) {
	type both struct {
		C Class
		L Locale
	}
	want := both{Class{"[I"}, Locale{"en_US"}}
	out, err := json.Marshal(want)
	if err != nil || string(out) != `{"C":"[I","L":"en_US"}` {
		t.Errorf("%s, %v", out, err)
	}
	var got both
	if err := json.Unmarshal(out, &got); err != nil || got != want || got.C.String() != "[I" || got.L.String() != "en_US" {
		t.Errorf("%v, %v", got, err)
	}
}

// A handle's class is of the library of a dialect; both are read in both.
func TestHandlesAreReadOfEitherLibrary(t *testing.T) {
	for _, s := range []*Serializer{New(), NewDraft()} {
		for _, class := range []string{packageV2 + "LocaleHandle", packageDraft + "LocaleHandle"} {
			body, err := s.Append(nil, &Object{Class: class, Fields: []Field{{"value", "en_US"}}})
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := s.Decode(body, &v); err != nil || v != (Locale{"en_US"}) {
				t.Errorf("%v reads %s as %v, %v", s.Dialect(), class, v, err)
			}
		}
	}
}
